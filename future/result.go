package future

// Result is how a future has ended: what its Poll has returned when it was ready.
type Result[T any] struct {
	Value T
	Err   error
}

// Get returns the value and the error, as Await does.
func (r Result[T]) Get() (T, error) { return r.Value, r.Err }
