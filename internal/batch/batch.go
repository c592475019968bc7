package batch

import "unsafe"

const (
	// size is the number of values that are allocated together. While one of them is in use none is freed: more of them would
	// cost less time, and more memory where one of a batch lives long.
	size = 4
	// largest is the size in bytes up to which values are allocated together: four of them fit into the 512 bytes up to which
	// Go's allocator writes no type header.
	largest = 128
)

// Batch is memory that was allocated ahead. The zero Batch is empty. It keeps what it has allocated last reachable. Not for
// concurrent use.
type Batch struct {
	values any // *[size]T of the type that was asked for last
	used   int
}

// New returns a new zero value.
func New[T any](b *Batch) *T {
	var zero T
	if unsafe.Sizeof(zero) > largest {
		return new(T)
	}
	if values, ok := b.values.(*[size]T); ok && b.used < size {
		v := &values[b.used]
		b.used++
		return v
	}
	values := new([size]T)
	b.values, b.used = values, 1
	return &values[0]
}
