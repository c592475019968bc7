package timer

import (
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/waker"
)

// wait polls d as a task and requires it not to be ready.
func (w *worker) wait(t testing.TB, d *Delay, as *task) {
	t.Helper()
	_, ready, err := d.Poll(w.as(as))
	require.NoError(t, err)
	require.False(t, ready)
}

// arm returns a Delay of d that waits, applied, and its task.
func (w *worker) arm(t testing.TB, d time.Duration) (*Delay, *task) {
	t.Helper()
	delay, as := After(d), w.idle()
	w.wait(t, delay, as)
	w.apply()
	return delay, as
}

// tokio: T119 tests/time_sleep.rs long_sleeps: ten years, to the nanosecond
// tokio: T119 tests/time_sleep.rs multi_long_sleeps: however long the clock has run
func TestADeadlineOfYearsIsReachedExactly(t *testing.T) {
	for _, d := range []time.Duration{
		64 << tickBits, 64<<tickBits + 1, 4096 << tickBits, time.Hour,
		365 * 24 * time.Hour, 10 * 365 * 24 * time.Hour, 250 * 365 * 24 * time.Hour,
	} {
		w, clock := newWorker(t)
		_, as := w.arm(t, d)
		clock.Advance(d - 1)
		require.Zero(t, w.turn(), d)
		clock.Advance(1)
		require.Equal(t, 1, w.turn(), d)
		require.Equal(t, []*task{as}, w.takeWoken())
		require.Equal(t, never, w.wheel.Next())
	}
}

// tokio: T119 tests/time_sleep.rs exactly_max: the longest duration is no mistake; here it never ends, in Tokio after 30 years
// tokio: T119 tests/time_sleep.rs no_out_of_bounds_close_to_max: nor is one that is little less
// tokio: T119 tests/time_sleep.rs issue_5183: and beside short ones
// tokio: src/runtime/time/tests/mod.rs instant_to_tick_max: what lies behind the end of the clock is no mistake
func TestADeadlineBeyondTheClockNeverComes(t *testing.T) {
	w, clock := newWorker(t)
	clock.Advance(time.Hour)
	delay, _ := w.arm(t, math.MaxInt64)
	for range 100 {
		clock.Advance(2 * 365 * 24 * time.Hour)
		w.turn()
	}
	require.False(t, delay.IsElapsed())
	delay.Drop(w.as(w.idle()))
	w.apply()
	require.Equal(t, never, w.wheel.Next())
}

func TestOneInstantFiresInChunks(t *testing.T) {
	n := 1_000_000
	if testing.Short() || invariant.Enabled {
		n = 100_000
	}
	clock := &manualClock{}
	w := newKitchen(clock).worker(t)
	as := w.idle()
	cx := w.as(as)
	delays := make([]Delay, n)
	for i := range delays {
		delays[i].deadline = int64(time.Hour)
		delays[i].Poll(cx)
	}
	w.apply()
	clock.nanos = 2 * int64(time.Hour)
	turns := 0
	for w.wheel.Next() <= clock.nanos {
		before := w.count()
		w.wheel.Turn(&w.local, clock.nanos)
		require.LessOrEqual(t, before-w.count(), turnLimit)
		turns++
	}
	require.GreaterOrEqual(t, turns, n/turnLimit)
	for i := range delays {
		require.True(t, delays[i].IsElapsed())
	}
}

// count returns the number of entries in the wheel.
func (w *worker) count() (n int) {
	for _, list := range w.wheel.slot {
		n += len(list)
	}
	return n - w.wheel.head
}

func TestTimersOfOneInstantFireInTheOrderInWhichTheyWereArmed(t *testing.T) {
	w, clock := newWorker(t)
	var want []*task
	for range 10 {
		_, as := w.arm(t, time.Second)
		want = append(want, as)
	}
	clock.Advance(time.Second)
	w.turn()
	require.Equal(t, want, w.takeWoken())
}

func TestATaskOfAnotherExecutorIsQueuedThere(t *testing.T) {
	w, clock := newWorker(t)
	var there []*waker.Header
	as := &task{}
	as.InitIdle(waker.NewExecutor(func(h *waker.Header) { there = append(there, h) }))
	w.wait(t, After(time.Second), as)
	clock.Advance(time.Second)
	require.Equal(t, 1, w.turn())
	require.Empty(t, w.takeWoken())
	require.Len(t, there, 1)
}

func TestATaskThatHasEndedIsNotCountedAsWoken(t *testing.T) {
	w, clock := newWorker(t)
	_, as := w.arm(t, time.Second)
	as.Finish()
	clock.Advance(time.Second)
	require.Zero(t, w.turn())
}

func TestAnIdleWorkerWakesOnceForOneTimer(t *testing.T) {
	for _, d := range []time.Duration{time.Microsecond, time.Millisecond, time.Second, time.Hour, 1000 * time.Hour} {
		clock := &manualClock{nanos: 12345}
		w := newKitchen(clock).worker(t)
		w.arm(t, d)
		next := w.wheel.Next()
		require.GreaterOrEqual(t, next, clock.nanos+int64(d))
		require.Less(t, next, clock.nanos+int64(d)+1<<tickBits)
		clock.nanos = next
		require.Equal(t, 1, w.wheel.Turn(&w.local, next), d)
	}
}

