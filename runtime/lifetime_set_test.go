package runtime_test

import (
	"context"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/waker"
)

// raised is ready when it was raised. Who raises it wakes its waiter after that.
type raised struct {
	raised sy.Bool
	waiter waker.Slot
}

func (s *raised) Poll(cx *future.Context) (int, bool, error) {
	s.waiter.Set(cx.Waker())
	return 0, s.raised.Load(), nil
}

func (s *raised) raise() {
	w := s.waiter.Take()
	s.raised.Store(true)
	w.Wake()
}

// gathering holds a set and a sequence of futures by value. Blocking functions wake them.
type gathering struct {
	set     future.Set[int]
	ordered future.Ordered[int]
	begun   bool
}

func (g *gathering) Poll(cx *future.Context) (none, bool, error) {
	if !g.begun {
		g.begun = true
		for i := range 4 {
			s := &raised{}
			if i%2 == 0 {
				g.set.Add(s)
			} else {
				g.ordered.Add(s)
			}
			runtime.SpawnBlocking(cx, func(context.Context) (none, error) {
				for s.waiter.IsEmpty() {
					goruntime.Gosched()
				}
				s.raise()
				return none{}, nil
			})
		}
	}
	for range 1000 { // without waiting, see joining
		_, _, _ = g.set.PollNext(cx)
		_, _, _ = g.ordered.PollNext(cx)
		if g.set.Len() == 0 && g.ordered.Len() == 0 {
			return none{}, true, nil
		}
	}
	cx.Again()
	return none{}, false, nil
}

func TestASetOfFuturesMayBeClearedWhenItIsEmpty(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for range 4 * short() {
		_, err := result(t, runtime.SpawnValue(rt, &gathering{}))
		require.NoError(t, err)
	}
}
