package timer

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/waker"
)

// tokio: T117 tests/time_sleep.rs immediate_sleep: a sleep of nothing, or into the past, is over at once
func TestSleepOfNothingReturnsAtOnce(t *testing.T) {
	w, clock := newWorker(t)
	slept := 0
	task := w.body(func(cx *future.Context) error {
		for _, d := range []time.Duration{0, -1, math.MinInt64} {
			if err := Sleep(cx, d); err != nil {
				return err
			}
			slept++
		}
		return nil
	})
	w.run()
	require.True(t, task.done)
	require.Equal(t, 3, slept)
	require.Zero(t, clock.Nanos())
}

// tokio: T117 tests/time_sleep.rs delayed_sleep_level_0: short sleeps last as long as they say
// tokio: T117 tests/time_sleep.rs sub_ms_delayed_sleep: also with a nanosecond more; here exactly
// tokio: T117 tests/time_sleep.rs delayed_sleep_wrapping_level_0: one after the other, over the end of a level
// tokio: T119 tests/time_sleep.rs greater_than_max: five years
func TestSleepsOnAPausedClockLastExactlyAsLongAsTheySay(t *testing.T) {
	w, clock := newWorker(t)
	spans := []time.Duration{1, 999, time.Microsecond, time.Millisecond, 65536, 65537, time.Second, time.Hour, 24 * 365 * 5 * time.Hour}
	var took []time.Duration
	w.body(func(cx *future.Context) error {
		for _, d := range spans {
			start := Now(cx)
			if err := Sleep(cx, d); err != nil {
				return err
			}
			took = append(took, Now(cx).Sub(start))
		}
		return nil
	})
	w.runAll(clock)
	require.Equal(t, spans, took)
}

func TestThreeSleepsAtOnceLastAsLongAsTheLongest(t *testing.T) {
	w, clock := newWorker(t)
	var order []time.Duration
	for _, d := range []time.Duration{30, 10, 20} {
		w.body(func(cx *future.Context) error {
			err := Sleep(cx, d*time.Millisecond)
			order = append(order, d)
			return err
		})
	}
	w.runAll(clock)
	require.Equal(t, []time.Duration{10, 20, 30}, order)
	require.EqualValues(t, 30*time.Millisecond, clock.Nanos())
}

func TestSleepAllocatesNothing(t *testing.T) {
	w, clock := newWorker(t)
	requireNoAllocs(t, w, clock, func(cx *future.Context) error { return Sleep(cx, time.Hour) })
}

// requireNoAllocs requires that wait, which waits for an hour, allocates nothing when a body calls it again and again.
func requireNoAllocs(t *testing.T, w *worker, clock *Clock, wait func(cx *future.Context) error) {
	t.Helper()
	if invariant.Enabled {
		t.Skip("this build asks for the goroutine's number in each Await, which allocates")
	}
	waits, stop := 0, false
	w.body(func(cx *future.Context) error {
		for ; !stop; waits++ {
			if err := wait(cx); err != nil {
				return err
			}
		}
		return nil
	})
	hour := func() { clock.Advance(time.Hour) } // which allocates itself
	ofClock := testing.AllocsPerRun(200, hour)
	w.run()
	require.Equal(t, ofClock, testing.AllocsPerRun(200, func() { hour(); w.run() }))
	require.Greater(t, waits, 200)
	stop = true
	hour()
	w.run()
}

func TestADelayIsNeverEarlyOnTheRealClock(t *testing.T) {
	w := newKitchen(NewClock()).worker(t)
	pending := 0
	for i := range 200 {
		pending++
		d := time.Duration(i) * 100 * time.Microsecond
		w.body(func(cx *future.Context) error {
			start := time.Now()
			err := Sleep(cx, d)
			if took := time.Since(start); took < d {
				t.Errorf("%v took %v", d, took)
			}
			pending--
			return err
		})
	}
	for pending > 0 {
		w.run()
	}
	require.Equal(t, never, w.wheel.Next())
}

func TestAtWaitsUntilATime(t *testing.T) {
	w, clock := newWorker(t)
	as := w.idle()
	clock.Advance(time.Second)
	at := At(epoch.Add(time.Minute))
	require.Equal(t, epoch.Add(time.Minute), at.Deadline())
	w.wait(t, at, as)
	require.Equal(t, epoch.Add(time.Minute), at.Deadline())
	clock.Advance(time.Minute - time.Second - 1)
	require.Zero(t, w.turn())
	clock.Advance(1)
	require.Equal(t, 1, w.turn())

	for _, past := range []time.Time{epoch, epoch.Add(-1000 * time.Hour), {}} {
		_, ready, err := At(past).Poll(w.as(as))
		require.NoError(t, err)
		require.True(t, ready)
	}
	w.wait(t, At(time.Unix(1<<60, 0)), as)
}

