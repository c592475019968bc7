package broadcast

import (
	"errors"
	"strconv"
)

var (
	// ErrClosed is returned by a receive when all senders are closed and everything was received, or when the handle that is
	// used is closed itself.
	ErrClosed = errors.New("broadcast: channel is closed")
	// ErrEmpty is returned by TryRecv when there is nothing to receive now.
	ErrEmpty = errors.New("broadcast: channel is empty")
	// ErrNoReceivers is returned by Send when nobody would receive the value.
	ErrNoReceivers = errors.New("broadcast: channel has no receivers")
)

// LaggedError is returned by a receive when the receiver was too slow: values that it had not received were overwritten. It is no
// end: the next receive gets the oldest value that is left.
type LaggedError struct {
	// Skipped is the number of values that were lost.
	Skipped uint64
}

// Error returns "broadcast: receiver lagged, values skipped: 3".
func (e *LaggedError) Error() string {
	return "broadcast: receiver lagged, values skipped: " + strconv.FormatUint(e.Skipped, 10)
}
