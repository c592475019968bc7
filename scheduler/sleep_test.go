package scheduler

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// handClock is a clock that the test moves, and that cannot jump.
type handClock struct{ nanos atomic.Int64 }

func (c *handClock) Now() time.Time { return time.Unix(0, c.nanos.Load()) }
func (c *handClock) Nanos() int64   { return c.nanos.Load() }

// oversleeper is a Parking whose sleeps last until their deadline, or end at wakeAt if that comes before.
type oversleeper struct {
	clock    *handClock
	wakeAt   int64
	deadline int64
}

func (p *oversleeper) Park(_ int, _ *future.Local, deadline int64) {
	p.deadline = deadline
	p.clock.nanos.Store(min(deadline, p.wakeAt))
}

func (p *oversleeper) Unpark(int, bool) {}
func (p *oversleeper) Close() error     { return nil }

// TestTimersThatExpireSoonAfterAnotherShareAWake: of a row of timers those wait that come within the slack after one that has
// ended a sleep; a lone one does not, nor one after a sleep that something else has ended.
func TestTimersThatExpireSoonAfterAnotherShareAWake(t *testing.T) {
	const slack = 500
	for name, tc := range map[string]struct {
		slack  int64
		expiry int64 // of the second timer; the first is 1000
		wakeAt int64 // when something else ends the first sleep
		want   int64 // when the second sleep ends
	}{
		"soon after":   {slack, 1100, Never, 1000 + slack},
		"at its end":   {slack, 1000 + slack, Never, 1000 + slack},
		"alone":        {slack, 1600, Never, 1600},
		"no timer":     {slack, Never, Never, Never},
		"woken before": {slack, 1100, 900, 1100},
		"no slack":     {0, 1100, Never, 1100},
		"overdue":      {slack, 1000, Never, 1000 + slack},
	} {
		t.Run(name, func(t *testing.T) {
			clock := &handClock{}
			clock.nanos.Store(1)
			parking := &oversleeper{clock: clock, wakeAt: tc.wakeAt}
			timers := newFakeTimers()
			s := stopped(t, 1, Env{Clock: clock, Parking: parking, TimerSlack: tc.slack, NewTimers: func(func()) Timers { return timers }})
			w := s.at(0)
			timers.at.Store(1000)
			w.park()
			require.EqualValues(t, 1000, parking.deadline, "the first timer is never late")
			parking.wakeAt = Never
			timers.at.Store(tc.expiry)
			w.park()
			require.Equal(t, tc.want, parking.deadline)
		})
	}
}

// TestASleepingWorkerKeepsNoTaskReachable in the places that it was taken from.
func TestASleepingWorkerKeepsNoTaskReachable(t *testing.T) {
	clock := &handClock{}
	s := stopped(t, 1, Env{Clock: clock, Parking: &oversleeper{clock: clock, wakeAt: Never}})
	w := s.at(0)
	next, queued := newJob(nil), newJob(nil)
	w.lifo.put(&next.Task)
	w.deque.push(&queued.Task, &s.injector)
	require.Same(t, &next.Task, w.lifo.take())
	require.Same(t, &queued.Task, w.deque.pop())
	w.park()
	require.Nil(t, w.lifo.task)
	for _, task := range w.deque.slots {
		require.Nil(t, task)
	}
	w.lifo.put(&next.Task)
	w.lifo.forget()
	require.Same(t, &next.Task, w.lifo.take(), "what is in the slot stays")
}

// TestAPausedClockDoesNotJumpWhileSomethingIsRunnable: a task is queued, or a worker is awake.
func TestAPausedClockDoesNotJumpWhileSomethingIsRunnable(t *testing.T) {
	clock := pausedClock()
	s := stopped(t, 1, Env{Clock: clock})
	s.slots[0].expiry.Store(100)
	s.JumpIfIdle()
	require.Zero(t, clock.Nanos(), "a worker is awake")
	s.Spawn(&newJob(nil).Task)
	s.jump()
	require.Zero(t, clock.Nanos(), "a task is queued")
	s.at(0).drainQueues(1)
	s.jump()
	require.EqualValues(t, 100, clock.Nanos())
}