// movingClock goes on each time it is read, a little more each time.
type movingClock struct {
	manualClock
	step int64
}

func (c *movingClock) Nanos() int64   { c.step++; c.nanos += c.step; return c.nanos }
func (c *movingClock) Now() time.Time { return epoch.Add(time.Duration(c.Nanos())) }

func TestAtIsNotEarlyByTheTimeThatReadingTheClockTakes(t *testing.T) {
	clock := &movingClock{}
	w := newKitchen(clock).worker(t)
	at := At(epoch.Add(time.Second))
	w.wait(t, at, w.idle())
	require.GreaterOrEqual(t, at.deadline, int64(time.Second))
}

func TestAfterCountsFromItsFirstPoll(t *testing.T) {
	w, clock := newWorker(t)
	d := After(time.Second)
	require.Zero(t, d.Deadline())
	clock.Advance(time.Hour)
	require.False(t, d.IsElapsed())
	w.wait(t, d, w.idle())
	require.Equal(t, epoch.Add(time.Hour+time.Second), d.Deadline())
}

// The rules of Reset (tokio, tests/time_sleep.rs reset_* and tests/time_pause.rs).
// tokio: tests/time_sleep.rs reset_future_sleep_before_fire: to later, before it fires
// tokio: tests/time_sleep.rs reset_past_sleep_before_turn: to earlier, before the worker has looked at its timers
// tokio: tests/time_sleep.rs reset_past_sleep_before_fire: to earlier, after it has
// tokio: tests/time_sleep.rs reset_future_sleep_after_fire: after it fired
// tokio: tests/time_sleep.rs reset_after_firing: after it was ready it waits again
// tokio: tests/time_sleep.rs reset_sleep_to_past: to the past is ready at once
func TestReset(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task){
		"to later leaves the worker alone": func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task) {
			d.Reset(20 * time.Second)
			require.Zero(t, w.roused)
			clock.Advance(10 * time.Second)
			require.Zero(t, w.turn())
			clock.Advance(10*time.Second - 1)
			require.Zero(t, w.turn())
			clock.Advance(1)
			require.Equal(t, 1, w.turn())
		},
		"to earlier rouses the worker": func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task) {
			other, _ := w.arm(t, 5*time.Second)
			d.Reset(time.Second)
			require.Equal(t, 1, w.roused)
			require.EqualValues(t, time.Second, w.wheel.Next())
			other.Drop(w.as(as))
			clock.Advance(time.Second)
			require.Equal(t, 1, w.turn())
			clock.Advance(time.Hour)
			require.Zero(t, w.turn(), "the old deadline is gone")
		},
		"to earlier twice and later again": func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task) {
			d.Reset(5 * time.Second)
			d.Reset(time.Second)
			d.Reset(3 * time.Second)
			clock.Advance(3*time.Second - 1)
			require.Zero(t, w.turn())
			clock.Advance(1)
			require.Equal(t, 1, w.turn())
		},
		"to the past wakes at once": func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task) {
			d.ResetAt(epoch.Add(-time.Hour))
			require.Equal(t, []*task{as}, w.takeWoken())
			_, ready, err := d.Poll(w.as(as))
			require.NoError(t, err)
			require.True(t, ready)
			clock.Advance(time.Hour)
			require.Zero(t, w.turn())
			require.Zero(t, w.count())
		},
		"after it fired arms it again": func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task) {
			clock.Advance(10 * time.Second)
			w.turn()
			w.takeWoken()
			require.True(t, d.IsElapsed())
			d.Reset(time.Second)
			require.False(t, d.IsElapsed())
			w.wait(t, d, w.idle())
			clock.Advance(time.Second)
			require.Equal(t, 1, w.turn())
		},
		"after it was ready arms it again": func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task) {
			clock.Advance(10 * time.Second)
			w.turn()
			d.Poll(w.as(as))
			d.ResetAt(epoch.Add(11 * time.Second))
			require.False(t, d.IsElapsed())
			w.wait(t, d, w.idle())
			clock.Advance(time.Second)
			require.Equal(t, 1, w.turn())
		},
		"after Drop arms it again": func(t *testing.T, w *worker, clock *Clock, d *Delay, as *task) {
			d.Drop(w.as(as))
			d.Reset(time.Second)
			w.wait(t, d, as)
			clock.Advance(time.Second)
			require.Equal(t, 1, w.turn())
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, clock := newWorker(t)
			d, as := w.arm(t, 10*time.Second)
			test(t, w, clock, d, as)
		})
	}
}

