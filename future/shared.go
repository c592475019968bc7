package future

import (
	"sync"

	"github.com/simmer-go/simmer/waker"
)

// Shared is one of several handles to a future whose result they all get. Make the first with [Share] and the others with Clone.
// Each is a future for one waiter; different ones may be polled by different tasks at the same time.
type Shared[T any] struct {
	of       *sharing[T]
	node     waker.Node // under of.mu
	released bool       // ready or dropped; under of.mu
}

// sharing is what the handles have in common. When the future is woken, all tasks that wait are, and the first that comes polls
// it. To wake only one of them would be cheaper, but a task may keep a handle that it does not poll now, behind a [Ref] for
// example, and then the others would wait for ever.
//
// Ownership. Who has set polling owns f and cx until it clears it.
type sharing[T any] struct {
	part
	f  Future[T]
	cx Context

	mu      sync.Mutex
	waiters waker.List
	handles int
	polling bool
	woken   bool // f is to be polled
	done    bool // result is there
	result  Result[T]
}

// Share returns the first handle to f's result. f is polled by the tasks that wait for it, one at a time; so it must be one that each of
// them can poll: a timer needs a worker, a body a worker of the same runtime. f is dropped when all handles were dropped
// and none was ready. The result is copied to each handle. If f panics, the handle that has polled it panics, and the others get
// the [*Panic] as their error. A nil f gives [ErrNilFuture].
func Share[T any](f Future[T]) *Shared[T] {
	s := &sharing[T]{f: orNil(f), handles: 1, woken: true}
	s.part.of = s
	s.Init(partExecutor)
	return &Shared[T]{of: s}
}

// Clone returns another handle to the same result, also when that is there. A clone of a handle after the future was dropped gives
// [ErrCancelled]. Any goroutine.
func (h *Shared[T]) Clone() *Shared[T] {
	s := h.of
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handles++
	return &Shared[T]{of: s}
}

// Poll is ready with the future's result.
func (h *Shared[T]) Poll(cx *Context) (value T, ready bool, err error) {
	if !cx.HasBudget() {
		return value, false, nil
	}
	s := h.of
	s.mu.Lock()
	switch {
	case s.done:
		h.leave()
		s.mu.Unlock()
		cx.Spend()
		return s.result.Value, true, s.result.Err
	case s.polling || !s.woken:
		s.waiters.Add(&h.node, cx.Waker())
		s.mu.Unlock()
		return value, false, nil
	}
	s.waiters.Add(&h.node, cx.Waker())
	s.polling, s.woken = true, false
	s.mu.Unlock()
	if !h.pollFuture(cx) {
		return value, false, nil
	}
	return s.result.Value, true, s.result.Err
}

// pollFuture polls the future for all handles. If it panics it is dropped.
func (h *Shared[T]) pollFuture(cx *Context) (ready bool) {
	s := h.of
	returned := false
	defer func() {
		if returned {
			return
		}
		p := panicOf(recover())
		s.result.Err = p
		s.discard(cx, h)
		if p.Value != nil { // nil: Goexit, which goes on by itself
			panic(p)
		}
	}()
	s.Begin()
	s.cx = cx.WithWaker(&s.Header)
	s.result.Value, ready, s.result.Err = s.f.Poll(&s.cx)
	returned = true
	if ready {
		s.finish(cx, h)
		return true
	}
	s.rest(cx)
	return false
}

// rest ends a poll that was not ready. If the future was woken meanwhile it is polled again, after others had their turn.
func (s *sharing[T]) rest(cx *Context) {
	again := s.Idle() == waker.PollAgain
	s.mu.Lock()
	s.polling = false
	if s.woken = s.woken || again; s.woken {
		cx.Again()
		cx.WakeList(&s.mu, &s.waiters)
		return
	}
	s.mu.Unlock()
}

// discard drops the future, which has panicked, and then ends the last poll: the others see the panic when the future is gone.
func (s *sharing[T]) discard(cx *Context, h *Shared[T]) {
	defer s.finish(cx, h) // also if Drop panics
	s.drop(cx)
}

// drop drops the future with the waker that it was polled with.
func (s *sharing[T]) drop(cx *Context) {
	f := s.f
	s.f = nil
	if cx != nil {
		s.cx = cx.WithWaker(&s.Header)
		cx = &s.cx
	}
	defer func() { s.cx = Context{} }()
	Drop(cx, f)
}

// finish ends the last poll, by h, and wakes the other handles' tasks.
func (s *sharing[T]) finish(cx *Context, h *Shared[T]) {
	s.Finish()
	s.f, s.cx = nil, Context{}
	s.mu.Lock()
	s.polling, s.done = false, true
	h.leave()
	cx.WakeList(&s.mu, &s.waiters)
}

// enqueue is the wake of the future: one of those who wait has to poll it. The first of them is left to the caller. Any goroutine.
func (s *sharing[T]) enqueue(*part) waker.Waker {
	var none *Context
	s.mu.Lock()
	s.woken = true
	first := s.waiters.Pop()
	none.WakeList(&s.mu, &s.waiters)
	return first
}

// leave ends the handle. mu held.
func (h *Shared[T]) leave() {
	if !h.released {
		h.released = true
		h.of.waiters.Remove(&h.node)
		h.of.handles--
	}
}

// Drop gives the handle up. The last one drops the future.
func (h *Shared[T]) Drop(cx *Context) {
	s := h.of
	s.mu.Lock()
	h.leave()
	if s.handles > 0 || s.done {
		s.mu.Unlock()
		return
	}
	s.done, s.result.Err = true, ErrCancelled
	s.mu.Unlock()
	s.Finish()
	s.drop(cx)
}
