package future

// Ready returns a future that is ready with value at its first poll.
func Ready[T any](value T) Future[T] { return &constant[T]{Result[T]{Value: value}} }

// ReadyErr returns a future that is ready with err at its first poll.
func ReadyErr[T any](err error) Future[T] { return &constant[T]{Result[T]{Err: err}} }

type constant[T any] struct{ Result[T] }

func (c *constant[T]) Poll(*Context) (T, bool, error) { return c.Value, true, c.Err }

// Pending returns a future that is never ready.
func Pending[T any]() Future[T] { return pending[T]{} }

type pending[T any] struct{}

func (pending[T]) Poll(*Context) (value T, ready bool, err error) {
	return value, false, nil //simmer:ignore wakerless it is never ready
}
