package timer_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// runtimes returns two of them: the clock of the second is an hour ahead.
func runtimes(t *testing.T) [2]*runtime.Runtime {
	clock := timer.NewPausedClock(time.Now())
	clock.Advance(time.Hour)
	clock.Resume()
	var rts [2]*runtime.Runtime
	for i, c := range []*timer.Clock{nil, clock} {
		rt, err := runtime.New(runtime.Config{Workers: 1, Clock: c})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, rt.Close()) })
		rts[i] = rt
	}
	return rts
}

// pollOnce polls f in a task of rt, which ends after that and leaves f as it is.
func pollOnce[T any](t *testing.T, rt *runtime.Runtime, poll func(cx *future.Context) (T, bool, error)) (value T, ready bool) {
	_, err := runtime.BlockOn(t.Context(), rt, future.Func(func(cx *future.Context) (none struct{}, _ bool, err error) {
		value, ready, err = poll(cx)
		return none, true, err
	}))
	require.NoError(t, err)
	return value, ready
}

// soon bounds a wait that, if it counted by the other runtime's clock, would last an hour.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// tokio: T132 tests/time_alt.rs reset_should_stay_on_same_runtime2: a timer of another runtime's worker is given up and armed anew
func TestADelayIsNeverEarlyOnASecondRuntime(t *testing.T) {
	rts := runtimes(t)
	for i, rt := range rts {
		const span = 30 * time.Millisecond
		d := timer.After(span)
		began := time.Now()
		_, ready := pollOnce(t, rt, d.Poll)
		require.False(t, ready)
		_, err := runtime.BlockOn(soon(t), rts[1-i], future.Future[struct{}](d))
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(began), span)
	}
}

func TestAnIntervalIsNeverEarlyOnASecondRuntime(t *testing.T) {
	rts := runtimes(t)
	const period = 10 * time.Millisecond
	it := timer.Every(period)
	began := time.Now()
	var first time.Time
	ticks := 0
	take := func(tick time.Time) {
		if ticks == 0 {
			first = tick
		}
		require.Equal(t, first.Add(time.Duration(ticks)*period), tick)
		require.GreaterOrEqual(t, time.Since(began), time.Duration(ticks)*period)
		ticks++
	}
	for i := range 6 {
		tick, err := runtime.BlockOn(soon(t), rts[i%2], future.Func(it.PollTick))
		require.NoError(t, err)
		take(tick)
		if tick, ready := pollOnce(t, rts[i%2], it.PollTick); ready { // else its timer stays behind
			take(tick)
		}
	}
}
