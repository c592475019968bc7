package mpsc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/waker"
)

// crowd is more tasks that wait than are woken in one hold of the lock. The first wake polls all that have not been woken yet: what
// they then find is between two batches.
type crowd struct {
	members []member
	meet    func(m *member) // in the window
	met     bool
}

type member struct {
	waker.Header // must be first
	cx           future.Context
	w            mpsc.Waiter
	crowd        *crowd
	index        int
	wakes        int
}

func newCrowd(n int, meet func(m *member)) *crowd {
	c := &crowd{members: make([]member, n), meet: meet}
	exec := waker.NewExecutor(func(h *waker.Header) {
		m := holder.Of[member](h)
		m.wakes++
		m.Begin()
		m.Idle()
		m.crowd.window()
	})
	for i := range c.members {
		m := &c.members[i]
		m.InitIdle(exec)
		m.cx = future.NewContext(nil, &m.Header)
		m.crowd, m.index = c, i
	}
	return c
}

func (c *crowd) window() {
	if c.met {
		return
	}
	c.met = true
	for i := len(c.members) - 1; i >= 0; i-- {
		if m := &c.members[i]; m.wakes == 0 && m.index%2 == 0 {
			c.meet(m)
		}
	}
}

// Who is polled while Close wakes others sees the end, and takes nobody's wake away.
func TestAPollAmidCloseTakesNobodysWakeAway(t *testing.T) {
	const n = 100
	for name, poll := range map[string]func(tx *mpsc.Sender[int], m *member) (ready bool, err error){
		"send": func(tx *mpsc.Sender[int], m *member) (bool, error) {
			_, ready, err := tx.PollSend(&m.cx, &m.w, m.index)
			return ready, err
		},
		"reserve": func(tx *mpsc.Sender[int], m *member) (bool, error) {
			_, ready, err := tx.PollReserve(&m.cx, &m.w)
			return ready, err
		},
		"closed": func(tx *mpsc.Sender[int], m *member) (bool, error) {
			_, ready, _ := tx.PollClosed(&m.cx, &m.w)
			return ready, mpsc.ErrClosed
		},
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := mpsc.New[int](1)
			require.NoError(t, tx.TrySend(nil, 0))
			polled := map[int]bool{}
			c := newCrowd(n, func(m *member) {
				ready, err := poll(tx, m)
				require.True(t, ready)
				require.ErrorIs(t, err, mpsc.ErrClosed)
				polled[m.index] = true
			})
			for i := range c.members {
				ready, _ := poll(tx, &c.members[i])
				require.False(t, ready)
			}
			rx.Close(nil)
			require.NotEmpty(t, polled)
			for i := range c.members {
				require.True(t, polled[i] || c.members[i].wakes == 1, "%d was forgotten", i)
			}
			_, err := rx.TryRecv(nil)
			require.NoError(t, err)
			_, err = rx.TryRecv(nil)
			require.ErrorIs(t, err, mpsc.ErrClosed)
			require.Equal(t, 1, tx.Capacity())
		})
	}
}

// Who gives up while a large wish is released to many leaves his share to those behind him.
func TestADropAmidReleaseLosesNoPlace(t *testing.T) {
	const n, capacity = 100, 80
	tx, rx := mpsc.New[int](capacity)
	permits, err := tx.TryReserveMany(capacity)
	require.NoError(t, err)
	c := newCrowd(n, func(m *member) { m.w.Drop(nil) })
	for i := range c.members {
		m := &c.members[i]
		_, ready, _ := tx.PollSend(&m.cx, &m.w, i)
		require.False(t, ready)
	}
	permits.Release(nil)
	sent := 0
	for i := range c.members {
		if m := &c.members[i]; m.wakes > 0 {
			_, ready, err := tx.PollSend(&m.cx, &m.w, i)
			require.True(t, ready)
			require.NoError(t, err)
			sent++
		}
	}
	require.Equal(t, capacity-sent, tx.Capacity())
	require.Equal(t, sent, rx.Len())
	require.Greater(t, sent, 50)
}
