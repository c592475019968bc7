package timer

import (
	"errors"
	"os"
)

var (
	// ErrClosed is returned by timers whose wheel has been closed: the runtime has ended.
	ErrClosed = errors.New("simmer: timers are closed")
	// ErrNoTimers is returned by timers that are polled by a worker without timers.
	ErrNoTimers = errors.New("simmer: no timers: the executor that polls this future has none")
	// ErrBadPeriod is returned by the ticks of an [Interval] whose period is zero or negative.
	ErrBadPeriod = errors.New("simmer: the period of an interval must be positive")
	// ErrElapsed is returned by a [Timeout] that has expired. It is also an os.ErrDeadlineExceeded, and a net.Error
	// whose Timeout method reports true.
	ErrElapsed error = elapsedError{}
)

type elapsedError struct{}

func (elapsedError) Error() string { return "simmer: timeout has elapsed" }

// Is makes errors.Is(err, os.ErrDeadlineExceeded) true.
func (elapsedError) Is(target error) bool { return target == os.ErrDeadlineExceeded }

// Timeout is the part of net.Error that callers look at.
func (elapsedError) Timeout() bool { return true }

// Temporary completes net.Error.
func (elapsedError) Temporary() bool { return true }
