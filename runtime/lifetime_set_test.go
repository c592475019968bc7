package runtime_test

import (
	"context"
	"log/slog"
	goruntime "runtime"
	"testing"
	"weak"

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

// A task that has given up to wait for the next end of a set is not kept by it. (Cells of tasks with pointers in their results are
// allocated one by one.)
func TestAWaitThatWasGivenUpLeavesNothingBehind(t *testing.T) {
	var set runtime.JoinSet[int]
	var byKey runtime.JoinMap[int, int]
	var queue runtime.JoinQueue[int]
	for name, c := range map[string]struct {
		add      func(cx *future.Context)
		next     func(cx *future.Context)
		shutdown func(cx *future.Context)
	}{
		"set": {
			add:      func(cx *future.Context) { set.Go(runtime.Detached(cx), neverEnding) },
			next:     func(cx *future.Context) { _, _ = set.JoinNext(cx) },
			shutdown: func(cx *future.Context) { _ = set.Shutdown(cx) },
		},
		"map": {
			add:      func(cx *future.Context) { byKey.Go(runtime.Detached(cx), 1, neverEnding) },
			next:     func(cx *future.Context) { _, _ = byKey.JoinNext(cx) },
			shutdown: func(cx *future.Context) { _ = byKey.Shutdown(cx) },
		},
		"queue": {
			add:      func(cx *future.Context) { queue.Go(runtime.Detached(cx), neverEnding) },
			next:     func(cx *future.Context) { _, _ = queue.JoinNext(cx) },
			shutdown: func(cx *future.Context) { _ = queue.Shutdown(cx) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			rt := open(t, runtime.Config{Workers: 1})
			var waiters []weak.Pointer[runtime.JoinHandle[*big]]
			must(t, rt, func(cx *future.Context) {
				c.add(cx)
				h := runtime.Go(cx, func(cx *future.Context) (*big, error) { c.next(cx); return nil, nil })
				require.NoError(t, future.Yield(cx))
				h.Abort()
				_, err := h.Await(cx)
				requireCancelled(t, err)
				waiters = append(waiters, weak.Make(h))
			})
			for range 200 { // others take its places in the worker's lists
				must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
			}
			goruntime.GC()
			goruntime.GC()
			for _, w := range waiters {
				require.True(t, w.Value() == nil, "the waiter is still reachable")
			}
			must(t, rt, c.shutdown)
		})
	}
}

// Nobody waits for the first task of a queue any more: its panic is logged.
func TestAPanicIsLoggedThoughAQueueHasWaitedForItsTask(t *testing.T) {
	var book logBook
	rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
	var q runtime.JoinQueue[int]
	var release gate
	q.Go(rt, func(cx *future.Context) (int, error) {
		if err := release.pass(cx); err != nil {
			return 0, err
		}
		panic("boom")
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := q.JoinNextBlocking(ctx)
	require.ErrorIs(t, err, context.Canceled)
	release.open()
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.Equal(t, []string{"boom"}, panicsInBook(t, &book))
	_, err = q.JoinNextBlocking(t.Context())
	require.NoError(t, err)
}
