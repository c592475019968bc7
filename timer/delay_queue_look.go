package timer

import (
	"slices"
	"time"
)

// Peek returns the item that will be yielded next, expired or not, and leaves it in the queue. It reports false if the queue
// is empty.
func (q *DelayQueue[T]) Peek() (item Item[T], ok bool) {
	if len(q.items.nodes) == 0 {
		return item, false
	}
	n := q.items.nodes[0]
	s := &q.slots[n.slot]
	return Item[T]{Value: s.value, Key: Key{id: s.id, slot: n.slot}, Deadline: q.timeOf(n.deadline)}, true
}

// Get returns the item that key names. It reports false if key names nothing.
func (q *DelayQueue[T]) Get(key Key) (item Item[T], ok bool) {
	s := q.find(key)
	if s == nil {
		return item, false
	}
	return Item[T]{Value: s.value, Key: key, Deadline: q.timeOf(q.items.nodes[q.items.at[key.slot]].deadline)}, true
}

// Deadline returns when the item that key names expires. It reports false if key names nothing.
func (q *DelayQueue[T]) Deadline(key Key) (time.Time, bool) {
	item, ok := q.Get(key)
	return item.Deadline, ok
}

// Len returns the number of items, with those that have expired and were not yielded.
func (q *DelayQueue[T]) Len() int { return len(q.items.nodes) }

// IsEmpty reports whether the queue has no items.
func (q *DelayQueue[T]) IsEmpty() bool { return len(q.items.nodes) == 0 }

// Capacity returns how many items the queue can hold without growing.
func (q *DelayQueue[T]) Capacity() int { return min(cap(q.slots), cap(q.items.nodes)) }

// Reserve makes room for n more items.
func (q *DelayQueue[T]) Reserve(n int) {
	more := max(n-len(q.free), 0)
	q.slots, q.items.at = slices.Grow(q.slots, more), slices.Grow(q.items.at, more)
	q.items.nodes = slices.Grow(q.items.nodes, n)
}

// Compact gives back memory that is not needed. Keys stay good, and therefore an item stays where it is: what the queue has
// needed before an item that came late is kept as long as that item.
func (q *DelayQueue[T]) Compact() {
	used := len(q.slots)
	for used > 0 && q.slots[used-1].id == 0 {
		used--
	}
	q.slots = slices.Clip(slices.Clone(q.slots[:used]))
	q.items.at = slices.Clip(slices.Clone(q.items.at[:used]))
	q.items.nodes = slices.Clip(slices.Clone(q.items.nodes))
	q.free = nil
	for slot := range q.slots {
		if q.slots[slot].id == 0 {
			q.free = append(q.free, uint32(slot))
		}
	}
}
