package workload

import (
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// oneshot carries one signal from one task to another. It is ready for the next when the one before was received.
type oneshot struct {
	sent atomic.Bool
	slot waker.Slot
}

func (o *oneshot) send(cx *future.Context) {
	o.sent.Store(true)
	cx.Wake(o.slot.Take())
}

// PollRecv is ready once the signal was sent.
func (o *oneshot) PollRecv(cx *future.Context) (none, bool, error) {
	if !o.sent.Load() {
		o.slot.Set(cx.Waker())
		if !o.sent.Load() {
			return none{}, false, nil
		}
	}
	o.sent.Store(false)
	return none{}, true, nil
}

func (o *oneshot) recv(cx *future.Context) {
	_, err := future.AwaitPoll(cx, o.PollRecv, nil)
	must(err)
}
