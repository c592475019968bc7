package watch

import (
	"sync"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/sync/internal/crowd"
)

const (
	// closedBit of the state says that all senders are closed.
	closedBit = 1
	// versionStep is added to the state with each new value: it leaves the closed bit alone.
	versionStep = 2
)

// channel is what all handles share.
//
// Ownership. Senders write value, and add to the version, under mu; the last one to close sets the closed bit. Receivers read.
//
// Order. The version grows while mu is held (V1), so that whoever holds mu for reading sees a value together with its version.
// A sender changes the state (V1) before it loads the marks of the crowd; a receiver marks itself before it loads the
// state again (V2). V1 pairs with V2: one of the two sees the other.
type channel[T any] struct {
	state     sy.Uint64
	receivers sy.Int64
	senders   sy.Int64
	crowd     crowd.Crowd // the receivers
	lobby     crowd.Lobby // who waits for the last receiver to close
	_         [64]byte    // every reader writes the lock: not in the cache line of the state

	mu    sync.RWMutex
	value T
}

// New returns the first sender and the first receiver of a channel that holds initial. The receiver has seen it.
func New[T any](initial T) (*Sender[T], *Receiver[T]) {
	tx := NewSender(initial)
	return tx, tx.Subscribe()
}

// NewSender is [New] without a receiver: [Sender.Send] fails until somebody subscribes.
func NewSender[T any](initial T) *Sender[T] {
	ch := &channel[T]{value: initial}
	ch.senders.Store(1)
	return &Sender[T]{ch: ch}
}

// versionOf returns the state without the closed bit.
func versionOf(state uint64) uint64 { return state &^ closedBit }

// get returns the value and its version. Any goroutine.
func (ch *channel[T]) get() (T, uint64) {
	ch.mu.RLock()
	v, version := ch.value, versionOf(ch.state.Load())
	ch.mu.RUnlock()
	return v, version
}

// view calls look with the value, under the lock for reading, and returns the value's version. look may panic.
func (ch *channel[T]) view(look func(T)) uint64 {
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	look(ch.value)
	return versionOf(ch.state.Load())
}

// replace stores v and returns what it replaces.
func (ch *channel[T]) replace(v T) T {
	ch.mu.Lock()
	old := ch.value
	ch.value = v
	ch.state.Add(versionStep) // V1
	ch.mu.Unlock()
	return old
}

// modify has change work on the value, and makes a new version of it if change reports true. If change panics, the version stays.
func (ch *channel[T]) modify(change func(*T) bool) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if !change(&ch.value) {
		return false
	}
	ch.state.Add(versionStep) // V1
	return true
}

// join counts another sender, unless all are closed: a closed channel stays closed.
func (ch *channel[T]) join() bool {
	for {
		n := ch.senders.Load()
		if n == 0 {
			return false
		}
		if ch.senders.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// subscribe adds a receiver that has seen version.
func (ch *channel[T]) subscribe(version uint64) *Receiver[T] {
	r := &Receiver[T]{ch: ch, seen: version}
	ch.receivers.Add(1)
	ch.crowd.Join(&r.place)
	return r
}
