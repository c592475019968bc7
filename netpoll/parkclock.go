//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"errors"
	"math"

	"github.com/simmer-go/simmer/future"
)

var errParking = errors.New("simmer: reactor has a parking already")

// never is the deadline of a park without one.
const never int64 = math.MaxInt64

// pausable is what a clock implements that may stand still: then deadlines are no matter of real time, and whoever moves
// the clock unparks.
type pausable interface{ IsPaused() bool }

// clock tells the time that deadlines follow.
type clock struct {
	future.Clock
	pause pausable // nil if it never stands still
}

func newClock(c future.Clock) clock {
	p, _ := c.(pausable)
	return clock{Clock: c, pause: p}
}

func (c clock) isPaused() bool { return c.pause != nil && c.pause.IsPaused() }

// isDue reports whether deadline has come.
func (c clock) isDue(deadline int64) bool { return deadline != never && deadline <= c.Nanos() }
