package broadcast

import (
	"bytes"
	"context"
	"reflect"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// What comes between a receiver's look and its wait is seen: nobody wakes a receiver that does not wait yet.
func TestWhatComesBeforeTheWaitIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		change func(tx *Sender[int])
		value  int
		err    error
	}{
		"send": {func(tx *Sender[int]) {
			_, err := tx.Send(nil, 1)
			require.NoError(t, err)
		}, 1, nil},
		"close": {func(tx *Sender[int]) { tx.Close(nil) }, 0, ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := New[int](1)
			cx := future.NewContext(nil, new(waker.Header))
			_, ready, _ := rx.take()
			require.False(t, ready)
			c.change(tx)
			v, ready, err := rx.enter(&cx)
			require.True(t, ready)
			require.Equal(t, c.value, v)
			require.Equal(t, c.err, err)
			require.False(t, waits(rx), "the wait is over")
		})
	}
}

func TestAValueForNobodyIsNotKept(t *testing.T) {
	tx := NewSender[*int](1)
	_, err := tx.Send(nil, new(int))
	require.ErrorIs(t, err, ErrNoReceivers)
	require.Nil(t, tx.ch.slots[0].value)
}

// waits reports whether a waker of r is kept. The place is another package's.
func waits[T any](r *Receiver[T]) bool {
	return !reflect.ValueOf(&r.place).Elem().FieldByName("slot").IsZero()
}

// A goroutine that gives up is not kept, nor woken, by the receiver.
func TestACancelledRecvLeavesNoWaker(t *testing.T) {
	tx, rx := New[int](1)
	defer tx.Close(nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := rx.RecvBlocking(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, waits(rx))
}

// A receiver that was left far behind has nothing to read but what is kept.
func TestAReceiverThatHasLaggedFarClosesAtOnce(t *testing.T) {
	tx, rx := New[int](2)
	tx.ch.tail.Store(oneValue << 50)
	rx.Close(nil)
	require.True(t, tx.IsClosed())
}

// A send that is at work when its sender is closed leaves the channel closed.
func TestAChannelThatIsClosedAmidASendStaysClosed(t *testing.T) {
	tx, rx := New[int](2)
	ch := tx.ch
	ch.mu.Lock()
	tail := ch.tail.Load()
	closed := make(chan struct{})
	go func() { // ends when the lock is let go
		defer close(closed)
		tx.Close(nil)
	}()
	for stacks := make([]byte, 1<<16); !rx.IsClosed(); goruntime.Gosched() { // until it waits for the lock
		dump := stacks[:goruntime.Stack(stacks, true)]
		if bytes.Contains(dump, []byte("[sync.Mutex.Lock]")) && bytes.Contains(dump, []byte(").end(")) {
			break
		}
	}
	ch.tail.Store(tail + oneValue)
	ch.mu.Unlock()
	<-closed
	require.True(t, rx.IsClosed())
}
