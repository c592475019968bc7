package scheduler

import (
	"errors"
	"runtime/debug"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// ErrGoexit is the panic value of a task that has called runtime.Goexit, as testing's FailNow does.
var ErrGoexit = errors.New("simmer: runtime.Goexit in a task")

// Failure is what a task has panicked with.
type Failure struct {
	// Value is the panic's value.
	Value any
	// Stack is the stack of the goroutine that has panicked, as debug.Stack prints it.
	Stack []byte

	told  sy.Bool    // somebody is told of it
	sched *Scheduler // whose Env is, if nobody else; nil: the task was refused
}

// fail keeps what t has panicked with. Owner only.
func (s *Scheduler) fail(t *Task, f *Failure) {
	f.sched = s
	t.more().failure = f
}

// reportPanic tells Env.Unjoined of f, unless somebody was told of it. Any goroutine.
func (s *Scheduler) reportPanic(t *Task, f *Failure) {
	if f.Tell() && s.env.Unjoined != nil {
		s.env.Unjoined(t, f)
	}
}

// Tell reports true to the first caller, who tells somebody of f, and false to all others. Any goroutine.
func (f *Failure) Tell() bool { return f.told.CompareAndSwap(false, true) }

// GiveUp is for who was to be told of t's end, and will not take its result: if t has ended with a panic that nobody was told of,
// Env.Unjoined is. What ends later is no concern of GiveUp's: LeaveEnd comes first. Any goroutine.
//
// Order. The end is published before the waiters are looked at, and LeaveEnd comes before IsComplete: either the end finds no
// waiter, or it is seen here.
func (t *Task) GiveUp() {
	if t.Outcome() != Panicked || t.IsTaken() {
		return
	}
	if f := t.Failure(); f.sched != nil {
		f.sched.reportPanic(t, f)
	}
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
