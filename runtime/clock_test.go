package runtime_test

import (
	"context"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// tokio: tests/rt_time_start_paused.rs test_start_paused: a runtime that begins with a paused clock
// covers: F14 F109 F221
func TestAPausedClockJumpsToTheNextDeadlineWhenNothingIsRunnable(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		for _, io := range []runtime.IO{runtime.IOAuto, runtime.IOOff} {
			clock := timer.NewPausedClock(time.Unix(0, 0))
			rt := open(t, runtime.Config{Workers: workers, Clock: clock, IO: io})
			began := time.Now()
			must(t, rt, func(cx *future.Context) {
				start := timer.Now(cx)
				var handles []*runtime.JoinHandle[time.Duration]
				for i := 50; i > 0; i-- {
					span := time.Duration(i) * time.Hour
					handles = append(handles, runtime.Go(cx, func(cx *future.Context) (time.Duration, error) {
						err := timer.Sleep(cx, span)
						return timer.Now(cx).Sub(start), err
					}))
				}
				for i, h := range handles {
					took, err := h.Await(cx)
					require.NoError(t, err)
					require.Equal(t, time.Duration(50-i)*time.Hour, took, "exactly at its deadline")
				}
			})
			require.Less(t, time.Since(began), patience)
			require.Equal(t, int64(50*time.Hour), clock.Nanos())
		}
	}
}

// tokio: T74 tests/task_blocking.rs unawaited_blocking_task_wakes_paused_runtime: time goes on when the function has ended, awaited or not
// tokio: L17 src/runtime/tests/loom_blocking.rs spawn_blocking_when_paused: and not before
func TestAPausedClockStandsStillWhileBlockingWorkRuns(t *testing.T) {
	rt, clock, sleep := openWatched(t, 2)
	release := make(chan none)
	parked := make(chan none)
	sleeper := runtime.Go(rt, func(cx *future.Context) (none, error) {
		blocked := runtime.SpawnBlocking(cx, func(context.Context) (none, error) { <-release; return none{}, nil })
		close(parked)
		err := timer.Sleep(cx, time.Hour)
		require.True(t, blocked.IsFinished(), "the clock has jumped beside a blocking function")
		return none{}, err
	})
	receive(t, parked)
	sleep.wait(t)
	require.Zero(t, clock.Nanos())
	close(release)
	_, err := result(t, sleeper)
	require.NoError(t, err)
	require.Equal(t, int64(time.Hour), clock.Nanos())
}

func TestAPausedClockStandsStillDuringBlockInPlace(t *testing.T) {
	rt, clock, sleep := openWatched(t, 1)
	release, blocked := make(chan none), make(chan none)
	sleepers := make(chan *runtime.JoinHandle[none], 1)
	runtime.Go(rt, func(cx *future.Context) (none, error) {
		sleepers <- runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Hour) })
		return runtime.BlockInPlace(cx, func() (none, error) { close(blocked); <-release; return none{}, nil })
	})
	receive(t, blocked)
	sleep.wait(t) // the other goroutine of the worker has polled the sleeper
	require.Zero(t, clock.Nanos())
	sleeper := receive(t, sleepers)
	require.False(t, sleeper.IsFinished())
	close(release)
	_, err := result(t, sleeper)
	require.NoError(t, err)
	require.Equal(t, int64(time.Hour), clock.Nanos())
}

func TestAdvanceFiresWhatIsDueAndNoMore(t *testing.T) {
	rt, clock, sleep := openWatched(t, 2)
	clock.SetAutoAdvance(false)
	var handles []*runtime.JoinHandle[none]
	armed := make(chan none, 3)
	for i := range 3 {
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (none, error) {
			d := timer.After(time.Duration(i+1) * time.Second)
			return future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
				v, ready, err := d.Poll(cx)
				if !ready {
					armed <- none{}
				}
				return v, ready, err
			}))
		}))
	}
	for range handles {
		receive(t, armed)
	}
	sleep.wait(t)
	require.Zero(t, clock.Nanos(), "no automatic advance")
	clock.Advance(2*time.Second - 1)
	_, err := result(t, handles[0])
	require.NoError(t, err)
	sleep.wait(t)
	require.False(t, handles[1].IsFinished())
	clock.Advance(1)
	_, err = result(t, handles[1])
	require.NoError(t, err)
	clock.SetAutoAdvance(true)
	_, err = result(t, handles[2])
	require.NoError(t, err)
	require.Equal(t, int64(3*time.Second), clock.Nanos())
}

func TestPauseAndResumeOfARunningClock(t *testing.T) {
	clock := timer.NewClock()
	rt := open(t, runtime.Config{Workers: 2, Clock: clock})
	clock.Pause()
	paused := clock.Nanos()
	_, err := do(t, rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, 10*time.Hour) })
	require.NoError(t, err)
	require.Equal(t, paused+int64(10*time.Hour), clock.Nanos())
	clock.Resume()
	_, err = do(t, rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Millisecond) })
	require.NoError(t, err)
}

