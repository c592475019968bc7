package batch

import (
	"reflect"
	"sync"
	"unsafe"
)

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
	values any // *[size]T of the type that was asked for last; a nil *T as long as that was not often enough
	used   int // of the values; with a nil *T: how often in a row
}

// New returns a new zero value. Values are allocated together when their type has been asked for a few times in a row: where
// types take turns, what is left of a batch would be lost each time. Kept is what a T still holds when nobody uses it any more: if
// there are pointers in that, each T is allocated alone, or one that is in use would keep what those of the others lead to.
func New[T, Kept any](b *Batch) *T {
	var zero T
	if unsafe.Sizeof(zero) > largest {
		return new(T)
	}
	values, ok := b.values.(*[size]T)
	if ok && b.used < size {
		v := &values[b.used]
		b.used++
		return v
	}
	if !ok && !isTime[T, Kept](b) {
		return new(T)
	}
	values = new([size]T)
	b.values, b.used = values, 1
	return &values[0]
}

// shared are batches for whoever has none of his own; the collector takes them.
var shared = sync.Pool{New: func() any { return new(Batch) }}

// NewShared is [New] for those who have no Batch. Any goroutine.
func NewShared[T, Kept any]() *T {
	b := shared.Get().(*Batch)
	v := New[T, Kept](b)
	shared.Put(b)
	return v
}

// isTime counts a value that is not there, and reports whether it is time for a batch.
func isTime[T, Kept any](b *Batch) bool {
	if _, ok := b.values.(*T); !ok {
		b.values, b.used = (*T)(nil), 0
	}
	b.used++
	return b.used == size && !hasPointers(reflect.TypeFor[Kept]())
}

func hasPointers(t reflect.Type) bool {
	switch kind := t.Kind(); {
	case kind >= reflect.Bool && kind <= reflect.Complex128:
		return false
	case kind == reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case kind == reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return true
}