func TestTurnBeforeTheTickIsOverDoesNotSpin(t *testing.T) {
	clock := &manualClock{}
	w := newKitchen(clock).worker(t)
	w.arm(t, 100)
	clock.nanos = 200 // due, but its tick is not over
	require.Zero(t, w.wheel.Turn(&w.local, clock.nanos))
	require.Equal(t, int64(1<<tickBits), w.wheel.Next())
}

func TestTimeThatStandsOrGoesBackHarmsNothing(t *testing.T) {
	w, clock := newWorker(t)
	clock.Advance(time.Second)
	w.turn()
	_, as := w.arm(t, time.Millisecond)
	w.wheel.Turn(&w.local, 0)
	require.Empty(t, w.takeWoken())
	clock.Advance(time.Millisecond)
	require.Equal(t, 1, w.turn())
	require.Equal(t, []*task{as}, w.takeWoken())
}

func TestCloseFailsEveryTimer(t *testing.T) {
	w, _ := newWorker(t)
	armed, armedTask := w.arm(t, time.Hour)
	dropped, droppedTask := w.arm(t, time.Hour)
	moved, movedTask := w.arm(t, time.Hour)
	staged, stagedTask := After(time.Hour), w.idle()
	w.wait(t, staged, stagedTask)
	moved.Reset(time.Minute)

	w.wheel.Close(&w.local)
	w.wheel.Close(&w.local)
	dropped.Drop(nil)
	require.ElementsMatch(t, []*task{armedTask, droppedTask, movedTask}, w.takeWoken())
	w.apply()
	require.Equal(t, []*task{stagedTask}, w.takeWoken(), "armed after Close")
	for _, d := range []*Delay{armed, moved, staged} {
		require.True(t, d.IsElapsed())
		_, ready, err := d.Poll(w.as(armedTask))
		require.True(t, ready)
		require.ErrorIs(t, err, ErrClosed)
	}
	require.Zero(t, w.turn())
	require.Equal(t, never, w.wheel.Next())
}

// A Delay may outlive its runtime: whoever has it may still do with it what he wants.
func TestADelayOfAClosedWheelIsMovedAndDroppedInVain(t *testing.T) {
	for name, late := range map[string]func(d *Delay){
		"to earlier":            func(d *Delay) { d.Reset(time.Minute) },
		"to later":              func(d *Delay) { d.Reset(2 * time.Hour) },
		"dropped":               func(d *Delay) { d.Drop(nil) },
		"dropped and moved":     func(d *Delay) { d.Drop(nil); d.Reset(time.Minute) },
		"moved back and forth":  func(d *Delay) { d.Reset(time.Minute); d.ResetAt(epoch.Add(2 * time.Hour)) },
		"moved, dropped before": func(d *Delay) { d.Reset(time.Minute); d.Drop(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			w, clock := newWorker(t)
			d, as := w.arm(t, time.Hour)
			w.wheel.Close(nil)
			require.Equal(t, []*task{as}, w.takeWoken())
			late(d)
			require.Zero(t, w.roused, "nobody is there to be roused")
			require.Same(t, &closedInbox, w.wheel.inbox.head.Load(), "a closed wheel keeps nothing")
			require.Equal(t, never, w.wheel.Next())

			again := w.idle()
			w.wait(t, d, again)
			w.apply()
			require.Equal(t, []*task{again}, w.takeWoken())
			_, ready, err := d.Poll(w.as(again))
			require.True(t, ready)
			require.ErrorIs(t, err, ErrClosed)
			w.apply()
			clock.Advance(3 * time.Hour)
			require.Zero(t, w.turn())
		})
	}
}

func TestAnEarlierDeadlineThatFindsTheInboxClosedFailsWithTheOthers(t *testing.T) {
	w, _ := newWorker(t)
	d, as := w.arm(t, time.Hour)
	require.Equal(t, tellOwner, d.entry.move(int64(time.Minute)))
	w.wheel.Close(&w.local)
	require.False(t, w.wheel.inbox.put(d.entry))
	require.Equal(t, []*task{as}, w.takeWoken())
	_, ready, err := d.Poll(w.as(as))
	require.True(t, ready)
	require.ErrorIs(t, err, ErrClosed)
}

func TestAnEntryThatComesBackToAClosedWheelIsGivenUp(t *testing.T) {
	k := newKitchen(NewPausedClock(epoch))
	ended, other := k.worker(t), k.worker(t)
	d, as := ended.arm(t, time.Hour)
	other.arm(t, time.Hour)
	ended.wheel.Close(&ended.local)
	d.Drop(other.as(as))
	other.apply()
	require.Same(t, &closedInbox, ended.wheel.inbox.head.Load())
	require.Empty(t, other.stage.retired)
	require.Equal(t, 1, other.count())
}

