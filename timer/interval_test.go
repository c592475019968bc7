package timer

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

const ms = time.Millisecond

// The schedules are those of tokio, tests/time_interval.rs: ticks of 300 ms, and a task that is late twice.
// covers: F105
// tokio: tests/time_interval.rs burst: missed ticks come one after the other
// tokio: tests/time_interval.rs delay: a missed tick begins a new schedule
// tokio: tests/time_interval.rs skip: missed ticks are left out
func TestMissedTicks(t *testing.T) {
	for _, c := range []struct {
		name   string
		missed MissedTick
		want   [][2]time.Duration // when the tick was taken, for when it was due
	}{
		{"burst", Burst, [][2]time.Duration{
			{0, 0}, {300, 300}, {950, 600}, {950, 900}, {1200, 1200}, {2450, 1500}, {2450, 1800}, {2450, 2100}, {2450, 2400}, {2700, 2700},
		}},
		{"delayed", Delayed, [][2]time.Duration{
			{0, 0}, {300, 300}, {950, 600}, {1250, 1250}, {1550, 1550}, {2450, 1850}, {2750, 2750},
		}},
		{"skip", Skip, [][2]time.Duration{
			{0, 0}, {300, 300}, {950, 600}, {1200, 1200}, {1500, 1500}, {2450, 1800}, {2700, 2700},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, clock := newWorker(t)
			it := Every(300 * ms)
			require.Equal(t, Burst, it.Missed())
			it.SetMissed(c.missed)
			require.Equal(t, c.missed, it.Missed())
			var got [][2]time.Duration
			w.body(func(cx *future.Context) error {
				for len(got) < len(c.want) {
					tick, err := it.Tick(cx)
					if err != nil {
						return err
					}
					got = append(got, [2]time.Duration{Now(cx).Sub(epoch) / ms, tick.Sub(epoch) / ms})
					switch due := c.want[min(len(got), len(c.want)-1)]; { // work that ends after the next tick was due
					case due[0] == 950 && due[1] == 600, due[0] == 2450 && got[len(got)-1][0] < 2450:
						clock.Advance(epoch.Add(due[0] * ms).Sub(clock.Now()))
					}
				}
				return nil
			})
			w.runAll(clock)
			require.Equal(t, c.want, got)
		})
	}
}

// ticks takes n ticks, the clock jumping to each, and returns how long after the beginning they came.
func ticks(t *testing.T, w *worker, clock *Clock, it *Interval, n int) (at []time.Duration) {
	t.Helper()
	task := w.body(func(cx *future.Context) error {
		for range n {
			tick, err := it.Tick(cx)
			if err != nil {
				return err
			}
			require.Equal(t, tick, Now(cx))
			at = append(at, tick.Sub(epoch))
		}
		return nil
	})
	w.runAll(clock)
	require.True(t, task.done)
	return at
}

func TestEveryTicksAtOnceAndThenEachPeriod(t *testing.T) {
	w, clock := newWorker(t)
	it := Every(7 * ms)
	require.Equal(t, 7*ms, it.Period())
	clock.Advance(time.Second)
	require.Equal(t, []time.Duration{1000 * ms, 1007 * ms, 1014 * ms, 1021 * ms}, ticks(t, w, clock, it, 4))
}

func TestEveryAtTicksFirstAtItsStart(t *testing.T) {
	w, clock := newWorker(t)
	require.Equal(t, []time.Duration{500 * ms, 600 * ms}, ticks(t, w, clock, EveryAt(epoch.Add(500*ms), 100*ms), 2))
}

func TestTicksAreExactlyAPeriodApartWhileTheClockRuns(t *testing.T) {
	clock := &movingClock{}
	w := newKitchen(clock).worker(t)
	start := epoch.Add(time.Millisecond)
	at, every := EveryAt(start, ms), Every(ms)
	var first time.Time
	for i := range time.Duration(5) {
		for _, it := range []*Interval{at, every} {
			clock.nanos = int64((i + 2) * ms)
			it.delay.Drop(nil)
			tick, ready, err := it.PollTick(w.as(w.idle()))
			require.NoError(t, err)
			require.True(t, ready)
			if it == at {
				require.Equal(t, start.Add(i*ms), tick)
				continue
			}
			if i == 0 {
				first = tick
			}
			require.Equal(t, first.Add(i*ms), tick)
		}
	}
}

func TestEveryAtThePastCatchesUp(t *testing.T) {
	w, clock := newWorker(t)
	it := EveryAt(epoch.Add(-250*ms), 100*ms)
	var at []time.Duration
	w.body(func(cx *future.Context) error {
		for range 4 {
			tick, err := it.Tick(cx)
			if err != nil {
				return err
			}
			at = append(at, tick.Sub(epoch))
		}
		return nil
	})
	w.runAll(clock)
	require.Equal(t, []time.Duration{-250 * ms, -150 * ms, -50 * ms, 50 * ms}, at)
	require.EqualValues(t, 50*ms, clock.Nanos())
}

// The year 1 is further back than the clock can count: the first tick is missed all the same, and the schedule holds.
func TestEveryAtTheZeroTimeKeepsItsMode(t *testing.T) {
	for missed, want := range map[MissedTick]time.Duration{Delayed: 3*time.Hour + 20*time.Minute, Skip: 3 * time.Hour} {
		w, clock := newWorker(t)
		clock.Advance(2*time.Hour + 20*time.Minute)
		it := EveryAt(time.Time{}, time.Hour)
		it.SetMissed(missed)
		tick, ready, err := it.PollTick(w.as(w.idle()))
		require.NoError(t, err)
		require.True(t, ready)
		require.Equal(t, time.Time{}, tick)
		require.Equal(t, []time.Duration{want, want + time.Hour}, ticks(t, w, clock, it, 2), missed)
	}
}

