package timer

import (
	"errors"
	"math"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// part is a future whose polls and drops are counted.
type part struct {
	result func(cx *future.Context, poll int) (int, bool, error)
	polls  int
	drops  int
	onDrop func()
}

func (p *part) Poll(cx *future.Context) (int, bool, error) {
	p.polls++
	if p.result == nil {
		return 0, false, nil
	}
	return p.result(cx, p.polls)
}

func (p *part) Drop(*future.Context) {
	p.drops++
	if p.onDrop != nil {
		p.onDrop()
	}
}

func readyAt(poll int) *part {
	return &part{result: func(_ *future.Context, n int) (int, bool, error) {
		if n < poll {
			return 0, false, nil
		}
		return 7, true, nil
	}}
}

// countingClock counts how often it is read.
type countingClock struct {
	manualClock
	reads int
}

func (c *countingClock) Nanos() int64 { c.reads++; return c.manualClock.Nanos() }

func TestTimeoutOfAReadyFutureArmsNoTimerAndReadsNoClock(t *testing.T) {
	clock := &countingClock{}
	w := newKitchen(clock).worker(t)
	clock.reads = 0
	p := readyAt(1)
	v, ready, err := Timeout(time.Second, p).Poll(w.as(w.idle()))
	require.NoError(t, err)
	require.True(t, ready)
	require.Equal(t, 7, v)
	require.Zero(t, p.drops)
	require.Zero(t, clock.reads)
	require.Empty(t, w.stage.free)
	require.False(t, w.local.TimersStaged)
}

// tokio: tests/time_timeout.rs future_and_timeout_in_future: a future that is ready in time wins
func TestTimeoutReturnsTheResultAndDisarms(t *testing.T) {
	w, _ := newWorker(t)
	as := w.idle()
	p := readyAt(2)
	f := Timeout(time.Second, p)
	_, ready, _ := f.Poll(w.as(as))
	require.False(t, ready)
	w.apply()
	v, ready, err := f.Poll(w.as(as))
	require.NoError(t, err)
	require.True(t, ready)
	require.Equal(t, 7, v)
	w.apply()
	require.Equal(t, never, w.wheel.Next())
	require.Zero(t, p.drops)
}

func TestTimeoutThatExpiresDropsItsFuture(t *testing.T) {
	w, clock := newWorker(t)
	p := &part{}
	f := Timeout(time.Second, p)
	var got error
	task := w.spawn(func(cx *future.Context) (ready bool) {
		_, ready, got = f.Poll(cx)
		return ready
	})
	w.runAll(clock)
	require.True(t, task.done)
	require.EqualValues(t, time.Second, clock.Nanos())
	require.Equal(t, 1, p.drops)
	require.ErrorIs(t, got, ErrElapsed)
	require.ErrorIs(t, got, os.ErrDeadlineExceeded)
	var timeout net.Error
	require.True(t, errors.As(got, &timeout))
	require.True(t, timeout.Timeout())
	require.NotErrorIs(t, got, ErrClosed)
}

// Who holds the timeout drops it after the panic.
func TestAFutureWhoseDropPanicsAtTheTimeoutIsDroppedOnce(t *testing.T) {
	w, _ := newWorker(t)
	p := &part{onDrop: func() { panic("boom") }}
	f := Timeout(0, p)
	cx := w.as(w.idle())
	require.PanicsWithValue(t, "boom", func() { f.Poll(cx) })
	future.Drop(cx, f)
	require.Equal(t, 1, p.drops)
}

func TestTheFutureWinsATie(t *testing.T) {
	w, clock := newWorker(t)
	as := w.idle()
	f := Timeout(time.Second, readyAt(2))
	f.Poll(w.as(as))
	w.apply()
	clock.Advance(time.Hour)
	require.Equal(t, 1, w.turn())
	v, ready, err := f.Poll(w.as(as))
	require.NoError(t, err)
	require.True(t, ready)
	require.Equal(t, 7, v)
}

func TestTimeoutOfNothingPollsOnceAndExpires(t *testing.T) {
	for _, d := range []time.Duration{0, -time.Hour} {
		w, _ := newWorker(t)
		p := &part{}
		_, ready, err := Timeout(d, p).Poll(w.as(w.idle()))
		require.True(t, ready)
		require.ErrorIs(t, err, ErrElapsed)
		require.Equal(t, 1, p.polls)
		require.Equal(t, 1, p.drops)

		v, ready, err := Timeout(d, readyAt(1)).Poll(w.as(w.idle()))
		require.True(t, ready)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	}
}

// tokio: tests/time_timeout.rs very_large_timeout: the longest duration never ends
func TestTimeoutOfForEverNeverExpires(t *testing.T) {
	w, clock := newWorker(t)
	clock.Advance(time.Hour)
	as := w.idle()
	f := Timeout(math.MaxInt64, &part{})
	f.Poll(w.as(as))
	w.apply()
	clock.Advance(200 * 365 * 24 * time.Hour)
	require.Zero(t, w.turn())
	future.Drop(w.as(as), f)
}

// Tokio, time/timeout.rs: a future that exhausts the budget in each poll must not keep the timer from being polled.
// tokio: tests/time_timeout.rs timeout_is_not_exhausted_by_future: a greedy future does not hold up its timeout
func TestAFutureThatUsesUpTheBudgetDoesNotHoldUpItsTimeout(t *testing.T) {
	for _, d := range []time.Duration{0, time.Second} {
		w, clock := newWorker(t)
		greedy := &part{result: func(cx *future.Context, _ int) (int, bool, error) {
			for cx.HasBudget() {
				cx.Spend()
			}
			return 0, false, nil
		}}
		f := Timeout(d, greedy)
		var got error
		polls := 0
		task := w.spawn(func(cx *future.Context) (ready bool) {
			if polls++; polls == 5 {
				clock.Advance(d)
			}
			_, ready, got = f.Poll(cx)
			w.wheel.Turn(&w.local, clock.Nanos())
			return ready || polls > 10
		})
		w.run()
		require.True(t, task.done)
		require.ErrorIs(t, got, ErrElapsed, d)
	}
}

// What is polled before the timeout, in the same poll of the task, may have used the budget up.
func TestATimeoutThatWasArmedEndsWithoutBudget(t *testing.T) {
	w, clock := newWorker(t)
	as := w.idle()
	f := Timeout(time.Second, &part{})
	f.Poll(w.as(as))
	w.apply()
	clock.Advance(time.Second)
	w.turn()
	cx := w.as(as)
	for cx.HasBudget() {
		cx.Spend()
	}
	_, ready, err := f.Poll(cx)
	require.True(t, ready)
	require.ErrorIs(t, err, ErrElapsed)
}

func TestLoopsOfTimeoutsThatExpireAtOnceYield(t *testing.T) {
	w, _ := newWorker(t)
	cx := w.as(w.idle())
	expired := 0
	for range 10 * future.Budget {
		if _, ready, _ := Timeout(0, &part{}).Poll(cx); !ready {
			break
		}
		expired++
	}
	require.Equal(t, future.Budget, expired)
	require.True(t, w.local.TakeAgain())
}

func TestTimeoutThatIsDroppedDropsBoth(t *testing.T) {
	for _, polled := range []bool{false, true} {
		w, _ := newWorker(t)
		as := w.idle()
		p := &part{}
		f := Timeout(time.Second, p)
		if polled {
			f.Poll(w.as(as))
			w.apply()
		}
		future.Drop(w.as(as), f)
		w.apply()
		require.Equal(t, 1, p.drops)
		require.Equal(t, never, w.wheel.Next())
	}
}

func TestTimeoutOfANilFutureFails(t *testing.T) {
	w, _ := newWorker(t)
	f := Timeout[int](time.Second, nil)
	_, ready, err := f.Poll(w.as(w.idle()))
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrNilFuture)
	future.Drop(w.as(w.idle()), Timeout[int](time.Second, nil))
}

