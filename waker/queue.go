package waker

import "iter"

// Queue is a first-in-first-out list of active tasks, linked through their headers: it allocates nothing. The zero Queue
// is empty. A task is in one queue at a time, because it has one queue entry. Not for concurrent use.
type Queue struct {
	head, tail *Header
	n          int
}

// Push appends h, whose queue entry the caller hands over.
func (q *Queue) Push(h *Header) {
	h.next = nil
	if q.tail == nil {
		q.head = h
	} else {
		q.tail.next = h
	}
	q.tail = h
	q.n++
}

// Pop removes the first task, or returns nil. The caller holds its queue entry.
func (q *Queue) Pop() *Header {
	h := q.head
	if h == nil {
		return nil
	}
	q.head = h.next
	if q.head == nil {
		q.tail = nil
	}
	h.next = nil
	q.n--
	return h
}

// Append moves all of other to the end of q, in order and in constant time.
func (q *Queue) Append(other *Queue) {
	if other.head == nil {
		return
	}
	if q.tail == nil {
		q.head = other.head
	} else {
		q.tail.next = other.head
	}
	q.tail = other.tail
	q.n += other.n
	*other = Queue{}
}

// Len returns the number of tasks in q.
func (q *Queue) Len() int { return q.n }

// All yields the tasks in order, without removing them.
func (q *Queue) All() iter.Seq[*Header] {
	return func(yield func(*Header) bool) {
		for h := q.head; h != nil && yield(h); h = h.next {
		}
	}
}
