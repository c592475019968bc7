//go:build race

package sy

// Plain is a pointer that one goroutine writes and others may read to look, not to synchronise.
type Plain[T any] struct{ p Pointer[T] }

// Load returns a value that was stored, not necessarily the last. Any goroutine.
func (x *Plain[T]) Load() *T { return x.p.Load() }

// Store sets the value. Owner only.
func (x *Plain[T]) Store(p *T) { x.p.Store(p) }

// PlainUint32 is a number that one goroutine writes and others may read to look; race builds order it as atomics are.
type PlainUint32 struct{ v Uint32 }

// Load returns a number that was stored, not necessarily the last. Any goroutine.
func (x *PlainUint32) Load() uint32 { return x.v.Load() }

// Store sets the number. Owner only.
func (x *PlainUint32) Store(v uint32) { x.v.Store(v) }
