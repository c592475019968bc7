package runtime_test

import (
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// hand is a task that a test polls by hand: its cx has no worker, and it counts its wakes.
type hand struct {
	header waker.Header // must be first
	woken  atomic.Int32
	cx     future.Context
}

var handExecutor = waker.NewExecutor(func(h *waker.Header) { holder.Of[hand](h).woken.Add(1) })

func newHand() *hand {
	h := &hand{}
	h.header.InitIdle(handExecutor)
	h.cx = future.NewContext(nil, &h.header)
	return h
}

// wakes returns how often the task would have been queued since the last call, and makes it idle again.
func (h *hand) wakes() int {
	n := int(h.woken.Swap(0))
	if n > 0 {
		h.header.Begin()
		h.header.Idle()
	}
	return n
}

// isReady polls f by hand.
func isReady[T any](h *hand, f future.Future[T]) bool {
	_, ready, _ := f.Poll(&h.cx)
	return ready
}
