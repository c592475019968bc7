package mpsc

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// wakes collects whom to wake once the lock has been let go. 32 bounds the time for which the lock is held, and the stack
// (tokio's WakeList, util/wake_list.rs).
type wakes struct {
	list [32]waker.Waker
	n    int
}

func (b *wakes) add(w waker.Waker) {
	b.list[b.n] = w
	b.n++
}

func (b *wakes) full() bool { return b.n == len(b.list) }

// wake wakes them, in order, and empties b. No lock may be held.
func (b *wakes) wake(cx *future.Context) {
	for i, w := range b.list[:b.n] {
		b.list[i] = waker.Waker{}
		cx.Wake(w)
	}
	b.n = 0
}
