package scheduler

import (
	"errors"
	"runtime/debug"

	"github.com/simmer-go/simmer/future"
)

// ErrGoexit is the panic value of a task that has called runtime.Goexit, as testing's FailNow does.
var ErrGoexit = errors.New("simmer: runtime.Goexit in a task")

// Failure is what a task has panicked with.
type Failure struct {
	// Value is the panic's value.
	Value any
	// Stack is the stack of the goroutine that has panicked, as debug.Stack prints it.
	Stack []byte
}

// failureOf makes a Failure of what recover has returned; called while the panic's frames are still on the stack.
func failureOf(recovered any) *Failure {
	switch v := recovered.(type) {
	case nil:
		return &Failure{Value: ErrGoexit, Stack: debug.Stack()}
	case *future.Panic:
		return &Failure{Value: v.Value, Stack: v.Stack}
	default:
		return &Failure{Value: v, Stack: debug.Stack()}
	}
}
