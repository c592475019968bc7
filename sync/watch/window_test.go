package watch

import (
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
