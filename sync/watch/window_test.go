package watch

import (
	"context"
	"reflect"
	goruntime "runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// What comes between a receiver's look and its wait is seen: nobody wakes a receiver that does not wait yet.
func TestAChangeBeforeTheWaitIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		change func(tx *Sender[int])
		err    error
	}{
		"send":  {func(tx *Sender[int]) { require.NoError(t, tx.Send(nil, 1)) }, nil},
		"close": {func(tx *Sender[int]) { tx.Close(nil) }, ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := New(0)
			cx := future.NewContext(nil, new(waker.Header))
			ready, _ := rx.look()
			require.False(t, ready)
			c.change(tx)
			ready, err := rx.enter(&cx)
			require.True(t, ready)
			require.Equal(t, c.err, err)
		})
	}
}

// waits reports whether a waker of r is kept. The place is another package's.
func waits[T any](r *Receiver[T]) bool {
	return !reflect.ValueOf(&r.place).Elem().FieldByName("slot").IsZero()
}

// A goroutine that gives up is not kept, nor woken, by the receiver.
func TestACancelledWaitLeavesNoWaker(t *testing.T) {
	tx, rx := New(0)
	defer tx.Close(nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, rx.ChangedBlocking(ctx), context.Canceled)
	require.False(t, waits(rx))
	_, err := rx.WaitForBlocking(ctx, func(v int) bool { return v > 0 })
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, waits(rx))
}

// A wait that is over leaves no waker behind, whatever it was that ended it: the next change would wake its task for nothing.
func TestAWaitThatIsOverLeavesNoWaker(t *testing.T) {
	local := future.Local{Worker: noTasks{}}
	t.Cleanup(local.CloseBodies)
	local.BeginPoll()
	cx := future.NewContext(&local, new(waker.Header))
	ends := map[string]func(r *Receiver[int]) (ready bool){
		"PollChanged": func(r *Receiver[int]) bool { _, ready, _ := r.PollChanged(&cx); return ready },
		"PollWaitFor": func(r *Receiver[int]) bool {
			_, ready, _ := r.PollWaitFor(&cx, func(v int) bool { return v == 1 })
			return ready
		},
		"Changed": func(r *Receiver[int]) bool {
			body := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, r.Changed(cx) })
			_, ready, _ := body.Poll(&cx)
			return ready
		},
	}
	for name, end := range ends {
		tx, rx := New(0)
		_, ready, _ := rx.PollChanged(&cx)
		require.False(t, ready)
		require.True(t, waits(rx))
		tx.ch.replace(1) // the sender has not come to waking yet
		require.True(t, end(rx), name)
		require.False(t, waits(rx), name)
	}
}

// noTasks is a worker that is never asked for anything.
type noTasks struct{ future.Worker }

// Whoever reads sees a value together with its own version: the version grows before the lock is let go.
func TestAValueIsReadWithItsVersion(t *testing.T) {
	before := goruntime.GOMAXPROCS(8)
	defer goruntime.GOMAXPROCS(before)
	const values = 50_000
	tx := NewSender(uint64(0))
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { // ends with the last value
			for v := uint64(0); v < values; {
				var version uint64
				if v, version = tx.ch.get(); version != v*versionStep {
					t.Errorf("value %d has version %d", v, version/versionStep)
					return
				}
			}
		})
	}
	for v := uint64(1); v <= values; v++ {
		if v%2 == 0 {
			tx.ch.replace(v)
		} else {
			tx.ch.modify(func(value *uint64) bool { *value = v; return true })
		}
	}
	wg.Wait()
}