func TestArmingAndCancellingForEverReusesEntries(t *testing.T) {
	clock := NewPausedClock(epoch)
	k := newKitchen(clock)
	a, b := k.worker(t), k.worker(t)
	as := a.idle()
	round := func(i int) {
		d := After(time.Hour)
		a.wait(t, d, as)
		if i%2 == 0 {
			a.apply()
		}
		switch i % 3 {
		case 0:
			d.Drop(a.as(as))
		case 1:
			d.Drop(b.as(as)) // all arming here and all dropping there must not move the entries over
		default:
			d.Drop(nil)
		}
		a.apply()
		b.apply()
		a.wheel.Turn(&a.local, clock.Nanos())
	}
	for i := range 100_000 {
		round(i)
	}
	require.LessOrEqual(t, len(a.stage.free)+len(a.wheel.free), chunkEntries)
	require.Empty(t, b.stage.free)
	require.Empty(t, b.wheel.free)
	require.Equal(t, never, a.wheel.Next())
}

func TestManyTimersInOnePollReuseEntries(t *testing.T) {
	w, _ := newWorker(t)
	as := w.idle()
	for range 100 {
		delays := make([]Delay, 1000)
		for i := range delays {
			delays[i].deadline = int64(time.Hour)
			w.wait(t, &delays[i], as)
		}
		w.apply()
		for i := range delays {
			delays[i].Drop(w.as(as))
		}
		w.apply()
		require.LessOrEqual(t, len(w.stage.free)+len(w.wheel.free), 1000+chunkEntries)
	}
}

func TestEntriesThatAreNotNeededAreGivenUp(t *testing.T) {
	w, clock := newWorker(t)
	as := w.idle()
	delays := make([]Delay, 10_000)
	for i := range delays {
		delays[i].deadline = int64(time.Hour)
		w.wait(t, &delays[i], as)
	}
	w.apply()
	for i := range delays {
		delays[i].Drop(w.as(as))
	}
	w.apply()
	for range 40 {
		w.arm(t, time.Nanosecond)
		clock.Advance(11 * time.Second)
		w.turn()
	}
	require.LessOrEqual(t, len(w.stage.free), 200)
}

func TestAStageThatIsAppliedElsewhereLeavesItsEntriesThere(t *testing.T) {
	k := newKitchen(NewPausedClock(epoch))
	lost, taker := k.worker(t), k.worker(t)
	lost.arm(t, time.Hour)
	taker.arm(t, time.Hour)
	delay, as := After(time.Second), lost.idle()
	lost.wait(t, delay, as)
	taker.wheel.Apply(lost.stage)
	require.Empty(t, lost.stage.free)
	require.Equal(t, taker.wheel, delay.entry.owner)
	taker.arm(t, time.Hour)
	require.Greater(t, len(taker.stage.free), chunkEntries, "the taker has the lost worker's entries")
}

func TestAStageThatMovesToAnotherWheelGetsItsEntriesBack(t *testing.T) {
	k := newKitchen(NewPausedClock(epoch))
	w, core := k.worker(t), k.worker(t)
	w.arm(t, time.Hour)
	for range 10_000 {
		d, as := After(time.Second), w.idle()
		w.wait(t, d, as)
		core.wheel.Apply(w.stage)
		d.Drop(w.as(as))
		core.wheel.Apply(w.stage)
	}
	require.LessOrEqual(t, len(w.stage.free)+len(core.wheel.free), 2*chunkEntries)
}

func TestACancelledTimerDoesNotPinItsTask(t *testing.T) {
	for name, drop := range map[string]func(w *worker, d *Delay, as *task){
		"in a poll":            func(w *worker, d *Delay, as *task) { d.Drop(w.as(as)) },
		"by another goroutine": func(_ *worker, d *Delay, _ *task) { d.Drop(nil) },
		"after it fired":       func(w *worker, d *Delay, as *task) { w.clock.(*Clock).Advance(time.Hour); w.turn(); d.Drop(w.as(as)) },
		"moved to the past":    func(_ *worker, d *Delay, _ *task) { d.Reset(0) },
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := newWorker(t)
			collected := make(chan struct{})
			func() {
				delay, as := w.arm(t, time.Hour)
				runtime.AddCleanup(as, func(c chan struct{}) { close(c) }, collected)
				drop(w, delay, as)
				w.takeWoken()
			}()
			w.cx.SetTask(new(waker.Header))
			deadline := time.After(10 * time.Second)
			for {
				runtime.GC()
				select {
				case <-collected:
					runtime.KeepAlive(w)
					return
				case <-deadline:
					t.Fatal("the task is still reachable")
				default:
				}
			}
		})
	}
}

func TestApplyIgnoresWhatIsNoStage(t *testing.T) {
	w, _ := newWorker(t)
	w.wheel.Apply(nil)
	w.wheel.Apply((*Stage)(nil))
	require.Equal(t, never, w.wheel.Next())
}