func TestATickThatIsLittleLateKeepsTheSchedule(t *testing.T) {
	for _, missed := range []MissedTick{Burst, Delayed, Skip} {
		w, clock := newWorker(t)
		it := Every(100 * ms)
		it.SetMissed(missed)
		ticks(t, w, clock, it, 1)
		clock.Advance(105 * ms) // 5 ms late
		_, ready, err := it.PollTick(w.as(w.idle()))
		require.NoError(t, err)
		require.True(t, ready)
		require.Equal(t, []time.Duration{200 * ms}, ticks(t, w, clock, it, 1), missed)
	}
}

// covers: F106
// tokio: T123 tests/time_interval.rs reset: the next tick comes one period after the reset
// tokio: T123 tests/time_interval.rs reset_immediately: at once
// tokio: T123 tests/time_interval.rs reset_after: after a duration
// tokio: T123 tests/time_interval.rs reset_at: at a time
// tokio: T123 tests/time_interval.rs reset_at_bigger_than_interval: also one that is more than a period away
func TestIntervalResets(t *testing.T) {
	for name, c := range map[string]struct {
		reset func(it *Interval)
		want  []time.Duration
	}{
		"one period from now": {func(it *Interval) { it.Reset() }, []time.Duration{150 * ms, 250 * ms}},
		"immediately":         {func(it *Interval) { it.ResetImmediately() }, []time.Duration{50 * ms, 150 * ms}},
		"after":               {func(it *Interval) { it.ResetAfter(20 * ms) }, []time.Duration{70 * ms, 170 * ms}},
		"at":                  {func(it *Interval) { it.ResetAt(epoch.Add(90 * ms)) }, []time.Duration{90 * ms, 190 * ms}},
		"at a far time":       {func(it *Interval) { it.ResetAt(epoch.Add(1050 * ms)) }, []time.Duration{1050 * ms, 1150 * ms}},
	} {
		t.Run(name, func(t *testing.T) {
			w, clock := newWorker(t)
			it := Every(100 * ms)
			ticks(t, w, clock, it, 1)
			clock.Advance(50 * ms)
			c.reset(it)
			require.Equal(t, c.want, ticks(t, w, clock, it, 2))
		})
		t.Run(name+", while a task waits", func(t *testing.T) {
			w, clock := newWorker(t)
			it := Every(100 * ms)
			ticks(t, w, clock, it, 1)
			var at time.Duration
			w.body(func(cx *future.Context) error {
				tick, err := it.Tick(cx)
				at = tick.Sub(epoch)
				return err
			})
			w.run()
			clock.Advance(50 * ms)
			c.reset(it)
			w.runAll(clock)
			require.Equal(t, c.want[0], at)
		})
	}
}

func TestResetBeforeTheFirstTickDelaysIt(t *testing.T) {
	w, clock := newWorker(t)
	it := Every(100 * ms)
	it.Reset()
	clock.Advance(10 * ms)
	require.Equal(t, []time.Duration{110 * ms, 210 * ms}, ticks(t, w, clock, it, 2))
}

// tokio: T123 tests/time_interval.rs interval_zero_duration: a period of zero is a mistake; here an error, no panic
// tokio: T62 tests/time_panic.rs interval_panic_caller, interval_at_panic_caller (ours: an error): whichever way it was made
func TestAPeriodThatIsNotPositiveIsAnError(t *testing.T) {
	w, _ := newWorker(t)
	for _, d := range []time.Duration{0, -1, math.MinInt64} {
		for _, it := range []*Interval{Every(d), EveryAt(epoch, d)} {
			_, ready, err := it.PollTick(w.as(w.idle()))
			require.True(t, ready)
			require.ErrorIs(t, err, ErrBadPeriod)
		}
	}
}

// tokio: T123 tests/time_interval.rs interval_doesnt_panic_max_duration_when_polling: the longest period ticks once
func TestAPeriodBeyondTheClockTicksOnce(t *testing.T) {
	w, clock := newWorker(t)
	clock.Advance(time.Hour)
	it := Every(math.MaxInt64)
	require.Len(t, ticks(t, w, clock, it, 1), 1)
	as := w.idle()
	_, ready, err := it.PollTick(w.as(as))
	require.NoError(t, err)
	require.False(t, ready)
	it.Drop(w.as(as))
}

func TestATickThatIsAbortedLeavesNoTimerAndKeepsTheSchedule(t *testing.T) {
	w, clock := newWorker(t)
	it := Every(100 * ms)
	ticks(t, w, clock, it, 1)
	f := future.Async(func(cx *future.Context) (time.Time, error) { return it.Tick(cx) })
	as := w.idle()
	_, ready, _ := f.Poll(w.as(as))
	require.False(t, ready)
	w.apply()
	require.Equal(t, 1, w.count())
	future.Drop(w.as(as), f)
	w.apply()
	require.Zero(t, w.count())
	require.Equal(t, []time.Duration{100 * ms}, ticks(t, w, clock, it, 1))
}

func TestAnIntervalThatIsAlwaysDueYields(t *testing.T) {
	w, clock := newWorker(t)
	it := Every(1)
	clock.Advance(time.Second)
	cx := w.as(w.idle())
	it.PollTick(cx)
	clock.Advance(time.Second)
	taken := 1
	for range 10 * future.Budget {
		if _, ready, _ := it.PollTick(cx); !ready {
			break
		}
		taken++
	}
	require.Equal(t, future.Budget, taken)
	require.True(t, w.local.TakeAgain())
}
