package timer

import (
	"io"
	"iter"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// DelayQueue holds items until their deadlines and yields them in the order of these; of items with the same deadline, the one
// that was put there first. It costs one timer, however many items it has. The zero DelayQueue is empty and ready for use.
//
// Make it part of a task that waits for [DelayQueue.Next]. Not for concurrent use: one waiter, one goroutine at a time. An item
// that is put in, moved or taken out meanwhile, by the same task between two polls, say, wakes the waiter where it must.
type DelayQueue[T any] struct {
	items  itemHeap
	slots  []queueSlot[T]
	free   []uint32 // slots without an item
	lastID uint64

	delay  Delay        // of the first deadline, while somebody waits
	clock  future.Clock // which the deadlines follow
	zero   time.Time    // when the clock showed zero
	now    int64        // of the last look at the clock
	waiter waker.Waker  // who waits for the delay
}

// Key names an item of the [DelayQueue] that has given it out. The key of an item that has left the queue names nothing. The
// zero Key never names anything.
type Key struct {
	id   uint64
	slot uint32
}

// Item is an item of a [DelayQueue].
type Item[T any] struct {
	Value    T
	Key      Key
	Deadline time.Time
}

// queueSlot is the place of an item that does not move. id is zero in a free slot.
type queueSlot[T any] struct {
	value T
	id    uint64
}

// systemClock tells the time to queues that no worker has polled or filled.
var systemClock = NewClock()

// Insert adds v, to be yielded after d: at once if d is zero or less, never if the clock cannot count to it. d follows the
// clock of cx's worker, even if cx is nil and the worker is that of a later poll. An item that comes before all others wakes the
// waiter in time.
func (q *DelayQueue[T]) Insert(cx *future.Context, v T, d time.Duration) Key {
	q.follow(cx)
	return q.add(v, nanosAfter(q.clock, d))
}

// InsertAt is [DelayQueue.Insert] with a time.
func (q *DelayQueue[T]) InsertAt(cx *future.Context, v T, t time.Time) Key {
	q.follow(cx)
	return q.add(v, nanosAt(q.clock, t))
}

func (q *DelayQueue[T]) add(v T, deadline int64) Key {
	if len(q.free) == 0 {
		q.slots = append(q.slots, queueSlot[T]{})
		q.items.at = append(q.items.at, 0)
		q.free = append(q.free, uint32(len(q.slots)-1))
	}
	end := len(q.free) - 1
	slot := q.free[end]
	q.free = q.free[:end]
	q.lastID++
	s := &q.slots[slot]
	s.value, s.id = v, q.lastID
	q.items.push(deadline, slot)
	q.aim()
	return Key{id: s.id, slot: slot}
}

// find returns the slot of the item that key names, or nil.
func (q *DelayQueue[T]) find(key Key) *queueSlot[T] {
	if key.id == 0 || int(key.slot) >= len(q.slots) || q.slots[key.slot].id != key.id {
		return nil
	}
	return &q.slots[key.slot]
}

// Remove takes the item out and returns its value. It reports false if key names nothing: the item was yielded or removed
// before. If it was the last one, the waiter is woken and finds the queue empty.
func (q *DelayQueue[T]) Remove(key Key) (value T, ok bool) {
	if q.find(key) == nil {
		return value, false
	}
	value = q.take(int(q.items.at[key.slot])).Value
	q.aim()
	return value, true
}

// take removes the item at a place of the heap.
func (q *DelayQueue[T]) take(at int) Item[T] {
	n := q.items.remove(at)
	s := &q.slots[n.slot]
	item := Item[T]{Value: s.value, Key: Key{id: s.id, slot: n.slot}, Deadline: q.timeOf(n.deadline)}
	*s = queueSlot[T]{}
	q.free = append(q.free, n.slot)
	return item
}

// Reset moves the item's deadline to d after this moment. It reports false if key names nothing.
func (q *DelayQueue[T]) Reset(key Key, d time.Duration) bool {
	return q.find(key) != nil && q.move(key.slot, nanosAfter(q.clock, d))
}

// ResetAt moves the item's deadline to t. It reports false if key names nothing.
func (q *DelayQueue[T]) ResetAt(key Key, t time.Time) bool {
	return q.find(key) != nil && q.move(key.slot, nanosAt(q.clock, t))
}

func (q *DelayQueue[T]) move(slot uint32, deadline int64) bool {
	q.items.move(int(q.items.at[slot]), deadline)
	q.aim()
	return true
}

// Clear takes out all items. The waiter is woken and finds the queue empty.
func (q *DelayQueue[T]) Clear() {
	clear(q.slots)
	q.items.nodes, q.free = q.items.nodes[:0], q.free[:0]
	for slot := range q.slots {
		q.free = append(q.free, uint32(slot))
	}
	q.aim()
}

// Next waits, in a body, for the next item to expire. It returns io.EOF if the queue is empty, which is no end: items may be put in
// and waited for again. Other errors: [ErrClosed], [ErrNoTimers], future.ErrNoWorker, future.ErrCancelled; no item is lost.
func (q *DelayQueue[T]) Next(cx *future.Context) (Item[T], error) {
	return future.AwaitPoll(cx, q.PollNext, q.Drop)
}

// PollNext is ready with the next item that has expired, or with an error of [DelayQueue.Next]. It makes the queue a stream.
func (q *DelayQueue[T]) PollNext(cx *future.Context) (item Item[T], ready bool, err error) {
	if !cx.HasBudget() {
		return item, false, nil
	}
	q.follow(cx)
	for {
		if len(q.items.nodes) == 0 {
			q.Drop(cx)
			cx.Spend()
			return item, true, io.EOF
		}
		first := q.items.nodes[0].deadline
		if first > q.now {
			q.now = q.clock.Nanos()
		}
		if first <= q.now {
			q.waiter = waker.Waker{}
			item = q.take(0)
			cx.Spend()
			return item, true, nil
		}
		q.waiter = cx.Waker()
		q.aimAt(first)
		if ready, err = q.delay.poll(cx); !ready {
			return item, false, nil
		}
		q.waiter = waker.Waker{}
		if err != nil {
			return item, true, err
		}
	}
}

// All yields, in a body, the items as they expire, until the queue is empty. It ends too when the body unwinds or the timers are
// closed.
func (q *DelayQueue[T]) All(cx *future.Context) iter.Seq[Item[T]] {
	return func(yield func(Item[T]) bool) {
		for {
			item, err := q.Next(cx)
			if err != nil || !yield(item) {
				return
			}
		}
	}
}

// Drop disarms the timer. cx may be nil. The items stay: the queue can be polled again.
func (q *DelayQueue[T]) Drop(cx *future.Context) {
	q.delay.Drop(cx)
	q.delay, q.waiter = Delay{}, waker.Waker{}
}

// aim sets the delay, if somebody waits for it, to the first deadline, and wakes the waiter of an empty queue.
func (q *DelayQueue[T]) aim() {
	switch {
	case q.waiter.IsZero():
	case len(q.items.nodes) == 0:
		w := q.waiter
		q.Drop(nil)
		w.Wake()
	default:
		q.aimAt(q.items.nodes[0].deadline)
	}
}

func (q *DelayQueue[T]) aimAt(deadline int64) {
	q.delay.clock, q.delay.elapsed = q.clock, false
	if deadline != q.delay.deadline {
		q.delay.move(deadline)
	}
}

// follow has the queue count by the clock of cx's worker. What is left of each item stays as it is.
func (q *DelayQueue[T]) follow(cx *future.Context) {
	clock := q.clock
	if l := cx.Local(); l != nil && l.Clock != nil {
		clock = l.Clock
	} else if clock == nil {
		clock = systemClock
	}
	if clock == q.clock {
		return
	}
	if q.clock != nil {
		old := q.clock.Nanos() // first: what passes between the two must make it later, not earlier
		shift := clock.Nanos() - old
		for i := range q.items.nodes {
			q.items.nodes[i].deadline = shifted(q.items.nodes[i].deadline, shift)
		}
		w := q.waiter
		q.Drop(cx)
		w.Wake() // another runtime's task has to arm its own timer
	}
	q.clock = clock
	q.zero = clock.Now().Add(-time.Duration(clock.Nanos()))
	q.now = clock.Nanos()
}

func (q *DelayQueue[T]) timeOf(deadline int64) time.Time { return q.zero.Add(time.Duration(deadline)) }