// The reset came after the owner had read its inbox: the entry fires while it is in the inbox.
func TestAnEntryThatFiresInTheInboxIsFreedOnce(t *testing.T) {
	for name, drop := range map[string]func(w *worker, d *Delay, as *task){
		"dropped before the inbox is read": func(w *worker, d *Delay, as *task) { d.Drop(w.as(as)) },
		"dropped after it":                 func(w *worker, d *Delay, as *task) { w.wheel.Next(); d.Drop(w.as(as)) },
		"dropped without a worker":         func(w *worker, d *Delay, as *task) { d.Drop(nil) },
		"moved":                            func(w *worker, d *Delay, as *task) { d.Reset(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			w, clock := newWorker(t)
			d, as := w.arm(t, time.Minute)
			d.Reset(time.Second)
			clock.Advance(time.Second)
			w.wheel.now = clock.Nanos()
			e := d.entry
			w.wheel.unlink(e)
			require.Equal(t, 1, w.wheel.settle(&w.local, e))
			drop(w, d, as)
			w.apply()
			w.turn()
			w.local.TimersStaged = true
			w.apply()
			require.Len(t, w.stage.free, chunkEntries)
			requireDistinct(t, w.stage.free)
			require.Equal(t, never, w.wheel.Next())
		})
	}
}

func TestResetOfAStagedTimerIsSeenWhenItIsApplied(t *testing.T) {
	for _, d := range []time.Duration{time.Millisecond, time.Minute} {
		w, clock := newWorker(t)
		delay, as := After(time.Second), w.idle()
		w.wait(t, delay, as)
		delay.Reset(d)
		clock.Advance(d - 1)
		require.Zero(t, w.turn())
		clock.Advance(1)
		require.Equal(t, 1, w.turn(), d)
		require.Zero(t, w.roused)
	}
}

func TestResetBeforeTheFirstPollCountsFromIt(t *testing.T) {
	w, clock := newWorker(t)
	d := After(time.Second)
	d.Reset(time.Minute)
	clock.Advance(time.Hour)
	w.wait(t, d, w.idle())
	require.Equal(t, epoch.Add(time.Hour+time.Minute), d.Deadline())
	d = After(time.Second)
	d.ResetAt(epoch.Add(3 * time.Hour))
	w.wait(t, d, w.idle())
	require.Equal(t, epoch.Add(3*time.Hour), d.Deadline())
}

func TestArmingAndDroppingInOnePollLeavesNothingToApply(t *testing.T) {
	w, _ := newWorker(t)
	as := w.idle()
	d := After(time.Second)
	w.wait(t, d, as)
	d.Drop(w.as(as))
	require.Empty(t, w.stage.armed)
	require.Empty(t, w.stage.retired)
	require.Len(t, w.stage.free, chunkEntries)
}

func TestAStagedTimerMayBeDroppedElsewhere(t *testing.T) {
	clock := NewPausedClock(epoch)
	k := newKitchen(clock)
	a, b := k.worker(t), k.worker(t)
	d, as := After(time.Second), a.idle()
	a.wait(t, d, as)
	d.Drop(b.as(as))
	b.apply()
	a.apply()
	clock.Advance(time.Minute)
	require.Zero(t, a.turn()+b.turn())
	require.Equal(t, never, a.wheel.Next())
	a.arm(t, time.Second)
	require.Len(t, a.stage.free, chunkEntries-1)
}

func TestATaskThatMovesKeepsItsTimer(t *testing.T) {
	clock := NewPausedClock(epoch)
	k := newKitchen(clock)
	a, b := k.worker(t), k.worker(t)
	d, as := a.arm(t, time.Second)
	b.wait(t, d, as)
	b.apply()
	require.Zero(t, b.count())
	clock.Advance(time.Second)
	require.Equal(t, 1, a.turn())
	_, ready, _ := d.Poll(b.as(as))
	require.True(t, ready)
	b.apply()
	a.turn()
	require.Len(t, a.stage.free, chunkEntries-1, "it waits in the wheel for the next Apply")
	a.arm(t, time.Second)
	require.Len(t, a.stage.free, chunkEntries-1)
}

