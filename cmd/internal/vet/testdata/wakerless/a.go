// Package wakerless has polls that are never called again, and such that are.
package wakerless

import (
	"errors"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

type slot struct {
	waiter waker.Slot
	ready  bool
	inner  future.Future[int]
}

type forgets slot

func (s *forgets) Poll(cx *future.Context) (int, bool, error) {
	if s.ready {
		return 1, true, nil
	}
	return 0, false, nil // want `this poll is not ready and has used its cx nowhere on the way`
}

type forgetsSometimes slot

func (s *forgetsSometimes) Poll(cx *future.Context) (n int, ready bool, err error) {
	if !s.ready {
		return n, false, nil // want `this poll is not ready`
	}
	return s.inner.Poll(cx)
}

type stores slot

func (s *stores) Poll(cx *future.Context) (int, bool, error) {
	s.waiter.Set(cx.Waker())
	if s.ready {
		return 1, true, nil
	}
	return 0, false, nil
}

type spends slot

func (s *spends) Poll(cx *future.Context) (int, bool, error) {
	if !cx.HasBudget() {
		return 0, false, nil
	}
	if !s.ready {
		return 0, false, errors.New("an error with false is another matter")
	}
	return 1, true, nil
}

var literal = future.Func(func(*future.Context) (int, bool, error) { return 0, true, nil })

var never = future.Func(func(cx *future.Context) (int, bool, error) {
	for range 3 {
	}
	return 0, false, nil // want `this poll is not ready`
})

var deliberate = future.Func(func(*future.Context) (int, bool, error) {
	return 0, false, nil //simmer:ignore wakerless it is never ready
})

func notAPoll(cx *future.Context) (int, bool) { return 0, false }

type several struct{ parts []future.Future[int] }

func (s *several) Poll(cx *future.Context) (int, bool, error) {
	for _, p := range s.parts {
		if n, ready, err := p.Poll(cx); ready {
			return n, true, err
		}
	}
	return 0, false, nil // there is at least one part
}

func (s *several) PollNone(cx *future.Context) (n int, ready bool, err error) {
	for range s.parts {
		n++
	}
	return 0, false, nil // want `this poll is not ready`
}

func (s *several) result(cx *future.Context) (int, bool, error) {
	return 0, false, nil // a part of a poll, which may have used cx before
}

type looksOnly slot

func (s *looksOnly) Poll(cx *future.Context) (int, bool, error) {
	if !cx.HasBudgetRemaining() || cx.Random(2) == 0 || timer.Now(cx).IsZero() {
		return 0, false, nil // want `this poll is not ready`
	}
	return 1, true, nil
}

type bare slot

func (s *bare) Poll(cx *future.Context) (n int, ready bool, err error) {
	if !s.ready {
		return // want `this poll is not ready`
	}
	ready = true
	return
}

type bareAndRight slot

func (s *bareAndRight) Poll(cx *future.Context) (n int, ready bool, err error) {
	if s.ready {
		n, ready = 1, true
		return
	}
	if n, ready, err = s.inner.Poll(cx); ready {
		return
	}
	return
}

type boxed[T any] struct {
	value T
	full  bool
	slot  waker.Slot
}

func (b *boxed[T]) Poll(cx *future.Context) (T, bool, error) {
	switch {
	case b.full:
		return b.value, true, nil
	default:
		return b.value, false, nil // want `this poll is not ready`
	}
}

func (b *boxed[T]) PollAgain(cx *future.Context) (none T, ready bool, err error) {
	if !b.full {
		b.store(cx)
		if !b.full {
			return none, false, nil
		}
	}
	return b.value, true, nil
}

func (b *boxed[T]) store(cx *future.Context) { b.slot.Set(cx.Waker()) }
