package waker

// batchSize bounds the time for which a lock is held while wakers are collected, and the stack that they take (tokio's
// WakeList, util/wake_list.rs).
const batchSize = 32

// Batch collects wakers under a lock, so that they are woken when the lock has been let go: a wake may run code that wants
// the same lock. The zero Batch is empty. Not for concurrent use.
type Batch struct {
	list [batchSize]Waker
	n    int
}

// Add puts w at the end. b must not be full.
func (b *Batch) Add(w Waker) {
	b.list[b.n] = w
	b.n++
}

// IsFull reports whether there is no room for another waker: then it is time to let the lock go and wake.
func (b *Batch) IsFull() bool { return b.n == len(b.list) }

// Take empties b and returns what was in it, in order. The slice is valid until the next Add.
func (b *Batch) Take() []Waker {
	wakers := b.list[:b.n]
	b.n = 0
	return wakers
}
