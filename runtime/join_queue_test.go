package runtime_test

import (
	"context"
	"io"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// gated spawns a task into q that returns n when its gate is opened.
func gated(on runtime.Spawner, q *runtime.JoinQueue[int], n int) *gate {
	g := &gate{}
	q.Go(on, func(cx *future.Context) (int, error) { return n, g.pass(cx) })
	return g
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_no_spurious_wakeups: only the end of the first task wakes
// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_try_join_next_does_not_replace_waker: nor does a look disturb the waiter
// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_try_join_next_with_id_does_not_replace_waker: the same, as results carry ids
// covers: F59
func TestAQueueWakesForItsFirstTaskOnly(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var q runtime.JoinQueue[int]
	first, second := gated(rt, &q, 1), gated(rt, &q, 2)
	h := newHand()
	next := future.Func(q.PollNext)
	require.False(t, isReady(h, next))
	second.open()
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.Zero(t, h.wakes())
	_, ok := q.TryJoinNext()
	require.False(t, ok)
	first.open()
	for h.woken.Load() == 0 {
		goruntime.Gosched()
	}
	require.Equal(t, 1, h.wakes())
	for want := 1; want <= 2; want++ {
		j, ready, err := q.PollJoinNext(&h.cx)
		require.True(t, ready)
		require.NoError(t, err)
		require.Equal(t, want, j.Value)
	}
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_abort_on_drop: giving up the queue aborts its tasks
func TestClosingAQueueAbortsWhatIsLeft(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var q runtime.JoinQueue[int]
	var probes []*probe
	for range 16 {
		p := newProbe()
		probes = append(probes, p)
		q.Spawn(rt, p)
	}
	h := newHand()
	require.False(t, isReady(h, future.Func(q.PollJoinNext)))
	q.Drop(nil)
	require.True(t, q.IsEmpty())
	for _, p := range probes {
		receive(t, p.dropped)
		p.requireDroppedOnce(t)
	}
	require.Zero(t, h.wakes(), "a queue that was given up wakes nobody")
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_alternating: spawning and joining by turns keeps the count right
func TestAQueueMayBeFilledAndJoinedByTurns(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		q.Go(cx, returning(0))
		q.Go(cx, returning(1))
		for i := range 100 {
			j, err := q.JoinNext(cx)
			require.NoError(t, err)
			require.Equal(t, i, j.Value)
			require.Equal(t, 1, q.Len())
			q.Go(cx, returning(i+2))
			require.Equal(t, 2, q.Len())
		}
	})
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_abort_all: the tasks stay to be joined in their order, those that have ended with their values
func TestAbortAllLeavesTheTasksOfAQueue(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		for range 5 {
			q.Go(cx, neverEnding)
		}
		for range 5 {
			q.Go(cx, sleeping(1))
		}
		require.NoError(t, timer.Sleep(cx, 2*time.Second))
		q.AbortAll()
		require.Equal(t, 10, q.Len())
		for i := range 10 {
			j, err := q.JoinNext(cx)
			require.NoError(t, err)
			if i < 5 {
				requireCancelled(t, j.Err)
			} else {
				require.NoError(t, j.Err)
			}
		}
		require.True(t, q.IsEmpty())
	})
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_join_all: all values in the order of the spawns, though the tasks end in the other
func TestJoinAllOfAQueueKeepsTheOrder(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		for i := range 5 {
			q.Go(cx, sleeping(5-i))
		}
		values, err := q.JoinAll(cx)
		require.NoError(t, err)
		require.Equal(t, []int{5, 4, 3, 2, 1}, values)
	})
}

