package cancellation

import "context"

// ErrCancelled is the cause of a token that was cancelled without one, and what [Token.Err] is. It is context.Canceled, too. It is
// not future.ErrCancelled, which speaks of a task that is being aborted.
var ErrCancelled error = cancelledError{}

type cancelledError struct{}

func (cancelledError) Error() string { return "cancellation: token was cancelled" }

// Is reports whether target is context.Canceled.
func (cancelledError) Is(target error) bool { return target == context.Canceled }

// causedError is the Err of a token with a cause of its own.
type causedError struct{ cause error }

func (e *causedError) Error() string { return ErrCancelled.Error() + ": " + e.cause.Error() }

// Is reports whether target is ErrCancelled.
func (e *causedError) Is(target error) bool { return target == ErrCancelled }

func (e *causedError) Unwrap() error { return e.cause }
