package lock

import (
	"context"
	"fmt"

	"github.com/simmer-go/simmer/future"
)

// Semaphore hands out a limited number of permits. The zero Semaphore has none; make one with [NewSemaphore]. It must not be
// copied after its first use. Any goroutine may call its methods, and release what another has acquired.
//
// It is fair: who waits in the queue gets permits in the order of joining it, and nobody overtakes, not even with a smaller wish. The first of
// the queue collects what is released until it has all it asked for. A waiter that is dropped passes on what it has collected.
type Semaphore struct{ p permits }

// NewSemaphore returns a Semaphore with n permits. It panics unless 0 <= n <= MaxPermits.
func NewSemaphore(n int) *Semaphore {
	if n < 0 || n > MaxPermits {
		panic(fmt.Sprintf("lock: %d permits: a Semaphore has 0 to %d", n, MaxPermits))
	}
	s := &Semaphore{}
	s.p.state.Store(int64(n) * one)
	return s
}

// Acquire waits, in a body, until the body has n permits. It returns [ErrClosed] if the semaphore is closed, [ErrBadCount] for
// an impossible n, and [future.ErrCancelled] only in a deferred call of a body that unwinds; then the body has none.
func (s *Semaphore) Acquire(cx *future.Context, n int) error {
	if cx.TrySpend() {
		if s.TryAcquire(n) == nil {
			return nil
		}
		cx.Refund()
	}
	if isBadCount(n) {
		return ErrBadCount
	}
	return s.p.await(cx, int64(n), 0)
}

// PollAcquire is Acquire for state machines: n is the same at each poll of a wait. When it is ready without an error the
// caller has the permits; if it is not to be polled again, w.Drop leaves the queue.
func (s *Semaphore) PollAcquire(cx *future.Context, w *Waiter, n int) (_ struct{}, ready bool, err error) {
	if isBadCount(n) {
		return struct{}{}, true, ErrBadCount
	}
	ready, err = s.p.poll(cx, w, int64(n), 0)
	return struct{}{}, ready, err
}

// AcquireBlocking waits, on an ordinary goroutine, until the goroutine has n permits. If ctx ends first it returns ctx's cause;
// else its errors are those of Acquire. With an error the goroutine has no permits.
func (s *Semaphore) AcquireBlocking(ctx context.Context, n int) error {
	if isBadCount(n) {
		return ErrBadCount
	}
	return s.p.wait(ctx, int64(n), 0)
}

// TryAcquire takes n permits if that needs no waiting. Else it returns [ErrNoPermits], [ErrClosed] or [ErrBadCount].
// Any goroutine.
func (s *Semaphore) TryAcquire(n int) error {
	if isBadCount(n) {
		return ErrBadCount
	}
	return s.p.try(int64(n), 0)
}

func isBadCount(n int) bool { return uint(n) > MaxPermits }

// Release gives n permits back. It panics if n is negative, or there are then more than MaxPermits. cx may be nil. Any goroutine.
func (s *Semaphore) Release(cx *future.Context, n int) {
	if isBadCount(n) || !s.p.release(cx, int64(n), MaxPermits) {
		panic(fmt.Sprintf("lock: release of %d permits: a Semaphore has 0 to %d", n, MaxPermits))
	}
}

// AddPermits makes n new permits: to the semaphore the same as Release. cx may be nil. Any goroutine.
func (s *Semaphore) AddPermits(cx *future.Context, n int) { s.Release(cx, n) }

// ForgetPermits takes up to n free permits away for good, and returns how many it found. It panics if n is negative.
// Any goroutine.
func (s *Semaphore) ForgetPermits(n int) int {
	if n < 0 {
		panic(fmt.Sprintf("lock: ForgetPermits of %d", n))
	}
	for {
		state := s.p.state.Load()
		free := min(int64(n), state>>shift)
		if s.p.state.CompareAndSwap(state, state-free*one) {
			return int(free)
		}
	}
}

// Available returns the number of free permits at this moment. Any goroutine.
func (s *Semaphore) Available() int { return int(s.p.state.Load() >> shift) }

// Close refuses all who wait and all who come: they get [ErrClosed]. Permits that are out may still be released. Closing
// again does nothing. cx may be nil. Any goroutine.
func (s *Semaphore) Close(cx *future.Context) { s.p.close(cx) }

// IsClosed reports whether the semaphore is closed. Any goroutine.
func (s *Semaphore) IsClosed() bool { return s.p.state.Load()&closed != 0 }
