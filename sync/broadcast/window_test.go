package broadcast

import (
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
		})
	}
}

func TestAValueForNobodyIsNotKept(t *testing.T) {
	tx := NewSender[*int](1)
	_, err := tx.Send(nil, new(int))
	require.ErrorIs(t, err, ErrNoReceivers)
	require.Nil(t, tx.ch.slots[0].value)
}
