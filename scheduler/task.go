package scheduler

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// Task is the untyped part of a task. The typed part, its Work, embeds it as its first field, so that a spawn is one
// allocation. The zero Task is active; give it to [Task.Prepare] before it is spawned.
//
// Ownership. As for [waker.Header]: whoever holds the queue entry. The joiner touches join, by its own rules, and reads
// the outcome after IsComplete. extra is made by anyone who needs it; each of its fields has its own owner.
type Task struct {
	waker.Header // must be first

	work  Work
	id    uint64
	join  waker.Slot
	extra sy.Pointer[extra]
}

// Work is the typed part of a task: its future and its result.
type Work interface {
	// PollTask polls the future. If it is ready, PollTask stores the result, lets go of the future and returns true.
	PollTask(cx *future.Context) (ready bool)
	// DropTask drops the future, which has not been ready, and lets go of it.
	DropTask(cx *future.Context)
	// Origin names where the task comes from: the body's function, or the future's type. Any goroutine, at any time.
	Origin() string
}

// Outcome tells how a task has ended.
type Outcome uint8

const (
	// Running: it has not ended.
	Running Outcome = iota
	// Returned: its future was ready, with a value or an error.
	Returned
	// Cancelled: it was aborted, and its future dropped.
	Cancelled
	// Panicked: its future, or the future's Drop, has panicked.
	Panicked
)

func (o Outcome) String() string {
	return [...]string{"running", "returned", "cancelled", "panicked"}[o]
}

// The header's Tag: the outcome in the low bits, the slot of the core that knows the task in the high ones, and
const (
	outcomeMask = 3
	registered  = 1 << 2 // it is in a core's live slice
	dropping    = 1 << 3 // its Drop has begun, or there is nothing to drop
	pinned      = 1 << 4 // only its slot's worker polls it
	bare        = 1 << 5 // its work is a future.Code, with nothing around it
	homeShift   = 16
)

// Prepare fills in a new task. Before it is spawned.
func (t *Task) Prepare(work Work) { t.work = work }

// SetBare says that t's work is a [future.Code], or that it is not any more, because other work has been put around it. Before it is
// spawned.
func (t *Task) SetBare(bareWork bool) {
	t.Tag &^= bare
	if bareWork {
		t.Tag |= bare
	}
}

// IsDropping reports whether the future's Drop has begun. Owner only.
func (t *Task) IsDropping() bool { return t.Tag&dropping != 0 }

// IsBare returns what SetBare was given last. Owner only.
func (t *Task) IsBare() bool { return t.Tag&bare != 0 }

func taskOf(h *waker.Header) *Task {
	if h == nil {
		return nil
	}
	return holder.Of[Task](h)
}

// TaskOf returns the task that embeds h, which must be a scheduler's.
func TaskOf(h *waker.Header) *Task { return taskOf(h) }

// ID returns the task's number, unique in its scheduler, 1 or more; 0 if it was never spawned. Any goroutine.
func (t *Task) ID() uint64 { return t.id }

// Origin names the body's function or the future's type. Any goroutine.
func (t *Task) Origin() string { return t.work.Origin() }

// Outcome tells how the task has ended. Any goroutine.
func (t *Task) Outcome() Outcome {
	if !t.IsComplete() {
		return Running
	}
	return Outcome(t.Tag & outcomeMask)
}

// Failure returns what the task has panicked with, or nil. After IsComplete. Any goroutine.
func (t *Task) Failure() *Failure {
	if x := t.extra.Load(); x != nil {
		return x.failure
	}
	return nil
}

// Err returns what SetErr was given. After IsComplete, and for a task that has returned only until somebody takes the result. Any
// goroutine.
func (t *Task) Err() error {
	if x := t.extra.Load(); x != nil {
		return x.err
	}
	return nil
}

// TakeErr is Err, and lets go of the error: the task, or its neighbours in memory, may outlive it for long. Only who has taken the
// result.
func (t *Task) TakeErr() error {
	x := t.extra.Load()
	if x == nil || x.err == nil {
		return nil
	}
	err := x.err
	x.err = nil
	return err
}

// SetErr keeps the error that the future returned. Owner only.
func (t *Task) SetErr(err error) { t.more().err = err }

// SetName names the task. Before it is spawned.
func (t *Task) SetName(name string) { t.more().name = name }

// SetSite keeps the place of the spawn. Before it is spawned.
func (t *Task) SetSite(site string) { t.more().site = site }

// Name returns the task's name, or "". Any goroutine.
func (t *Task) Name() string {
	if x := t.extra.Load(); x != nil {
		return x.name
	}
	return ""
}

// Cancel asks for the task's abort: its context ends, and its executor drops its future at the next await point. A task
// whose poll returns ready wins. Any goroutine.
func (t *Task) Cancel() {
	if t.IsComplete() {
		return
	}
	schedule := t.Abort()
	t.endContext(future.ErrCancelled)
	if schedule {
		t.Executor().Schedule(&t.Header)
	}
}

// extra is the part of a task that few tasks need.
type extra struct {
	name     string
	site     string
	err      error
	failure  *Failure
	context  sy.Pointer[taskContext]
	children children
	crowd    crowd
}

// more returns the task's extra, made at need. Any goroutine; each field has its own owner.
func (t *Task) more() *extra {
	if x := t.extra.Load(); x != nil {
		return x
	}
	x := &extra{}
	if !t.extra.CompareAndSwap(nil, x) {
		return t.extra.Load()
	}
	return x
}
