package timer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// onRuntimes runs test on a runtime with one worker and on one with four.
func onRuntimes(t *testing.T, test func(t *testing.T, rt *runtime.Runtime)) {
	for name, workers := range map[string]int{"one worker": 1, "four workers": 4} {
		t.Run(name, func(t *testing.T) {
			rt, err := runtime.New(runtime.Config{Workers: workers})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, rt.Close()) })
			test(t, rt)
		})
	}
}

// tokio: tests/time_rt.rs timer_with_threaded_runtime: a task sleeps until a time, on several workers
// tokio: tests/time_rt.rs timer_with_current_thread_scheduler: and on one
// tokio: tests/time_alt.rs sleep: with a wheel for each worker
func TestASleepOnARuntimeIsNeverEarly(t *testing.T) {
	onRuntimes(t, func(t *testing.T, rt *runtime.Runtime) {
		var handles []*runtime.JoinHandle[time.Duration]
		for i := range 20 {
			handles = append(handles, runtime.Go(rt, func(cx *future.Context) (time.Duration, error) {
				until := time.Now().Add(time.Duration(i) * time.Millisecond)
				err := timer.SleepUntil(cx, until)
				return time.Until(until), err
			}))
		}
		for _, h := range handles {
			early, err := h.Wait(soon(t))
			require.NoError(t, err)
			require.LessOrEqual(t, early, time.Duration(0))
		}
	})
}

// tokio: tests/time_rt.rs starving: a task that asks for another poll in each of its polls keeps no timer from firing
func TestATaskThatAlwaysWakesItselfDoesNotHoldUpItsTimer(t *testing.T) {
	onRuntimes(t, func(t *testing.T, rt *runtime.Runtime) {
		began := time.Now()
		d, polls := timer.After(10*time.Millisecond), 0
		_, err := runtime.BlockOn(soon(t), rt, future.Func(func(cx *future.Context) (none struct{}, ready bool, err error) {
			polls++
			if _, ready, err = d.Poll(cx); !ready {
				cx.Again()
			}
			return none, ready, err
		}))
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(began), 10*time.Millisecond)
		require.Greater(t, polls, 10)
	})
}

// tokio: tests/time_rt.rs timeout_value: a timeout around what never comes ends, and not early
// tokio: tests/time_alt.rs timeout: with a wheel for each worker
func TestATimeoutAroundWhatNeverComesEnds(t *testing.T) {
	onRuntimes(t, func(t *testing.T, rt *runtime.Runtime) {
		began := time.Now()
		never := future.Func(func(*future.Context) (none struct{}, _ bool, _ error) { return none, false, nil })
		_, err := runtime.BlockOn(soon(t), rt, timer.Timeout(10*time.Millisecond, never))
		require.Equal(t, timer.ErrElapsed, err)
		require.GreaterOrEqual(t, time.Since(began), 10*time.Millisecond)
	})
}

// tokio: tests/time_pause.rs pause_time_in_main: the clock may be paused while tasks run
// tokio: tests/time_pause.rs pause_time_in_task: also by a task
// tokio: T129 tests/time_pause.rs pause_time_in_main_threads: here with any number of workers
// tokio: T129 tests/time_pause.rs pause_time_in_spawn_threads: and in a spawned task of these
func TestATaskPausesTheClock(t *testing.T) {
	for _, workers := range []int{1, 4} {
		clock := timer.NewClock()
		rt, err := runtime.New(runtime.Config{Workers: workers, Clock: clock})
		require.NoError(t, err)
		slept, err := runtime.BlockOn(soon(t), rt, future.Async(func(cx *future.Context) (time.Duration, error) {
			clock.Pause()
			before := timer.Now(cx)
			h := runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
				return struct{}{}, timer.Sleep(cx, 1000*time.Hour)
			})
			_, err := h.Await(cx)
			return timer.Now(cx).Sub(before), err
		}))
		require.NoError(t, err)
		require.Equal(t, 1000*time.Hour, slept)
		require.NoError(t, rt.Close())
	}
}

// tokio: src/time/clock.rs advance: it wakes what is due, in the order of the deadlines, and the advancing task yields to it
func TestAnAdvanceWakesWhatIsDueInOrder(t *testing.T) {
	clock := timer.NewPausedClock(time.Unix(0, 0))
	clock.SetAutoAdvance(false)
	rt, err := runtime.New(runtime.Config{Workers: 1, Clock: clock})
	require.NoError(t, err)
	_, err = runtime.BlockOn(soon(t), rt, future.Async(func(cx *future.Context) (none struct{}, _ error) {
		var order []int
		var handles []*runtime.JoinHandle[struct{}]
		for i := range 3 {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none struct{}, _ error) {
				err := timer.Sleep(cx, time.Duration(3-i)*time.Second)
				order = append(order, 3-i)
				return none, err
			}))
		}
		if err := future.Yield(cx); err != nil { // they begin to sleep
			return none, err
		}
		clock.Advance(2*time.Second + 1)
		for len(order) < 2 {
			if err := future.Yield(cx); err != nil {
				return none, err
			}
		}
		require.Equal(t, []int{1, 2}, order, "in the order of their deadlines, and no more")
		require.EqualValues(t, 2*time.Second+1, clock.Nanos())
		clock.Advance(time.Second)
		for _, h := range handles {
			if _, err := h.Await(cx); err != nil {
				return none, err
			}
		}
		require.Equal(t, []int{1, 2, 3}, order)
		return none, nil
	}))
	require.NoError(t, err)
	require.NoError(t, rt.Close())
}
