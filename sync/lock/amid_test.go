package lock

import (
	"bytes"
	"context"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/meet"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// untilWaiting returns when n goroutines wait for a mutex in a method of that name.
func untilWaiting(n int, method string) {
	for stacks := make([]byte, 1<<16); ; goruntime.Gosched() {
		waiting := 0
		for stack := range bytes.SplitSeq(stacks[:goruntime.Stack(stacks, true)], []byte("\n\n")) {
			if bytes.Contains(stack, []byte("[sync.Mutex.Lock")) && bytes.Contains(stack, []byte(")."+method+"(")) {
				waiting++
			}
		}
		if waiting == n {
			return
		}
	}
}

// The last of a round wakes the others before the first of the next round can come: that one is not among them. Both wait for the lock
// here, long enough for it to be handed from one to the other, in the order in which they came.
func TestTheLastOfARoundWakesNobodyOfTheNext(t *testing.T) {
	b := NewBarrier(2)
	var ws [3]Waiter
	first, _ := window()
	_, ready, _ := b.PollWait(first, &ws[0])
	require.False(t, ready)
	type result struct{ isLeader, ready bool }
	come := func(w *Waiter, cx *future.Context) chan result {
		came := make(chan result, 1)
		go func() { // ends when it has had the lock
			isLeader, ready, _ := b.PollWait(cx, w)
			came <- result{isLeader, ready}
		}()
		return came
	}
	lastCx, _ := window()
	nextCx, nextIsWoken := window()
	b.n.mu.Lock()
	last := come(&ws[1], lastCx)
	untilWaiting(1, "arrive")
	next := come(&ws[2], nextCx)
	untilWaiting(2, "arrive")
	for range 2 {
		for since := time.Now(); time.Since(since) < 2*time.Millisecond; {
			goruntime.Gosched()
		}
		b.n.mu.Unlock()
		b.n.mu.Lock() // once more before the first of them, which then gets it from hand to hand
	}
	b.n.mu.Unlock()
	require.Equal(t, result{true, true}, <-last)
	require.Equal(t, result{}, <-next)
	require.False(t, nextIsWoken())
	require.EqualValues(t, pending, ws[2].verdict.Load())
	ws[2].Drop(nil)
}

// Who finds a notification stored leaves it at that, while another one takes it: that one sees what came before, or finds one more.
func TestANotifyThatFindsANotificationStoredLosesNothing(t *testing.T) {
	var (
		n    Notify
		soup sy.Bool
		seen bool
		lost int
	)
	n.NotifyOne(nil)
	meet.Rounds(60_000,
		func(int) {
			soup.Store(true)
			n.NotifyOne(nil)
		},
		func(int) {
			n.takeStored()
			seen = soup.Load()
		},
		func(int) {
			if !seen && !n.takeStored() {
				lost++
			}
			soup.Store(false)
			n.NotifyOne(nil)
		})
	require.Zero(t, lost)
}

// Who is notified after a poll has looked, and before the poll has the lock to change its waker, is through.
func TestAWaiterThatIsNotifiedWhileItChangesItsWakerIsThrough(t *testing.T) {
	var n Notify
	old, oldIsWoken := window()
	cx, isWoken := window()
	var w Waiter
	_, ready, _ := n.PollNotified(old, &w)
	require.False(t, ready)
	n.mu.Lock()
	through := make(chan bool)
	go func() { // ends when it has had the lock
		_, ready, _ := n.PollNotified(cx, &w)
		through <- ready
	}()
	untilWaiting(1, "isThrough")
	wk := n.pass(granted)
	n.mu.Unlock()
	wk.Wake()
	require.True(t, <-through)
	require.True(t, oldIsWoken())
	require.False(t, isWoken())
	require.False(t, n.takeStored())
}

// Who sees amid NotifyAll that it is through leaves the queue, once, and those behind it are woken as well.
func TestWhoIsThroughAmidNotifyAllLeavesTheQueueInOrder(t *testing.T) {
	for name, look := range map[string]func(f *Waiting, cx *future.Context) (through bool){
		"Poll": func(f *Waiting, cx *future.Context) bool { _, ready, _ := f.Poll(cx); return ready },
		"Enable": func(f *Waiting, cx *future.Context) bool {
			through := f.Enable()
			_, ready, _ := f.Poll(cx)
			return through && ready
		},
	} {
		const count, early = 100, 60 // in a later batch than the first
		var n Notify
		var waitings [count]*Waiting
		var tasks [count]waker.Header
		var woken [count]bool
		cx, _ := window()
		exec := waker.NewExecutor(func(h *waker.Header) {
			if woken[h.Tag] = true; h.Tag == 0 {
				require.True(t, look(waitings[early], cx), name)
			}
		})
		for i := range waitings {
			tasks[i].Tag = uint32(i)
			tasks[i].InitIdle(exec)
			of := future.NewContext(nil, &tasks[i])
			waitings[i] = n.Waiting()
			_, ready, _ := waitings[i].Poll(&of)
			require.False(t, ready)
		}
		n.NotifyAll(nil)
		for i := range woken {
			require.Equal(t, i != early, woken[i], name)
		}
		require.Nil(t, n.queue.head)
		require.Zero(t, n.state.Load()&listening, "the next to notify needs no lock")
	}
}

// noTasks is a worker that is never asked for anything.
type noTasks struct{ future.Worker }

// A body that is aborted while it waits leaves the queue, before its place in it is used for another wait.
func TestABodyThatIsAbortedLeavesTheQueue(t *testing.T) {
	var n Notify
	var o SetOnce[int]
	b := NewBarrier(2)
	m, s := Mutex{}, NewSemaphore(0)
	require.True(t, m.TryLock())
	for name, c := range map[string]struct {
		queue *queue
		wait  func(cx *future.Context) error
	}{
		"Notify":    {&n.queue, n.Wait},
		"Mutex":     {&m.p.queue, m.Lock},
		"Semaphore": {&s.p.queue, func(cx *future.Context) error { return s.Acquire(cx, 1) }},
		"Barrier": {&b.n.queue, func(cx *future.Context) error {
			_, err := b.Wait(cx)
			return err
		}},
		"SetOnce": {&o.n.queue, func(cx *future.Context) error {
			_, err := o.Wait(cx)
			return err
		}},
	} {
		local := future.Local{Worker: noTasks{}}
		cx := future.NewContext(&local, new(waker.Header))
		body := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, c.wait(cx) })
		for range 2 { // a lock is looked at twice
			local.BeginPoll()
			_, ready, _ := body.Poll(&cx)
			require.False(t, ready, name)
		}
		require.NotNil(t, c.queue.head, name)
		future.Drop(&cx, body)
		require.Nil(t, c.queue.head, name)
		local.CloseBodies()
	}
}

// So does a goroutine whose context ends.
func TestAGoroutineThatGivesUpLeavesTheQueue(t *testing.T) {
	var n Notify
	var o SetOnce[int]
	b := NewBarrier(100)
	var m Mutex
	require.True(t, m.TryLock())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		queue *queue
		wait  func() error
	}{
		"Notify": {&n.queue, func() error { return n.WaitBlocking(ctx) }},
		"Mutex":  {&m.p.queue, func() error { return m.LockBlocking(ctx) }},
		"Barrier": {&b.n.queue, func() error {
			_, err := b.WaitBlocking(ctx)
			return err
		}},
		"SetOnce": {&o.n.queue, func() error {
			_, err := o.WaitBlocking(ctx)
			return err
		}},
	} {
		require.ErrorIs(t, c.wait(), context.Canceled, name)
		require.Nil(t, c.queue.head, name)
	}
	require.Zero(t, n.state.Load()&listening, "the next to notify needs no lock")
}
