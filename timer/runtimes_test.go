package timer

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// twoRuntimes returns workers of two executors. Both clocks show the same time, but the first has run for an hour.
func twoRuntimes(t *testing.T) (old, young *worker, advance func(d time.Duration)) {
	a, b := NewPausedClock(epoch), NewPausedClock(epoch.Add(time.Hour))
	a.Advance(time.Hour)
	return newKitchen(a).worker(t), newKitchen(b).worker(t), func(d time.Duration) { a.Advance(d); b.Advance(d) }
}

// bothWays runs test for a move from an old runtime to a young one, and the other way round.
func bothWays(t *testing.T, test func(t *testing.T, from, to *worker, advance func(d time.Duration))) {
	old, young, advance := twoRuntimes(t)
	t.Run("to a younger runtime", func(t *testing.T) { test(t, old, young, advance) })
	old, young, advance = twoRuntimes(t)
	t.Run("to an older runtime", func(t *testing.T) { test(t, young, old, advance) })
}

// tokio: tests/time_rt.rs tickspace: a delay that moves between runtimes of different age lasts as long as it says
// tokio: T132 tests/time_alt.rs reset_should_stay_on_same_runtime: here it follows the runtime that polls it
func TestADelayThatMovesToAnotherRuntimeLastsAsLongAsBefore(t *testing.T) {
	for name, make := range map[string]func(w *worker) *Delay{
		"after": func(*worker) *Delay { return After(10 * time.Second) },
		"at":    func(w *worker) *Delay { return At(w.clock.Now().Add(10 * time.Second)) },
		"reset": func(w *worker) *Delay {
			d := After(time.Minute)
			d.Poll(w.as(w.idle()))
			d.Reset(10 * time.Second)
			return d
		},
	} {
		for _, leave := range []string{"armed", "staged", "dropped"} {
			t.Run(name+" "+leave, func(t *testing.T) {
				bothWays(t, func(t *testing.T, from, to *worker, advance func(d time.Duration)) {
					d, as := make(from), to.idle()
					from.wait(t, d, from.idle())
					switch leave {
					case "armed":
						from.apply()
					case "dropped":
						from.apply()
						d.Drop(from.as(as))
					}
					advance(4 * time.Second)
					to.wait(t, d, as)
					from.apply()
					to.apply()
					require.Equal(t, to.clock.Now().Add(6*time.Second), d.Deadline())
					advance(6*time.Second - 1)
					require.Zero(t, to.turn())
					advance(1)
					require.Equal(t, 1, to.turn())
					require.Equal(t, []*task{as}, to.takeWoken())
					require.Zero(t, from.turn(), "it left a timer behind")
					require.Zero(t, from.count())
					_, ready, err := d.Poll(to.as(as))
					require.NoError(t, err)
					require.True(t, ready)
				})
			})
		}
	}
}

// The cell of a task that has ended may be another runtime's task at once.
func TestATimerOfAnotherRuntimeIsNotKeptForTheSameTask(t *testing.T) {
	bothWays(t, func(t *testing.T, from, to *worker, advance func(d time.Duration)) {
		d, as := from.arm(t, time.Second)
		to.wait(t, d, as)
		to.apply()
		require.Equal(t, 1, to.count())
		from.turn()
		require.Zero(t, from.count())
	})
}

func TestADelayThatHasFiredIsReadyOnAnyRuntime(t *testing.T) {
	bothWays(t, func(t *testing.T, from, to *worker, _ func(d time.Duration)) {
		d := At(from.clock.Now().Add(time.Second))
		from.wait(t, d, from.idle())
		from.apply()
		from.clock.(*Clock).Advance(time.Second)
		require.Equal(t, 1, from.turn())
		_, ready, err := d.Poll(to.as(to.idle())) // though its clock is not there yet
		require.NoError(t, err)
		require.True(t, ready)
	})
}

func TestATimeIsThatOfTheRuntimeThatPolls(t *testing.T) {
	from, to, _ := twoRuntimes(t)
	to.clock.(*Clock).Advance(time.Minute)
	d, as := At(from.clock.Now().Add(90*time.Second)), to.idle()
	from.wait(t, d, from.idle())
	to.wait(t, d, as)
	to.apply()
	to.clock.(*Clock).Advance(30*time.Second - 1)
	require.Zero(t, to.turn())
	to.clock.(*Clock).Advance(1)
	require.Equal(t, 1, to.turn())
}

func TestADelayOutlivesTheRuntimeThatItLeaves(t *testing.T) {
	bothWays(t, func(t *testing.T, from, to *worker, advance func(d time.Duration)) {
		d, _ := from.arm(t, time.Second)
		from.wheel.Close(&from.local)
		as := to.idle()
		to.wait(t, d, as)
		to.apply()
		advance(time.Second)
		require.Equal(t, 1, to.turn())
		_, ready, err := d.Poll(to.as(as))
		require.NoError(t, err)
		require.True(t, ready)
	})
}

func TestAnIntervalThatMovesToAnotherRuntimeKeepsItsSchedule(t *testing.T) {
	for name, make := range map[string]func(w *worker) *Interval{
		"every":   func(*worker) *Interval { return Every(time.Second) },
		"everyAt": func(w *worker) *Interval { return EveryAt(w.clock.Now(), time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, from, to *worker, advance func(d time.Duration)) {
				it := make(from)
				start := from.clock.Now()
				w, as := from, from.idle()
				for i := range time.Duration(6) {
					tick, ready, err := it.PollTick(w.as(as))
					require.NoError(t, err)
					require.True(t, ready, i)
					require.Equal(t, start.Add(i*time.Second), tick)
					_, ready, _ = it.PollTick(w.as(as))
					require.False(t, ready)
					w.apply()
					advance(time.Second / 2)
					from, to = to, from
					w, as = from, from.idle()
					_, ready, _ = it.PollTick(w.as(as))
					require.False(t, ready, "early")
					w.apply()
					advance(time.Second / 2)
					require.Equal(t, 1, w.turn())
				}
			})
		})
	}
}

func TestShiftedNanosDoNotWrap(t *testing.T) {
	const lowest, highest = math.MinInt64, math.MaxInt64
	for _, c := range [][3]int64{
		{5, 3, 8}, {5, -3, 2}, {3, -5, -2}, {-3, 5, 2}, {highest, 1, highest}, {highest, -1, highest - 1},
		{lowest, -1, lowest}, {lowest + 1, -1, lowest}, {lowest, 1, lowest + 1}, {lowest, -highest, lowest},
	} {
		require.Equal(t, c[2], shifted(c[0], c[1]), "%d + %d", c[0], c[1])
	}
}

func TestTheZeroDelayIsReadyAtOnceUnlessItIsReset(t *testing.T) {
	w, clock := newWorker(t)
	as := w.idle()
	var zero, reset, resetAt Delay
	_, ready, err := zero.Poll(w.as(as))
	require.NoError(t, err)
	require.True(t, ready)
	require.True(t, zero.IsElapsed())
	reset.Reset(time.Second)
	resetAt.ResetAt(epoch.Add(time.Second))
	for _, d := range []*Delay{&reset, &resetAt} {
		w.wait(t, d, w.idle())
	}
	w.apply()
	clock.Advance(time.Second - 1)
	require.Zero(t, w.turn())
	clock.Advance(1)
	require.Equal(t, 2, w.turn())
}
