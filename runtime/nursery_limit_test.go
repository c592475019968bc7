package runtime_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

func TestALimitBoundsTheChildren(t *testing.T) {
	rt, _ := openPaused(t, 2)
	var live, most, ran atomic.Int32
	work := func(cx *future.Context) error {
		if n := live.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer live.Add(-1)
		ran.Add(1)
		return timer.Sleep(cx, time.Second)
	}
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.SetLimit(3)
		start := timer.Now(cx)
		for range 12 {
			n.Go(cx, work)
			require.LessOrEqual(t, n.Len(), 3)
		}
		require.GreaterOrEqual(t, timer.Now(cx).Sub(start), 3*time.Second)
		_, ok := n.TryGo(cx, work)
		require.False(t, ok)
		n.SetLimit(4)
		_, ok = n.TryGo(cx, work)
		require.True(t, ok)
		return nil
	})
	require.NoError(t, err)
	require.EqualValues(t, 4, most.Load())
	require.EqualValues(t, 13, ran.Load())
}

// Several tasks wait for room; some are aborted while they wait, or when they were just woken. The others get it.
func TestRoomIsNotLost(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 4})
	rounds := 300
	if testing.Short() || invariant.Enabled {
		rounds = 60
	}
	for round := range rounds {
		var ran atomic.Int32
		err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
			n.SetLimit(2)
			var spawners runtime.JoinSet[none]
			for i := range 12 {
				h := spawners.Go(cx, func(cx *future.Context) (none, error) {
					n.Go(cx, func(cx *future.Context) error { ran.Add(1); return future.Yield(cx) })
					return none{}, nil
				})
				if i%3 == round%3 {
					h.Abort()
				}
			}
			for range spawners.All(cx) { // hangs if room is lost
			}
			return nil
		})
		require.NoError(t, err)
		require.GreaterOrEqual(t, ran.Load(), int32(8))
	}
}

// The first in the queue is aborted before it can take the room that it was just woken for: the second gets it.
func TestWhoIsAbortedPassesTheRoomOn(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.SetLimit(1)
		var release gate
		var first *runtime.JoinHandle[none]
		abortFirst := runtime.TaskHooks{OnEnd: func(runtime.TaskMeta) { first.Abort() }}
		runtime.Go(runtime.Hooked(n.On(cx), abortFirst), func(cx *future.Context) (none, error) { return none{}, release.pass(cx) })
		wait := func(cx *future.Context) (none, error) {
			n.Go(cx, func(*future.Context) error { return nil })
			return none{}, nil
		}
		first = runtime.Go(cx, wait)
		require.NoError(t, future.Yield(cx))
		second := runtime.Go(cx, wait)
		require.NoError(t, future.Yield(cx))
		release.open()
		_, err := first.Await(cx)
		requireCancelled(t, err)
		_, err = second.Await(cx)
		return err
	})
	require.NoError(t, err)
}

// Room that was given back is for who waits: it is reserved before anybody else can come.
func TestRoomGoesToThoseWhoWaitInTheirOrder(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.SetLimit(1)
		var order []int
		var release, overtaken bool
		n.Go(cx, func(cx *future.Context) error { // ends in a turn of its own
			for !release {
				if err := future.Yield(cx); err != nil {
					return err
				}
			}
			return nil
		})
		var waiting runtime.JoinSet[none]
		for i := range 3 {
			waiting.Go(cx, func(cx *future.Context) (none, error) {
				n.Go(cx, func(cx *future.Context) error { order = append(order, i); return future.Yield(cx) })
				return none{}, nil
			})
			require.NoError(t, future.Yield(cx))
		}
		runtime.Go(cx, func(cx *future.Context) (none, error) { // tries at each turn, the first one is just after that end
			for len(order) < 3 {
				_, ok := n.TryGo(cx, func(*future.Context) error { return nil })
				overtaken = overtaken || ok
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
			}
			return none{}, nil
		})
		require.NoError(t, future.Yield(cx))
		release = true
		for range waiting.All(cx) {
		}
		for len(order) < 3 { // the last one has begun, but not run
			require.NoError(t, future.Yield(cx))
		}
		require.False(t, overtaken)
		require.Equal(t, []int{0, 1, 2}, order)
		return nil
	})
	require.NoError(t, err)
}

// What was reserved for one who is aborted before it could use it is no child: the scope ends.
func TestAScopeEndsThoughWhoWaitedForRoomIsAborted(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.SetLimit(1)
		var release gate
		var waiting *runtime.JoinHandle[none]
		abort := runtime.TaskHooks{OnEnd: func(runtime.TaskMeta) { waiting.Abort() }}
		runtime.Go(runtime.Hooked(n.On(cx), abort), func(cx *future.Context) (none, error) { return none{}, release.pass(cx) })
		waiting = runtime.Go(rt, func(cx *future.Context) (none, error) {
			n.Go(cx, func(*future.Context) error { return errOwn })
			return none{}, nil
		})
		require.NoError(t, future.Yield(cx))
		release.open()
		return nil
	})
	require.NoError(t, err)
}

func TestRaisingTheLimitLetsThoseGoWhoWait(t *testing.T) {
	for _, limit := range []int{0, 3} {
		rt := open(t, runtime.Config{Workers: 1})
		err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
			n.SetLimit(1)
			n.Go(cx, never)
			var waiting runtime.JoinSet[none]
			for range 2 {
				waiting.Go(cx, func(cx *future.Context) (none, error) { n.Go(cx, never); return none{}, nil })
			}
			require.NoError(t, future.Yield(cx))
			require.Equal(t, 1, n.Len())
			n.SetLimit(limit)
			for range waiting.All(cx) {
			}
			require.Equal(t, 3, n.Len())
			n.Cancel()
			return nil
		})
		require.NoError(t, err)
	}
}

func TestACancelledNurseryLetsThoseGoWhoWaitForRoom(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.SetLimit(1)
		begun, release := make(chan none), make(chan none)
		runtime.SpawnBlocking(n.On(cx), func(context.Context) (int, error) { // keeps its room
			close(begun)
			<-release
			return 0, nil
		})
		defer close(release)
		for !done(begun) {
			require.NoError(t, future.Yield(cx))
		}
		runtime.Go(cx, func(*future.Context) (none, error) { n.Cancel(); return none{}, nil })
		for range 2 { // one waits while it is cancelled, one comes after that
			_, err := runtime.ScopeGo(cx, n, returning(1)).Await(cx)
			requireCancelled(t, err)
		}
		return nil
	})
	require.NoError(t, err)
}
