package workload

import (
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// oneshot carries one signal from one task to another.
type oneshot struct {
	sent atomic.Bool
	slot waker.Slot
}

func (o *oneshot) send(cx *future.Context) {
	o.sent.Store(true)
	cx.Wake(o.slot.Take())
}

func (o *oneshot) PollRecv(cx *future.Context) (none, bool, error) {
	if !o.sent.Load() {
		o.slot.Set(cx.Waker())
		if !o.sent.Load() {
			return none{}, false, nil
		}
	}
	return none{}, true, nil
}

func (o *oneshot) recv(cx *future.Context) error {
	_, err := future.AwaitPoll(cx, o.PollRecv, nil)
	return err
}