func TestTheFirstFailureInOrderEndsJoinAllOfAQueue(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		left := newProbe()
		q.Go(cx, sleeping(2))
		q.Go(cx, func(cx *future.Context) (int, error) { return 0, errOwn })
		q.Spawn(cx, left)
		values, err := q.JoinAll(cx)
		require.Equal(t, errOwn, err)
		require.Equal(t, []int{2}, values)
		require.True(t, q.IsEmpty())
		require.NoError(t, future.Yield(cx))
		left.requireDroppedOnce(t)
	})
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_shutdown: shutdown aborts and waits until the futures are gone
func TestShutdownOfAQueueWaits(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		var probes []*probe
		for range 200 {
			p := newProbe()
			probes = append(probes, p)
			q.Spawn(cx, p)
		}
		q.SpawnBlocking(cx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil })
		require.NoError(t, q.Shutdown(cx))
		require.True(t, q.IsEmpty())
		for _, p := range probes {
			p.requireDroppedOnce(t)
		}
	})
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_with_manual_abort: an aborted task has its turn like the others
// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_join_next_with_id: results carry the ids of the handles, in order
func TestAQueueKeepsTheOrderOfTheSpawns(t *testing.T) {
	const tasks = 300
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		var gates []*gate
		var ids []uint64
		for i := range tasks {
			g := &gate{}
			gates = append(gates, g)
			h := q.Go(cx, func(cx *future.Context) (int, error) { return i, g.pass(cx) })
			ids = append(ids, h.ID())
			if i%2 != 0 {
				h.Abort()
			}
		}
		for i := range gates {
			gates[len(gates)-1-i].open()
		}
		i := 0
		for id, j := range q.All(cx) {
			require.Equal(t, ids[i], id)
			require.Equal(t, id, j.ID)
			if i%2 != 0 {
				requireCancelled(t, j.Err)
			} else {
				require.NoError(t, j.Err)
				require.Equal(t, i, j.Value)
			}
			i++
		}
		require.Equal(t, tasks, i)
	})
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_try_join_next: nothing before the first has ended, whatever the others do
func TestTryJoinNextOfAQueueWaitsForItsFirst(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		hasNone := func() {
			t.Helper()
			for n, i := q.Len(), 0; i < 5; i++ {
				_, ok := q.TryJoinNext()
				require.False(t, ok)
				require.Equal(t, n, q.Len())
			}
		}
		has := func(want int) {
			t.Helper()
			j, ok := q.TryJoinNext()
			require.True(t, ok)
			require.Equal(t, want, j.Value)
		}
		hasNone()
		first, second, third := gated(cx, &q, 1), gated(cx, &q, 2), gated(cx, &q, 3)
		open := func(g *gate) { g.open(); require.NoError(t, future.Yield(cx)); require.NoError(t, future.Yield(cx)) }
		hasNone()
		open(first)
		has(1)
		hasNone()
		open(third)
		hasNone()
		open(second)
		has(2)
		has(3)
		hasNone()
	})
}

// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_try_join_next_disabled_coop: it takes all that have ended, whatever the budget
// tokio: tokio-util/tests/task_join_queue.rs test_join_queue_try_join_next_with_id_disabled_coop: the same, as results carry ids
func TestTryJoinNextOfAQueueNeedsNoBudget(t *testing.T) {
	const tasks = 1000
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		for i := range tasks {
			q.Go(cx, returning(i))
		}
		require.NoError(t, future.Yield(cx))
		for i := range tasks {
			j, ok := q.TryJoinNext()
			require.True(t, ok)
			require.Equal(t, i, j.Value)
		}
	})
}

func TestJoiningAQueueSpendsTheBudget(t *testing.T) {
	const tasks = 1000
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		for i := range tasks {
			q.Go(cx, returning(i))
		}
		require.NoError(t, future.Yield(cx))
		polls := 0
		_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			polls++
			for {
				if _, ready, err := q.PollJoinNext(cx); !ready || err != nil {
					return none{}, ready, nil
				}
			}
		}))
		require.NoError(t, err)
		require.Greater(t, polls, tasks/future.Budget)
		_, err = q.JoinNext(cx)
		require.Equal(t, io.EOF, err)
	})
}

func TestDetachAllOfAQueueHandsItsTasksToTheRuntime(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	must(t, rt, func(cx *future.Context) {
		var q runtime.JoinQueue[int]
		q.Spawn(cx, p)
		q.DetachAll()
		require.True(t, q.IsEmpty())
	})
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.False(t, done(p.dropped))
}

func TestJoinNextBlockingOfAQueue(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var q runtime.JoinQueue[int]
	g := gated(rt, &q, 1)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOwn)
	_, err := q.JoinNextBlocking(ctx)
	require.Equal(t, errOwn, err)
	g.open()
	j, err := q.JoinNextBlocking(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, j.Value)
}
