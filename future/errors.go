package future

import (
	"errors"
	"fmt"
)

// ErrCancelled is what a wait returns in a task that is being cancelled, and what the JoinError of a cancelled task is.
var ErrCancelled = errors.New("simmer: cancelled")

// ErrReadyBefore is returned by the future of a body that is polled again after it was ready.
var ErrReadyBefore = errors.New("simmer: this future has been ready before: a future is awaited or spawned once, make a new one")

// ErrNoWorker is returned by futures that need a worker when they are polled without one.
var ErrNoWorker = errors.New("simmer: no worker: this future must be polled by a task of a runtime")

// ErrNoBranch is returned by a choice that nothing can end: all branches of a Select are disabled and it has no Else, or a Race
// has no futures.
var ErrNoBranch = errors.New("simmer: nothing to select from: all branches are disabled and there is no Else")

// Panic is what a poll panics with when a body that it resumed has panicked: the value, and the stack of the body, which
// the coroutine switch would hide.
type Panic struct {
	Value any
	Stack []byte
}

// Error returns "panic in a body: boom".
func (p *Panic) Error() string { return fmt.Sprintf("panic in a body: %v", p.Value) }

// Unwrap returns the panic value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
