package broadcast

import (
	goruntime "runtime"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/sy"
)

// slot holds one value until all receivers have read it, or until it is overwritten.
//
// Ownership. The word says who may touch position and value: one writer, or any number of readers.
//
// Order. A transition is one atomic read-modify-write. What a writer has written is published by its publish (S1) and pairs
// with enter (R1). What a reader has read is over before its leave (R2), which pairs with the writer's claim (S2).
//
//	bits     meaning                                            next
//	0-31     unread: receivers that have still to read          leave takes one off
//	32-62    readers that are inside, or look who is            enter, leave
//	63       a writer is inside                                 publish
//
// Everything is added and subtracted, never stored: a reader that only looks, and finds a writer, comes and goes meanwhile.
type slot[T any] struct {
	word     sy.Uint64
	position uint64
	value    T
}

const (
	oneUnread  = 1
	oneReader  = 1 << 32
	oneWriter  = 1 << 63
	unreadMask = oneReader - 1
)

// write overwrites the slot with the value of a position, which unread receivers have to read. It waits for readers that are
// inside: they only copy a value. One writer at a time.
func (s *slot[T]) write(position uint64, v T, unread uint32) {
	for !s.claim() {
		goruntime.Gosched()
	}
	s.position, s.value = position, v
	s.word.Add(uint64(unread) - oneWriter) // S1
}

// claim lets the writer in, if nobody is inside. What was unread is lost.
func (s *slot[T]) claim() bool {
	w := s.word.Load()
	return w < oneReader && s.word.CompareAndSwap(w, oneWriter) // S2
}

// read copies the value of a position, for a receiver that has not read it before. It reports false if the slot holds, or is
// being given, the value of another position.
func (s *slot[T]) read(position uint64) (v T, ok bool) {
	if s.word.Add(oneReader) >= oneWriter || s.position != position { // R1
		s.leave(oneReader)
		return v, false
	}
	v = s.value
	invariant.Check(s.unread() > 0, "a value was read by more receivers than it was for")
	s.leave(oneReader + oneUnread)
	return v, true
}

// leave lets a reader out. The last of all readers empties the slot, so that the value is not kept.
func (s *slot[T]) leave(what uint64) {
	if s.word.Add(-what) == 0 && s.word.CompareAndSwap(0, oneWriter) { // R2, S2
		var zero T
		s.value = zero
		s.word.Add(oneWriter) // S1; the top bit, added once more, is gone
	}
}

// unread returns how many receivers have still to read the value.
func (s *slot[T]) unread() uint64 { return s.word.Load() & unreadMask }
