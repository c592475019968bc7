package runtime_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// shutdownLater starts Shutdown on a goroutine of its own, and waits until it refuses spawns.
func shutdownLater(ctx context.Context, t *testing.T, rt *runtime.Runtime) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- rt.Shutdown(ctx) }() // ends with the last task, or with ctx
	for {
		h := runtime.Go(rt, func(*future.Context) (none, error) { return none{}, nil })
		if _, err := result(t, h); err != nil {
			require.ErrorIs(t, err, runtime.ErrClosed)
			return ended
		}
	}
}

func TestShutdownWaitsForAllTasksAndRefusesSpawnsOnTheRuntime(t *testing.T) {
	for _, workers := range []int{1, 2} {
		rt := open(t, runtime.Config{Workers: workers})
		var release gate
		h := runtime.Go(rt, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
		ended := shutdownLater(t.Context(), t, rt)
		p := newProbe()
		_, err := result(t, runtime.Spawn(rt, p))
		requireCancelled(t, err)
		p.requireDroppedOnce(t)
		select {
		case <-ended:
			t.Fatal("did not wait")
		default:
		}
		release.open()
		require.NoError(t, receive(t, ended))
		v, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		require.NoError(t, rt.Shutdown(t.Context()), "again: nil")
		require.NoError(t, rt.Close(), "after it: nil")
	}
}

func TestSpawnThroughACxStillWorksDuringShutdown(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var begin gate
	sum := runtime.Go(rt, func(cx *future.Context) (int, error) {
		if err := begin.pass(cx); err != nil {
			return 0, err
		}
		total := 0
		for range 50 {
			v, err := runtime.Go(cx, func(cx *future.Context) (int, error) { return 1, future.Yield(cx) }).Await(cx)
			if err != nil {
				return 0, err
			}
			w, err := runtime.SpawnBlocking(cx, func(context.Context) (int, error) { return 1, nil }).Await(cx)
			if err != nil {
				return 0, err
			}
			total += v + w
		}
		return total, nil
	})
	ended := shutdownLater(t.Context(), t, rt)
	begin.open()
	require.NoError(t, receive(t, ended))
	v, err := result(t, sum)
	require.NoError(t, err)
	require.Equal(t, 100, v)
}

func TestShutdownWaitsForBlockingFunctionsAndDoesNotInterruptThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 1, IO: runtime.IOOff})
		require.NoError(t, err)
		release := make(chan none)
		h := runtime.SpawnBlocking(rt, func(ctx context.Context) (int, error) {
			select {
			case <-release:
				return 7, nil
			case <-ctx.Done():
				return 0, context.Cause(ctx)
			}
		})
		ended := make(chan error, 1)
		go func() { ended <- rt.Shutdown(t.Context()) }() // ends with h
		synctest.Wait()
		require.Empty(t, ended)
		require.False(t, h.IsFinished())
		close(release)
		require.NoError(t, <-ended)
		v, err := h.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, 7, v)
	})
}

// tokio: T19 tests/rt_common.rs shutdown_wakeup_time: a runtime in which nothing runs ends at once, whatever the timeout
func TestShutdownOfAnIdleRuntimeReturns(t *testing.T) {
	for _, workers := range []int{1, 4} {
		sleep := newSleepWatch(workers)
		rt, err := runtime.New(runtime.Config{Workers: workers, Hooks: sleep.hooks()})
		require.NoError(t, err)
		sleep.wait(t)
		require.NoError(t, rt.Shutdown(context.Background()))
	}
}

func TestShutdownsContextEndsItWithItsCauseAndTheLeftovers(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	p, q := newProbe(), newProbe()
	a := runtime.Spawn(runtime.Named(rt, "soup"), p)
	b := runtime.Spawn(rt, q)
	receive(t, p.polled)
	receive(t, q.polled)
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := shutdownLater(ctx, t, rt)
	cancel(errOwn)
	err := receive(t, ended)
	require.ErrorIs(t, err, errOwn)
	var left *runtime.ShutdownError
	require.ErrorAs(t, err, &left)
	require.Equal(t, errOwn, left.Cause)
	require.NoError(t, left.Stuck)
	names := map[uint64]string{}
	for _, info := range left.Leftovers {
		names[info.ID] = info.Name
		require.Equal(t, "*runtime_test.probe", info.Origin)
	}
	require.Equal(t, map[uint64]string{a.ID(): "soup", b.ID(): ""}, names)
	require.ErrorContains(t, err, `"soup"`)
	require.ErrorContains(t, err, errOwn.Error())
	require.True(t, a.IsFinished())
	require.True(t, b.IsFinished())
	p.requireDroppedOnce(t)
	q.requireDroppedOnce(t)
}

func TestShutdownThenCloseAborts(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	p := newProbe()
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	ended := shutdownLater(t.Context(), t, rt)
	require.NoError(t, rt.Close())
	require.NoError(t, receive(t, ended))
	_, err := result(t, h)
	requireCancelled(t, err)
	p.requireDroppedOnce(t)
}

func TestShutdownInAllPhasesOfWorkEndsEveryTask(t *testing.T) {
	for range 50 {
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: runtime.IOOff})
		require.NoError(t, err)
		var ended atomic.Int64
		const width = 3
		var grow func(depth int) func(cx *future.Context) (none, error)
		grow = func(depth int) func(cx *future.Context) (none, error) {
			return func(cx *future.Context) (none, error) {
				defer ended.Add(1)
				if depth > 0 {
					for range width {
						runtime.Go(cx, grow(depth-1)).Detach()
					}
				}
				return none{}, future.Yield(cx)
			}
		}
		runtime.Go(rt, grow(4))
		require.NoError(t, rt.Shutdown(t.Context()))
		require.EqualValues(t, 1+3+9+27+81, ended.Load())
	}
}
