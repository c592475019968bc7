package mpsc

import "reflect"

const (
	// longestBlockBytes is about what the blocks of a channel grow to. In one for integers an allocation then serves 256 of them,
	// and little is lost when only one is used. (Tokio's blocks have 32 values, whatever their size, sync/mpsc/mod.rs.)
	longestBlockBytes = 2048
	// season is the number of batches after which the memory for a large one is given up: longer than it takes a few tasks to
	// have their turn.
	season = 64
)

// block is a row of values. It is filled from the front, by senders, and then emptied from the front, by the receiver.
type block[T any] struct {
	values []T
	next   *block[T]
}

// buffer is the senders' part of a queue of values. mu of the channel held.
type buffer[T any] struct {
	first, last *block[T]
	spare       *block[T] // empty blocks
	eldest      firstBlock[T]

	spares int32
	blocks int32
	length int32  // of the block that was made last
	most   int32  // blocks of the largest batch of the present season
	before int32  // of the season before
	takes  uint32 // batches so far

	full   int // values in the blocks before the last
	values []T // of the last block
	at     int // the next free place in values
}

// batch is the receiver's part: the values that it has taken from the buffer, all at once. Receiver only.
type batch[T any] struct {
	values []T // of the current block
	at     int // the first of them that is left
	later  int // values in the blocks after the current one

	current *block[T]
	empty   *block[T] // blocks to give back
}

// len returns the number of values.
func (b *buffer[T]) len() int { return b.full + b.at }

// push appends *v.
func (b *buffer[T]) push(v *T) {
	if b.at == len(b.values) {
		b.addBlock()
	}
	b.values[b.at] = *v
	b.at++
}

//go:noinline
func (b *buffer[T]) addBlock() {
	next := b.takeSpare()
	if next == nil {
		next = b.newBlock()
	}
	if b.last == nil {
		b.first = next
	} else {
		b.last.next = next
	}
	b.full += b.at
	b.last, b.values, b.at = next, next.values, 0
	b.blocks++
}

// takeSpare returns an empty block, or nil if there is none.
func (b *buffer[T]) takeSpare() *block[T] {
	s := b.spare
	if s != nil {
		b.spare, s.next = s.next, nil
		b.spares--
	}
	return s
}

// newBlock makes blocks longer and longer, so that a channel through which few values go stays small.
func (b *buffer[T]) newBlock() *block[T] {
	size := max(int32(min(reflect.TypeFor[T]().Size(), longestBlockBytes)), 1)
	if b.length == 0 {
		b.length = max(firstBlockBytes/size, 1)
		return b.eldest.take(b.length)
	}
	b.length = min(2*b.length, max(longestBlockBytes/size, 1))
	return &block[T]{values: make([]T, b.length)}
}

// moveTo moves all values, of which there must be one, to r, which has none left. It takes back the blocks that r has emptied, as
// many as the largest batches of late needed: a steady stream of bursts allocates nothing, and the memory of a burst that
// does not come again is given up after some time.
func (b *buffer[T]) moveTo(r *batch[T]) {
	if b.takes++; b.takes%season == 0 {
		b.before, b.most = b.most, 0
	}
	b.most = max(b.most, b.blocks)
	limit := 2 * max(b.most, b.before) // one batch is being filled while another is emptied
	if r.current != nil {
		r.retire()
	}
	if b.spares > limit {
		b.spare, b.spares = nil, 0
	}
	for r.empty != nil {
		e := r.empty
		r.empty = e.next
		e.next = b.spare
		b.spare = e
		b.spares++
	}
	r.current, r.later = b.first, b.len()
	r.open()
	b.at, b.full = 0, 0
	if s := b.takeSpare(); s != nil {
		b.first, b.last, b.values, b.blocks = s, s, s.values, 1
	} else {
		b.first, b.last, b.values, b.blocks = nil, nil, nil, 0
	}
}

// len returns the number of values.
func (r *batch[T]) len() int { return len(r.values) - r.at + r.later }

// retire puts the current block, which is empty, to those that go back.
func (r *batch[T]) retire() {
	e := r.current
	r.current, e.next = e.next, r.empty
	r.empty = e
}

// open makes the values of the current block, the first of those that are left, ready.
func (r *batch[T]) open() {
	n := min(len(r.current.values), r.later)
	r.values, r.at = r.current.values[:n], 0
	r.later -= n
}

// advance goes to the next block, and reports whether there are values in it.
func (r *batch[T]) advance() bool {
	if r.later == 0 {
		return false
	}
	r.retire()
	r.open()
	return true
}

// popMany moves values to buf, as many as there are and fit, and returns their number.
func (r *batch[T]) popMany(buf []T) (n int) {
	for n < len(buf) && (r.at < len(r.values) || r.advance()) {
		k := copy(buf[n:], r.values[r.at:])
		clear(r.values[r.at : r.at+k])
		r.at += k
		n += k
	}
	return n
}

// first is the place of the first value of the current block; there must be one. The caller copies it from there: on its way
// through a result of a method a large value would be copied twice.
func (r *batch[T]) first() *T { return &r.values[r.at] }

// drop passes over the first value of the current block. Its place is cleared, so that the value can be collected.
func (r *batch[T]) drop() {
	var none T
	r.values[r.at] = none
	r.at++
}
