package timer

import (
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// covers: F108 F109
// tokio: T127 tests/time_pause.rs paused_time_is_deterministic: the same sleeps on a paused clock take the same times
func TestPausedTimeIsDeterministic(t *testing.T) {
	run := func() (times []time.Duration) {
		w, clock := newWorker(t)
		r := rand.New(rand.NewPCG(1, 1))
		var total time.Duration
		w.body(func(cx *future.Context) error {
			for range 10_000 {
				d := time.Duration(r.Int64N(int64(time.Second)))
				if err := Sleep(cx, d); err != nil {
					return err
				}
				total += d
				times = append(times, Now(cx).Sub(epoch))
			}
			return nil
		})
		w.runAll(clock)
		require.Equal(t, total, times[len(times)-1])
		return times
	}
	require.Equal(t, run(), run())
}

// covers: F101
// tokio: T128 tests/time_pause.rs test_time_advance_sub_ms: an advance is exact, also below a millisecond
// tokio: T128 tests/time_pause.rs test_time_advance_3ms_and_change: whatever came before
// tokio: T128 tests/time_pause.rs exact_1ms_advance: and of a whole one
func TestAnAdvanceIsExact(t *testing.T) {
	clock := NewPausedClock(epoch)
	for _, us := range []time.Duration{51_592, 1, 3_141_592, 3_123_456, 1000, 1000} {
		before, nanos := clock.Now(), clock.Nanos()
		clock.Advance(us * time.Microsecond)
		require.Equal(t, us*time.Microsecond, clock.Now().Sub(before))
		require.EqualValues(t, us*time.Microsecond, clock.Nanos()-nanos)
	}
}

// tokio: tests/time_pause.rs advance_after_poll: an advance that does not reach the deadline does not fire it
// tokio: tests/time_pause.rs sleep_no_poll: whether the sleep was polled before
// tokio: tests/time_pause.rs sleep_same_task: by the task that advances
// tokio: tests/time_pause.rs sleep_same_task_no_poll: or not
// tokio: T128 tests/time_pause.rs regression_3710_with_submillis_advance: also by fractions of a millisecond
// tokio: T128 tests/time_pause.rs advance_once_with_timer: one that passes the deadline does
// tokio: T128 tests/time_pause.rs advance_multi_with_timer: also in many small steps
func TestAnAdvanceFiresWhatIsDueOnly(t *testing.T) {
	for name, c := range map[string]struct {
		deadline time.Duration
		polled   bool
		steps    []time.Duration
	}{
		"short":          {300 * ms, true, []time.Duration{100 * ms}},
		"short, late":    {300 * ms, false, []time.Duration{100 * ms, 199 * ms}},
		"fraction":       {60 * time.Second, true, []time.Duration{51_592 * time.Microsecond}},
		"over it":        {ms, true, []time.Duration{250 * time.Microsecond, 1500 * time.Microsecond}},
		"in small steps": {ms, true, []time.Duration{250_000, 250_000, 250_000, 250_000}},
		"by nanoseconds": {10, true, []time.Duration{3, 3, 3, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w, clock := newWorker(t)
			d, as := At(epoch.Add(c.deadline)), w.idle()
			if c.polled {
				w.wait(t, d, as)
			}
			for _, step := range c.steps {
				clock.Advance(step)
				isDue := clock.Now().Sub(epoch) >= c.deadline
				w.turn()
				require.Equal(t, isDue && c.polled, d.IsElapsed())
				require.Equal(t, isDue, len(w.takeWoken()) == 1)
				if !isDue {
					w.wait(t, d, as)
					continue
				}
				_, ready, err := d.Poll(w.as(as))
				require.NoError(t, err)
				require.True(t, ready)
			}
		})
	}
}

// tokio: tests/time_pause.rs interval: ticks come at their times while the clock is advanced by hand, and none is left out
func TestTicksWhileTheClockIsAdvanced(t *testing.T) {
	w, clock := newWorker(t)
	clock.Advance(ms)
	it, as := EveryAt(epoch, 300*ms), w.idle()
	for _, c := range []struct {
		advance time.Duration
		want    []time.Duration
	}{{0, []time.Duration{0}}, {100, nil}, {200, []time.Duration{300}}, {400, []time.Duration{600}}, {500, []time.Duration{900, 1200}}} {
		clock.Advance(c.advance * ms)
		w.turn()
		for _, want := range c.want {
			tick, ready, err := it.PollTick(w.as(as))
			require.NoError(t, err)
			require.True(t, ready)
			require.Equal(t, epoch.Add(want*ms), tick)
		}
		_, ready, err := it.PollTick(w.as(as))
		require.NoError(t, err)
		require.False(t, ready)
		w.apply()
	}
}

// tokio: T131 tests/test_clock.rs resume_lets_time_move_forward_instead_of_resetting_it: what was advanced stays
// tokio: T131 tests/test_clock.rs can_pause_after_resume: and once more
func TestResumeKeepsWhatWasAdvanced(t *testing.T) {
	clock := NewClock()
	start := clock.Now()
	for i := range time.Duration(2) {
		clock.Pause()
		clock.Advance(10 * time.Second)
		paused := clock.Now()
		require.GreaterOrEqual(t, paused.Sub(start), (i+1)*10*time.Second)
		clock.Resume()
		require.False(t, clock.Now().Before(paused))
		require.Less(t, clock.Now().Sub(paused), 5*time.Second)
	}
}

// covers: F102 F103
// tokio: T117 tests/time_sleep.rs immediate_sleep: a deadline that is now is ready at the first poll, and elapsed only then
// tokio: tests/time_sleep.rs is_elapsed: a sleep has elapsed when it was ready, not before
func TestIsElapsed(t *testing.T) {
	w, clock := newWorker(t)
	now := At(epoch)
	require.False(t, now.IsElapsed())
	_, ready, err := now.Poll(w.as(w.idle()))
	require.NoError(t, err)
	require.True(t, ready)
	require.True(t, now.IsElapsed())

	d, as := After(10*ms), w.idle()
	require.False(t, d.IsElapsed())
	w.wait(t, d, as)
	w.apply()
	require.False(t, d.IsElapsed())
	clock.Advance(10 * ms)
	w.turn()
	_, ready, _ = d.Poll(w.as(as))
	require.True(t, ready)
	require.True(t, d.IsElapsed())
}

// tokio: T120 tests/time_sleep.rs short_sleeps: a thousand sleeps of nothing end
func TestAThousandSleepsOfNothingEnd(t *testing.T) {
	w, clock := newWorker(t)
	task := w.body(func(cx *future.Context) error {
		for range 1000 {
			if err := Sleep(cx, 0); err != nil {
				return err
			}
		}
		return nil
	})
	w.runAll(clock)
	require.True(t, task.done)
	require.Zero(t, clock.Nanos())
}

// tokio: tests/time_sleep.rs drop_after_reschedule_at_new_scheduled_time: dropped in the slot that it was moved from
func TestADelayThatWasMovedIsDroppedBesideOthers(t *testing.T) {
	w, clock := newWorker(t)
	a, asA := w.arm(t, 5*ms)
	b, _ := w.arm(t, 5*ms)
	_, asC := w.arm(t, 10*ms)
	b.ResetAt(epoch.Add(10 * ms))
	clock.Advance(5 * ms)
	require.Equal(t, 1, w.turn())
	require.Equal(t, []*task{asA}, w.takeWoken())
	require.True(t, a.IsElapsed())
	b.Drop(w.as(asA))
	clock.Advance(5 * ms)
	require.Equal(t, 1, w.turn())
	require.Equal(t, []*task{asC}, w.takeWoken())
	require.Zero(t, w.count())
}

// tokio: src/time/sleep.rs sleep_until: a body sleeps until a time
func TestSleepUntil(t *testing.T) {
	w, clock := newWorker(t)
	var at []time.Duration
	w.body(func(cx *future.Context) error {
		for _, until := range []time.Duration{time.Minute, time.Second, time.Hour} {
			if err := SleepUntil(cx, epoch.Add(until)); err != nil {
				return err
			}
			at = append(at, Now(cx).Sub(epoch))
		}
		return nil
	})
	w.runAll(clock)
	require.Equal(t, []time.Duration{time.Minute, time.Minute, time.Hour}, at)
	require.Zero(t, w.count())
	w, clock = newWorker(t)
	requireNoAllocs(t, w, clock, func(cx *future.Context) error { return SleepUntil(cx, Now(cx).Add(time.Hour)) })
}

// covers: F107
// tokio: tests/time_timeout.rs simultaneous_deadline_future_completion: a ready future wins against a deadline that is now
// tokio: tests/time_timeout.rs completed_future_past_deadline: and against one that has passed
// tokio: tests/time_timeout.rs deadline_now_elapses: one that is not ready loses
// tokio: tests/time_timeout.rs deadline_future_elapses: at the deadline, for which the task is woken
// tokio: tests/time_timeout.rs future_and_deadline_in_future: a future that is ready before the deadline wins
func TestTimeoutAt(t *testing.T) {
	w, clock := newWorker(t)
	clock.Advance(time.Hour)
	now, as := clock.Now(), w.idle()
	for _, past := range []time.Duration{0, -time.Second, -2 * time.Hour} {
		_, ready, err := TimeoutAt(now.Add(past), readyAt(1)).Poll(w.as(as))
		require.NoError(t, err)
		require.True(t, ready)
		p := &part{}
		_, ready, err = TimeoutAt(now.Add(past), p).Poll(w.as(as))
		require.Equal(t, ErrElapsed, err)
		require.True(t, ready)
		require.Equal(t, 1, p.drops)
	}
	for _, advance := range []time.Duration{90 * ms, 100 * ms} {
		p := readyAt(2)
		if advance == 100*ms {
			p = &part{}
		}
		f := TimeoutAt(clock.Now().Add(100*ms), p)
		_, ready, _ := f.Poll(w.as(as))
		require.False(t, ready)
		w.apply()
		clock.Advance(advance)
		w.turn()
		require.Equal(t, advance == 100*ms, len(w.takeWoken()) == 1)
		as.Begin()
		as.Idle()
		_, ready, err := f.Poll(w.as(as))
		require.True(t, ready)
		if advance == 100*ms {
			require.Equal(t, ErrElapsed, err)
		} else {
			require.NoError(t, err)
		}
		w.apply()
		require.Zero(t, w.count())
	}
}

// counter is a stream that yields at each fourth tick. With wakes, it asks for another poll after each of the others.
type counter struct {
	it    *Interval
	ticks int
	wakes bool
}

func (c *counter) PollNext(cx *future.Context) (int, bool, error) {
	if c.ticks > 12 {
		return 0, true, io.EOF
	}
	if _, ready, err := c.it.PollTick(cx); !ready {
		return 0, false, err
	}
	if c.ticks++; c.ticks%4 == 0 {
		return c.ticks, true, nil
	}
	if c.wakes {
		cx.Again()
	}
	return 0, false, nil
}

// tokio: T124 tests/time_interval.rs stream_with_interval_poll_tick_self_waking: who asks for more polls gets all ticks
// tokio: T124 tests/time_interval.rs stream_with_interval_poll_tick_no_waking: a tick that is ready leaves no waker behind
func TestATickThatIsReadyLeavesNoWakerBehind(t *testing.T) {
	for _, wakes := range []bool{true, false} {
		w, clock := newWorker(t)
		c := &counter{it: Every(10 * ms), wakes: wakes}
		var got []int
		_ = w.body(func(cx *future.Context) error {
			_, err := AwaitTimeout(cx, 150*ms, future.Func(func(cx *future.Context) (none struct{}, _ bool, _ error) {
				for {
					n, ready, err := c.PollNext(cx)
					if !ready || err != nil {
						return none, ready, err
					}
					got = append(got, n)
				}
			}))
			if wakes {
				require.Equal(t, io.EOF, err)
			} else {
				require.Equal(t, ErrElapsed, err)
			}
			return nil
		})
		w.runAll(clock)
		if wakes {
			require.Equal(t, []int{4, 8, 12}, got)
		} else {
			require.Empty(t, got)
		}
	}
}

// covers: F104
// tokio: tokio-stream/src/wrappers/interval.rs IntervalStream: an interval is a stream of ticks
func TestAnIntervalIsAStream(t *testing.T) {
	w, clock := newWorker(t)
	var got []time.Duration
	w.body(func(cx *future.Context) error {
		it := Every(time.Second)
		for tick := range it.All(cx) {
			if got = append(got, tick.Sub(epoch)); len(got) == 3 {
				break
			}
		}
		for range Every(0).All(cx) {
			t.Error("a tick")
		}
		return nil
	})
	w.runAll(clock)
	require.Equal(t, []time.Duration{0, time.Second, 2 * time.Second}, got)

	as, it := w.idle(), Every(time.Second)
	_, ready, err := it.PollNext(w.as(as))
	require.NoError(t, err)
	require.True(t, ready)
	_, ready, err = it.PollNext(w.as(as))
	require.NoError(t, err)
	require.False(t, ready)
	bad := Every(0)
	_, ready, err = bad.PollNext(w.as(as))
	require.True(t, ready)
	require.ErrorIs(t, err, ErrBadPeriod)
	_, ready, err = bad.PollNext(w.as(as))
	require.True(t, ready)
	require.Equal(t, io.EOF, err)
}
