package broadcast

import (
	"math"
	"math/bits"
	"sort"
	"sync"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/sync/internal/crowd"
)

const (
	// closedBit of the tail says that all senders are closed.
	closedBit = 1
	// oneValue is added to the tail for each value that is sent: it leaves the closed bit alone.
	oneValue = 2
)

// channel is what all handles share: a ring of slots, of which a value takes the one of its position, the number of values
// that were sent before it.
//
// Ownership. Who sends, subscribes or closes holds mu; the tail and receivers are written under it and read by all. A slot's
// own word says who may touch it.
//
// Order. A sender writes the slot before the tail (T1); a receiver reads the tail before the slot (T2). A sender changes the
// tail (T1) before it loads the marks of the crowd; a receiver marks itself before it loads the tail again (T2). T1 pairs with
// T2: one of the two sees the other.
type channel[T any] struct {
	tail      sy.Uint64 // the position of the next value, shifted, with the closed bit
	slots     []slot[T] // a power of two
	senders   sy.Int64
	weak      sy.Int64
	receivers sy.Int64
	crowd     crowd.Crowd // the receivers
	lobby     crowd.Lobby // who waits for the last receiver to close

	mu sync.Mutex
}

// New returns the first sender and the first receiver of a channel that keeps capacity values, rounded up to a power of two.
// It panics if capacity is zero or negative, or cannot be rounded up.
func New[T any](capacity int) (*Sender[T], *Receiver[T]) {
	tx := NewSender[T](capacity)
	return tx, tx.Subscribe()
}

// NewSender is [New] without a receiver: [Sender.Send] fails until somebody subscribes.
func NewSender[T any](capacity int) *Sender[T] {
	if capacity <= 0 {
		panic("broadcast: capacity must be positive")
	}
	if capacity > math.MaxInt/2 {
		panic("broadcast: capacity is too large")
	}
	ch := &channel[T]{slots: make([]slot[T], 1<<bits.Len(uint(capacity-1)))}
	ch.senders.Store(1)
	return &Sender[T]{ch: ch}
}

func (ch *channel[T]) slot(position uint64) *slot[T] {
	return &ch.slots[position&uint64(len(ch.slots)-1)]
}

// send appends v and returns for how many receivers it is: if there are none it does nothing.
func (ch *channel[T]) send(v T) (receivers int) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	n := ch.receivers.Load()
	if n == 0 {
		return 0
	}
	tail := ch.tail.Load()
	position := tail / oneValue
	ch.slot(position).write(position, v, uint32(n))
	ch.tail.Store(tail + oneValue) // T1
	return int(n)
}

// lockedTail returns the tail when no sender is at work.
func (ch *channel[T]) lockedTail() uint64 {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.tail.Load()
}

// end closes the channel: there are no more senders.
func (ch *channel[T]) end() {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.tail.Or(closedBit) // T1
}

// len returns the number of values that some receiver has still to read. A receiver reads in order, so that all of these stand
// behind all others, and behind slots that were never written.
func (ch *channel[T]) len() int {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	end := ch.tail.Load() / oneValue
	kept := len(ch.slots)
	read := sort.Search(kept, func(i int) bool { return ch.slot(end+uint64(i)).unread() > 0 })
	return kept - read
}

// isEmpty reports whether every receiver has read every value.
func (ch *channel[T]) isEmpty() bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.slot(ch.tail.Load()/oneValue-1).unread() == 0 // at first that is the last slot, which is empty
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

// subscribe adds a receiver of what is sent from here on.
func (ch *channel[T]) subscribe() *Receiver[T] {
	r := &Receiver[T]{ch: ch}
	ch.crowd.Join(&r.place)
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.receivers.Add(1)
	r.next = ch.tail.Load() / oneValue
	return r
}

// unsubscribe takes a receiver out of the count. It returns up to which position the values are counted as for it too.
func (ch *channel[T]) unsubscribe() (until uint64, wasLast bool) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.tail.Load() / oneValue, ch.receivers.Add(-1) == 0
}
