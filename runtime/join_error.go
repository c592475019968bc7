package runtime

import (
	"errors"
	"fmt"

	"github.com/simmer-go/simmer/scheduler"
)

// JoinError says that a task has not returned: it was cancelled, or has panicked. An error that the task itself has returned
// is not a JoinError, unless the task passes on one of its children's: [JoinHandle.Outcome] tells.
type JoinError struct {
	id      uint64
	failure *scheduler.Failure
	cause   error
}

func newJoinError(t *scheduler.Task) *JoinError {
	return &JoinError{id: t.ID(), failure: t.Failure(), cause: t.Err()}
}

// ID returns the task's number.
func (e *JoinError) ID() uint64 { return e.id }

// IsCancelled reports whether the task was aborted.
func (e *JoinError) IsCancelled() bool { return e.failure == nil }

// IsPanic reports whether the task has panicked.
func (e *JoinError) IsPanic() bool { return e.failure != nil }

// Panic returns the panic's value, or nil.
func (e *JoinError) Panic() any {
	if e.failure == nil {
		return nil
	}
	return e.failure.Value
}

// Stack returns the stack of the panic as debug.Stack prints it, or nil.
func (e *JoinError) Stack() []byte {
	if e.failure == nil {
		return nil
	}
	return e.failure.Stack
}

// Error returns "task 7 was cancelled" or "task 7 panicked: boom".
func (e *JoinError) Error() string {
	switch {
	case e.failure != nil:
		return fmt.Sprintf("task %d panicked: %v", e.id, e.failure.Value)
	case e.cause != nil:
		return fmt.Sprintf("task %d was cancelled: %v", e.id, e.cause)
	}
	return fmt.Sprintf("task %d was cancelled", e.id)
}

// Is reports whether target is ErrCancelled and the task was.
func (e *JoinError) Is(target error) bool { return target == ErrCancelled && e.failure == nil }

// Unwrap returns why the task was cancelled, if there is more to say, or the panic's value if that is an error; but not another
// task's JoinError, so that errors.Is(err, ErrCancelled) speaks of this task.
func (e *JoinError) Unwrap() error {
	if e.failure == nil {
		return e.cause
	}
	err, _ := e.failure.Value.(error)
	if other := (*JoinError)(nil); errors.As(err, &other) {
		return nil
	}
	return err
}
