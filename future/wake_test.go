package future_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// queueing is a list of tasks under a lock; onWake is called, without the lock, when one of them is woken.
type queueing struct {
	mu     sync.Mutex
	list   waker.List
	nodes  []waker.Node
	tasks  []waker.Header
	woken  []int
	onWake func(i int)
}

func newQueueing(n int) *queueing {
	q := &queueing{nodes: make([]waker.Node, n), tasks: make([]waker.Header, n)}
	exec := waker.NewExecutor(func(h *waker.Header) {
		q.woken = append(q.woken, int(h.Tag))
		if q.onWake != nil {
			q.onWake(int(h.Tag))
		}
	})
	for i := range q.tasks {
		q.tasks[i].Tag = uint32(i)
		q.tasks[i].InitIdle(exec)
		q.join(i)
	}
	return q
}

// join puts a task at the end of the list.
func (q *queueing) join(i int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list.Add(&q.nodes[i], q.tasks[i].Waker())
}

func (q *queueing) wake(cx *future.Context) {
	q.mu.Lock()
	cx.WakeList(&q.mu, &q.list)
}

func TestWakeListWakesEverybodyOnceAndInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 32, 33, 100} {
		q := newQueueing(n)
		q.wake(nil)
		require.Len(t, q.woken, n)
		for i := range q.woken {
			require.Equal(t, i, q.woken[i])
		}
		require.Zero(t, q.list.Len())
		require.True(t, q.mu.TryLock(), "the lock is let go")
	}
}

func TestWhoJoinsDuringWakeListWaitsForTheNextTime(t *testing.T) {
	const n = 100
	q := newQueueing(n)
	q.onWake = func(i int) {
		q.tasks[i].Begin()
		q.tasks[i].Idle()
		q.join(i) // needs the lock; and is not woken again, or this never ends
	}
	q.wake(nil)
	require.Len(t, q.woken, n)
	require.Equal(t, n, q.list.Len())
}

func TestWhoLeavesDuringWakeListIsNotWoken(t *testing.T) {
	const n = 100
	q := newQueueing(n)
	q.onWake = func(i int) {
		if i == 0 {
			q.mu.Lock()
			defer q.mu.Unlock()
			for last := range 50 {
				require.True(t, q.list.Remove(&q.nodes[n-1-last]))
			}
		}
	}
	q.wake(nil)
	require.Len(t, q.woken, n-50)
	require.Equal(t, n-51, q.woken[n-51])
}

func TestWakeBatchWakesOnceAndInOrder(t *testing.T) {
	q := newQueueing(3)
	var b waker.Batch
	for i := range q.tasks {
		b.Add(q.tasks[i].Waker())
	}
	var cx *future.Context
	cx.WakeBatch(&b)
	cx.WakeBatch(&b)
	require.Equal(t, []int{0, 1, 2}, q.woken)
}