func TestTimeoutWithoutAWorkerDropsItsFutureAndFails(t *testing.T) {
	p := &part{}
	as := (&kitchen{}).idleTask()
	cx := future.NewContext(nil, &as.Header)
	_, ready, err := Timeout(time.Second, p).Poll(&cx)
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrNoWorker)
	require.Equal(t, 1, p.drops)
}

func TestAwaitTimeoutAllocatesNothing(t *testing.T) {
	w, clock := newWorker(t)
	var f future.Future[int] = &part{}
	requireNoAllocs(t, w, clock, func(cx *future.Context) error {
		_, err := AwaitTimeout(cx, time.Hour, f)
		if errors.Is(err, ErrElapsed) {
			return nil
		}
		return errors.New("not elapsed")
	})
}

func TestATimeoutByValueAllocatesNothing(t *testing.T) {
	w, clock := newWorker(t)
	as := w.idle()
	var f future.Future[int] = readyAt(math.MaxInt)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		timeout := MakeTimeout(time.Hour, f)
		cx := w.as(as)
		timeout.Poll(cx)
		w.apply()
		timeout.Drop(cx)
		w.apply()
	}))
	timeout := MakeTimeout(time.Hour, f)
	timeout.Poll(w.as(as))
	w.apply()
	clock.Advance(time.Hour)
	require.Equal(t, 1, w.turn())
	_, ready, err := timeout.Poll(w.as(as))
	require.True(t, ready)
	require.ErrorIs(t, err, ErrElapsed)
}
