package future

import (
	"sync"

	"github.com/simmer-go/simmer/waker"
)

// wakeBatch is how many waiters are taken out under a lock at once (tokio's WakeList): they are woken without it.
const wakeBatch = 32

// Shared is one of several handles to a future whose result they all get. Make the first with [Share] and the others with Clone.
// Each is a future for one waiter; different ones may be polled by different tasks at the same time.
type Shared[T any] struct {
	of       *sharing[T]
	node     waker.Node // under of.mu
	released bool       // ready or dropped; under of.mu
}

// sharing is what the handles have in common. One of the tasks that wait polls the future: the one that was woken for it, or
// any other that comes first. If it goes away without that, the next one is woken.
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
		f := s.f
		s.finish(cx, h)
		Drop(cx, f)
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
	if s.rest() {
		cx.Again()
	}
	return false
}

// rest ends a poll that was not ready. It reports whether the future was woken meanwhile.
func (s *sharing[T]) rest() (woken bool) {
	again := s.Idle() == waker.PollAgain
	s.mu.Lock()
	defer s.mu.Unlock()
	s.polling = false
	s.woken = s.woken || again
	return s.woken
}

// finish ends the last poll, by h, and wakes the other handles' tasks.
func (s *sharing[T]) finish(cx *Context, h *Shared[T]) {
	s.Finish()
	s.f, s.cx = nil, Context{}
	s.mu.Lock()
	s.polling, s.done = false, true
	h.leave()
	for s.waiters.Len() > 0 {
		var batch [wakeBatch]waker.Waker
		n := 0
		for ; n < len(batch) && s.waiters.Len() > 0; n++ {
			batch[n] = s.waiters.Pop()
		}
		s.mu.Unlock()
		for _, w := range batch[:n] {
			cx.Wake(w)
		}
		s.mu.Lock()
	}
	s.mu.Unlock()
}

// enqueue is the wake of the future: one of those who wait has to poll it. Any goroutine.
func (s *sharing[T]) enqueue(*part) waker.Waker {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken = true
	return s.waiters.Pop()
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
		var next waker.Waker
		if s.woken && !s.polling { // perhaps this one was to poll
			next = s.waiters.Pop()
		}
		s.mu.Unlock()
		cx.Wake(next)
		return
	}
	s.done, s.result.Err = true, ErrCancelled
	f := s.f
	s.f = nil
	s.mu.Unlock()
	s.Finish()
	if cx != nil {
		s.cx = cx.WithWaker(&s.Header)
		cx = &s.cx
	}
	Drop(cx, f)
}
