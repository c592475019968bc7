package future

import (
	"sync"

	"github.com/simmer-go/simmer/waker"
)

// WakeBatch wakes all in b, in order, and empties it. cx may be nil. No lock may be held that a waker wants.
func (cx *Context) WakeBatch(b *waker.Batch) {
	for _, w := range b.Take() {
		cx.Wake(w)
	}
}

// WakeList wakes those who are in l now, first come first served. It takes them out under mu, a batch at a time, and wakes them
// without it; who joins l meanwhile waits for the next time. cx may be nil. mu held; it lets mu go.
func (cx *Context) WakeList(mu *sync.Mutex, l *waker.List) {
	var batch waker.Batch
	for left := l.Len(); ; mu.Lock() {
		for ; left > 0 && l.Len() > 0 && !batch.IsFull(); left-- {
			batch.Add(l.Pop())
		}
		more := left > 0 && l.Len() > 0
		mu.Unlock()
		cx.WakeBatch(&batch)
		if !more {
			return
		}
	}
}
