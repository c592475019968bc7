package aio_test

import "github.com/simmer-go/simmer/timer"

// timers are the executor's wheel.
type timers struct {
	clock *timer.Clock
	wheel *timer.Wheel
	stage *timer.Stage
}

func (t *timers) init(e *executor) {
	t.clock = timer.NewClock()
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
