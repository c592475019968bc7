package waker

import "github.com/simmer-go/simmer/internal/sy"

// Header is the part of a task that its wakers need: the state word, and the executor that polls it.
//
// The zero state is "active, not notified", so that a new task needs no store before it is queued. Make one with
// [Header.Init].
//
// Ownership. Whoever holds the queue entry of an active task owns everything in it but the state word: first the
// spawner, then the queue, then the worker that polls it. Any goroutine may change the state word, through the
// transitions below only.
//
// Order. A transition is one atomic read-modify-write. The poller's last writes are published by Idle (I1) and pair with
// the load in Notify (N1) of the next wake, which hands the task to the next poller. A condition that was made true
// before Notify is seen by the poll that this wake causes, because Begin (B1) clears notified before the poll.
//
//	bits                        meaning                                     next
//	0                           active: queued or being polled              Begin, Idle, Finish
//	notified                    active, and woken meanwhile                 polled once more
//	idle                        nobody holds it; wakers do                  Notify or Abort makes it active
//	cancelled (+ any)           abort was asked for                         dropped at the next Begin or Idle
//	complete                    finished; never changes again, but taken
//	taken                       the joiner has taken the result
//	detached                    its owner's end does not abort it
type Header struct {
	state sy.Uint32
	// Tag is for the executor: written before the task's first wake or by whoever owns the task.
	Tag  uint32
	next *Header
	exec *Executor
}

const (
	idle = 1 << iota
	notified
	complete
	cancelled
	taken
	detached
)

// Executor queues the tasks whose headers name it. Two wakers belong to the same executor if they name the same pointer.
type Executor struct {
	schedule func(*Header)
}

// NewExecutor returns an executor that is given each task that was woken. schedule owns the task's queue entry: it must
// see to it that the task is polled, or completed, once. Any goroutine may call it, also inside another task's poll.
// schedule must not block.
func NewExecutor(schedule func(*Header)) *Executor { return &Executor{schedule: schedule} }

// Schedule hands h, whose queue entry the caller holds, to the executor's queue. Any goroutine.
func (e *Executor) Schedule(h *Header) { e.schedule(h) }

// Init names the executor of a new, active task. Before the header is shared.
func (h *Header) Init(exec *Executor) { h.exec = exec }

// InitIdle names the executor of a header that waits for its first wake. Before the header is shared.
func (h *Header) InitIdle(exec *Executor) {
	h.exec = exec
	h.state.Store(idle)
}

// Executor returns the executor that polls this task. Any goroutine.
func (h *Header) Executor() *Executor { return h.exec }

// Waker returns the waker of this task. Any goroutine.
func (h *Header) Waker() Waker { return Waker{h: h} }

// Notify is the transition of a wake. It reports whether the caller now holds the queue entry and must schedule the
// task: only if it was idle. An active task is marked instead, a complete one left alone. Any goroutine.
func (h *Header) Notify() (schedule bool) {
	for {
		s := h.state.Load()
		switch {
		case s&(complete|notified) != 0:
			return false
		case s&idle != 0:
			if h.state.CompareAndSwap(s, s&^idle) { // N1
				return true
			}
		case h.state.CompareAndSwap(s, s|notified):
			return false
		}
	}
}

// IsMarked reports whether the task was woken or aborted since Idle or Begin: if not, Begin has nothing to do and need not be
// called. Owner only.
func (h *Header) IsMarked() bool { return h.state.Load()&(notified|cancelled) != 0 }

// Begin is the transition at the start of a poll: it clears notified, so that a wake during the poll is seen after it.
// It reports whether the task was cancelled, and then must not be polled. Owner only.
func (h *Header) Begin() (wasCancelled bool) {
	if !h.IsMarked() {
		return false
	}
	old := h.state.And(^uint32(notified)) // B1
	return old&cancelled != 0
}

// AfterPoll tells the worker what to do with a task whose poll returned not ready.
type AfterPoll uint8

const (
	// Parked: the task is idle and may already run elsewhere; do not touch it.
	Parked AfterPoll = iota
	// PollAgain: it was woken during the poll; queue it behind the others.
	PollAgain
	// Cancel: an abort was asked for; drop its future and complete it.
	Cancel
)

// Idle is the transition after a poll that returned not ready. Owner only.
func (h *Header) Idle() AfterPoll {
	for {
		s := h.state.Load()
		switch {
		case s&cancelled != 0:
			return Cancel
		case s&notified != 0:
			return PollAgain
		case h.state.CompareAndSwap(s, s|idle): // I1
			return Parked
		}
	}
}

// Finish is the last transition: everything that the owner wrote before it is seen by whoever sees IsComplete. Owner only.
func (h *Header) Finish() { h.state.Or(complete) }

// Abort asks for cancellation. It reports whether the caller now holds the queue entry and must schedule the task, so
// that its executor drops the future. Asking twice, or after completion, does nothing. Any goroutine.
func (h *Header) Abort() (schedule bool) {
	for {
		s := h.state.Load()
		if s&(complete|cancelled) != 0 {
			return false
		}
		if h.state.CompareAndSwap(s, (s|cancelled)&^idle) {
			return s&idle != 0
		}
	}
}

// Take reports true to the first caller after completion and false to all others. Any goroutine.
func (h *Header) Take() bool {
	for {
		s := h.state.Load()
		if s&complete == 0 || s&taken != 0 {
			return false
		}
		if h.state.CompareAndSwap(s, s|taken) {
			return true
		}
	}
}

// Detach marks the task as not owned by its spawner. Any goroutine.
func (h *Header) Detach() { h.state.Or(detached) }

// IsComplete reports whether the task has finished and its future is gone. Any goroutine.
func (h *Header) IsComplete() bool { return h.state.Load()&complete != 0 }

// IsCancelled reports whether an abort was asked for before the task was complete. Any goroutine.
func (h *Header) IsCancelled() bool { return h.state.Load()&cancelled != 0 }

// IsIdle reports whether the task waits for a wake at this moment. Any goroutine.
func (h *Header) IsIdle() bool { return h.state.Load()&idle != 0 }

// IsTaken reports whether the result was taken. Any goroutine.
func (h *Header) IsTaken() bool { return h.state.Load()&taken != 0 }

// IsOwned reports whether the task is neither finished nor detached: its owner's end must abort it. Any goroutine.
func (h *Header) IsOwned() bool { return h.state.Load()&(complete|detached) == 0 }
