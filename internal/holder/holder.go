package holder

import "unsafe"

// Of returns the *T whose first field is *field.
//
// The caller promises that field is the first field of a T; each use has a test of that offset beside it.
func Of[T, F any](field *F) *T {
	return (*T)(unsafe.Pointer(field)) // Safe because the first field of a struct has the struct's own address.
}
