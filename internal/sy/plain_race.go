//go:build race

package sy

// Plain is a pointer that one goroutine writes and others may read to look, not to synchronise.
type Plain[T any] struct{ p Pointer[T] }

// Load returns a value that was stored, not necessarily the last. Any goroutine.
func (x *Plain[T]) Load() *T { return x.p.Load() }

// Store sets the value. Owner only.
func (x *Plain[T]) Store(p *T) { x.p.Store(p) }