func TestAClockForgetsItsClosedRuntimes(t *testing.T) {
	clock := timer.NewPausedClock(time.Unix(0, 0))
	use := func() weak.Pointer[runtime.Runtime] {
		rt, err := runtime.New(runtime.Config{Workers: 1, Clock: clock})
		require.NoError(t, err)
		_, err = do(t, rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Second) })
		require.NoError(t, err)
		require.NoError(t, rt.Close())
		return weak.Make(rt)
	}
	for i := range 3 {
		rt := use()
		clock.Advance(time.Second) // does not reach the closed runtime
		require.Equal(t, int64(2*(i+1))*int64(time.Second), clock.Nanos())
		goruntime.GC()
		goruntime.GC()
		require.Nil(t, rt.Value())
	}
}

func TestARuntimeInABubbleSleepsForHoursInNoTime(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: runtime.IOOff})
		require.NoError(t, err)
		ticks, err := runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (int, error) {
			var handles []*runtime.JoinHandle[none]
			for i := range 20 {
				handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none, error) {
					return none{}, timer.Sleep(cx, time.Duration(i)*time.Hour)
				}))
			}
			every, ticks := timer.Every(time.Hour), 0
			for range 10 {
				if _, err := every.Tick(cx); err != nil {
					return 0, err
				}
				ticks++
			}
			every.Drop(cx)
			for _, h := range handles {
				if _, err := h.Await(cx); err != nil {
					return 0, err
				}
			}
			return ticks, nil
		}))
		require.NoError(t, err)
		require.Equal(t, 10, ticks)
		require.InDelta(t, 19*time.Hour, time.Since(start), float64(100*time.Microsecond))
		require.NoError(t, rt.Close())
	})
	require.Less(t, time.Since(began), patience)
}

func TestAChannelWakeInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: runtime.IOOff})
		require.NoError(t, err)
		var g gate
		h := runtime.Go(rt, func(cx *future.Context) (int, error) { return 7, g.pass(cx) })
		synctest.Wait() // every worker sleeps
		require.False(t, h.IsFinished())
		time.AfterFunc(time.Hour, g.open)
		v, err := h.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.NoError(t, rt.Close())
	})
}

func TestIdleCoroutinesAreBoundedAndHalvedAndEndWithClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := goruntime.NumGoroutine()
		rt, err := runtime.New(runtime.Config{Workers: 1, IO: runtime.IOOff})
		require.NoError(t, err)
		synctest.Wait()
		base := goruntime.NumGoroutine()
		const bodies, limit = 400, 256
		_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (none, error) {
			var handles []*runtime.JoinHandle[none]
			for range bodies {
				handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none, error) {
					return none{}, timer.Sleep(cx, time.Second)
				}))
			}
			for _, h := range handles {
				if _, err := h.Await(cx); err != nil {
					return none{}, err
				}
			}
			return none{}, nil
		}))
		require.NoError(t, err)
		synctest.Wait()
		idle := goruntime.NumGoroutine() - base
		require.LessOrEqual(t, idle, limit)
		require.Greater(t, idle, limit/2, "they are kept for later")
		const period = 10*time.Second + time.Millisecond
		time.Sleep(period) // the period in which they were used last
		for idle > 0 {
			time.Sleep(period)
			synctest.Wait()
			rest := goruntime.NumGoroutine() - base
			require.LessOrEqual(t, rest, idle/2, "half of those that were idle for 10 s")
			idle = rest
		}
		require.NoError(t, rt.Close())
		synctest.Wait()
		require.LessOrEqual(t, goruntime.NumGoroutine(), before)
	})
}

// tokio: tests/rt_threaded.rs multi_threadpool: a task awaits one of another runtime
// covers: F24 F25
func TestSeveralRuntimesInOneProcess(t *testing.T) {
	const runtimes = 4
	var rts []*runtime.Runtime
	for range runtimes {
		rts = append(rts, open(t, runtime.Config{Workers: 2}))
	}
	var g [runtimes]gate
	var handles []*runtime.JoinHandle[int]
	for i, rt := range rts { // each waits for a wake from a task of the next
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (int, error) {
			require.Same(t, rt, runtime.Of(cx))
			if err := g[i].pass(cx); err != nil {
				return 0, err
			}
			g[(i+1)%runtimes].open()
			return i, nil
		}))
	}
	across := runtime.Go(rts[0], func(cx *future.Context) (int, error) { return handles[runtimes-1].Await(cx) })
	g[0].open()
	v, err := result(t, across)
	require.NoError(t, err)
	require.Equal(t, runtimes-1, v)
	require.NoError(t, rts[1].Close())
	_, err = do(t, rts[2], func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Millisecond) })
	require.NoError(t, err, "the others go on")
}
