package runtime_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
	"github.com/simmer-go/simmer/sync/lock"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/sync/watch"
)

// Operations that are not ready cost nothing, however many of them one poll tries: or a select of many would use up the budget of
// the branch that is.
func TestWhatIsNotReadyCostsNoBudget(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var mu lock.Mutex
	var rw, read lock.RWMutex
	var notify lock.Notify
	require.True(t, mu.TryLock() && rw.TryLock() && read.TryRLock())
	semaphore := lock.NewSemaphore(0)
	tx, rx := mpsc.New[int](1)
	require.NoError(t, tx.TrySend(nil, 1))
	defer rx.Drop(nil)
	defer tx.Close(nil)
	value, seen := watch.New(1)
	defer value.Close(nil)
	defer seen.Close(nil)
	seen.MarkUnchanged()
	news, listener := broadcast.New[int](1)
	defer news.Close(nil)
	defer listener.Close(nil)
	body := func(op func(cx *future.Context) error) func() future.Future[none] {
		return func() future.Future[none] {
			return future.Async(func(cx *future.Context) (none, error) { return none{}, op(cx) })
		}
	}
	machine := func(poll func(cx *future.Context, w *lock.Waiter) (none, bool, error)) func() future.Future[none] {
		return func() future.Future[none] { return &waiting{poll: poll} }
	}
	for name, make := range map[string]func() future.Future[none]{
		"Mutex.Lock":        body(mu.Lock),
		"Mutex.PollLock":    machine(mu.PollLock),
		"RWMutex.RLock":     body(rw.RLock),
		"RWMutex.PollRLock": machine(rw.PollRLock),
		"RWMutex.Lock":      body(read.Lock),
		"Notify.Wait":       body(notify.Wait),
		"Semaphore.Acquire": body(func(cx *future.Context) error { return semaphore.Acquire(cx, 1) }),
		"mpsc.Send":         body(func(cx *future.Context) error { return tx.Send(cx, 2) }),
		"mpsc.PollSend":     func() future.Future[none] { return tx.Sending(2) },
		"mpsc.ReserveMany":  body(func(cx *future.Context) error { _, err := tx.ReserveMany(cx, 1); return err }),
		"watch.Changed":     body(seen.Changed),
		"broadcast.Recv":    body(func(cx *future.Context) error { _, err := listener.Recv(cx); return err }),
	} {
		t.Run(name, func(t *testing.T) {
			left, err := result(t, runtime.Spawn(rt, future.Func(func(cx *future.Context) (left int, _ bool, _ error) {
				for range 2 * future.Budget {
					f := make()
					_, ready, err := f.Poll(cx)
					if ready {
						return 0, true, err
					}
					future.Drop(cx, f)
				}
				for cx.HasBudgetRemaining() {
					cx.Spend()
					left++
				}
				return left, true, nil
			})))
			require.NoError(t, err)
			require.Equal(t, future.Budget, left)
		})
	}
}

// waiting is the future of a poll with a Waiter.
type waiting struct {
	poll func(cx *future.Context, w *lock.Waiter) (none, bool, error)
	w    lock.Waiter
}

func (w *waiting) Poll(cx *future.Context) (none, bool, error) { return w.poll(cx, &w.w) }
func (w *waiting) Drop(cx *future.Context)                     { w.w.Drop(cx) }
