package aio_test

import (
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
)

// timers are the executor's wheel.
type timers struct {
	clock future.Clock
	wheel *timer.Wheel
	stage *timer.Stage
}

// agedClock is the system's, of a runtime that is older than it seems.
type agedClock struct {
	*timer.Clock
	age time.Duration
}

func (c *agedClock) Nanos() int64 { return c.Clock.Nanos() + int64(c.age) }

func (t *timers) init(e *executor, age time.Duration) {
	t.clock = &agedClock{timer.NewClock(), age}
	t.wheel = timer.NewWheel(t.clock, func() { e.parking.Unpark(0, false) })
	t.stage = timer.NewStage()
	e.local.Clock, e.local.Timers = t.clock, t.stage
}

func (t *timers) turn(e *executor) { t.wheel.Turn(&e.local, t.clock.Nanos()) }

// apply hands over what a poll has armed and cancelled.
func (t *timers) apply(e *executor) {
	if e.local.TimersStaged {
		e.local.TimersStaged = false
		t.wheel.Apply(t.stage)
	}
}

func (t *timers) next() int64 { return t.wheel.Next() }
