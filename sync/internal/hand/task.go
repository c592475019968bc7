package hand

import (
	"errors"
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// Task is one that a test polls by hand, with Cx. It has no worker, and notes that it was woken. The zero Task needs Init.
type Task struct {
	waker.Header // must be first
	Cx           future.Context
	woken        bool
}

var executor = waker.NewExecutor(func(h *waker.Header) { holder.Of[Task](h).woken = true })

// NewTask returns a task that is idle.
func NewTask() *Task {
	t := &Task{}
	t.Init()
	return t
}

// Init makes t idle. It must not be moved after that.
func (t *Task) Init() {
	t.InitIdle(executor)
	t.Cx = future.NewContext(nil, &t.Header)
}

// WasWoken reports whether t was woken since the last call.
func (t *Task) WasWoken() bool {
	if !t.woken {
		return false
	}
	t.woken = false
	t.Begin()
	t.Idle()
	return true
}

// Pending requires that a poll was not ready.
func Pending[T any](t testing.TB, poll func() (T, bool, error)) {
	t.Helper()
	if _, ready, err := poll(); ready || err != nil {
		t.Fatalf("the poll was ready (%t, %v)", ready, err)
	}
}

// Ready requires that a poll was ready, without an error, and returns its value.
func Ready[T any](t testing.TB, poll func() (T, bool, error)) T {
	t.Helper()
	v, ready, err := poll()
	if !ready || err != nil {
		t.Fatalf("the poll was not ready, or has failed (%t, %v)", ready, err)
	}
	return v
}

// Fails requires that a poll was ready with an error that is want.
func Fails[T any](t testing.TB, want error, poll func() (T, bool, error)) {
	t.Helper()
	if _, ready, err := poll(); !ready || !errors.Is(err, want) {
		t.Fatalf("the poll was not ready, or has not failed as it must (%t, %v, not %v)", ready, err, want)
	}
}