// tokio: src/runtime/time/tests/mod.rs change_waker: a timer wakes the task that polled it last
func TestTheTaskThatPolledLastIsWoken(t *testing.T) {
	w, clock := newWorker(t)
	d, first := w.arm(t, time.Second)
	second := w.idle()
	w.wait(t, d, second)
	w.apply()
	clock.Advance(time.Second)
	require.Equal(t, 1, w.turn())
	require.Equal(t, []*task{second}, w.takeWoken())
	require.True(t, first.IsIdle())

	d, _ = w.arm(t, time.Second)
	clock.Advance(time.Second)
	w.turn()
	_, ready, _ := d.Poll(w.as(w.idle()))
	require.True(t, ready, "it had fired for the task before")
}

// tokio: tests/time_sleep.rs creating_sleep_outside_of_context: a sleep needs timers; here it is an error of the poll, no panic
// tokio: T30 tests/rt_basic.rs timeout_panics_when_no_time_handle (ours: an error): a worker without timers is told of
// tokio: T63 tests/no_rt.rs timeout_panics_when_no_tokio_context (ours: an error): so is a poll without a worker
// tokio: T62 tests/time_panic.rs timeout_panic_caller, timeout_at_panic_caller (ours: an error): outside a runtime a timer says so
func TestADelayNeedsAWorkerWithTimers(t *testing.T) {
	as := (&kitchen{}).idleTask()
	cx := future.NewContext(nil, &as.Header)
	_, ready, err := After(time.Second).Poll(&cx)
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrNoWorker)

	local := future.Local{Clock: NewClock()}
	local.BeginPoll()
	cx = future.NewContext(&local, &as.Header)
	_, ready, err = After(time.Second).Poll(&cx)
	require.True(t, ready)
	require.ErrorIs(t, err, ErrNoTimers)
	require.True(t, errors.Is(err, ErrNoTimers))
}

func (k *kitchen) idleTask() *task { return (&worker{kitchen: k}).idle() }

func TestANilContextMayDropAndAskForTheTime(t *testing.T) {
	After(time.Second).Drop(nil)
	require.WithinDuration(t, time.Now(), Now(nil), time.Minute)
}

func TestADelaySpendsBudgetOnlyWhenItIsReady(t *testing.T) {
	w, _ := newWorker(t)
	as := w.idle()
	cx := w.as(as)
	waiting := After(time.Hour)
	for range 2 * future.Budget {
		w.cx.SetTask(&as.Header)
		_, ready, _ := waiting.Poll(cx)
		require.False(t, ready)
	}
	require.False(t, w.local.TakeAgain())
	for range future.Budget {
		_, ready, _ := After(0).Poll(cx)
		require.True(t, ready)
	}
	_, ready, _ := After(0).Poll(cx)
	require.False(t, ready)
	require.True(t, w.local.TakeAgain())
	w.local.BeginPoll()
	_, ready, _ = After(0).Poll(cx)
	require.True(t, ready)
}

// tokio: src/runtime/time/tests/mod.rs drop_timer: a timer that is dropped is gone
func TestASleeperThatIsDroppedLeavesTheWheel(t *testing.T) {
	w, _ := newWorker(t)
	f := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, Sleep(cx, time.Hour) })
	as := w.idle()
	_, ready, _ := f.Poll(w.as(as))
	require.False(t, ready)
	w.apply()
	require.Equal(t, 1, w.count())
	future.Drop(w.as(as), f)
	w.apply()
	require.Zero(t, w.count())
}

// TestAWakerMayUseTheTimersThatWakeIt: no lock is held, and nothing that Turn walks through moves under it.
// tokio: tests/time_sleep.rs drop_from_wake: a waker may drop timers, also those that fire with it
func TestAWakerMayUseTheTimersThatWakeIt(t *testing.T) {
	clock := NewPausedClock(epoch)
	w := newKitchen(clock).worker(t)
	var waiter waker.Header
	first, second, third := After(time.Second), After(time.Second), After(time.Second)
	woken := 0
	waiter.Init(waker.NewExecutor(func(*waker.Header) {
		woken++
		second.Drop(nil)
		third.ResetAt(clock.Now().Add(time.Hour))
		first.Reset(time.Second)
	}))
	w.local.BeginPoll()
	cx := future.NewContext(&w.local, &waiter)
	for _, d := range []*Delay{first, second, third} {
		_, ready, err := d.Poll(&cx)
		require.NoError(t, err)
		require.False(t, ready)
	}
	waiter.Idle()
	w.wheel.Apply(w.stage)
	clock.Advance(time.Second)
	w.wheel.Turn(&w.local, clock.Nanos())
	require.Equal(t, 1, woken)
}
