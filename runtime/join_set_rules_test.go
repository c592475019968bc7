package runtime_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
)

func TestTasksOfASetEndWithTheirOwner(t *testing.T) {
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			rt := open(t, runtime.Config{Workers: 2})
			child, detached := newProbe(), newProbe()
			spawned := make(chan none)
			owner := runtime.Go(rt, func(cx *future.Context) (int, error) {
				var s, others runtime.JoinSet[int]
				s.Spawn(cx, child)
				others.Spawn(cx, detached)
				others.DetachAll()
				for !done(child.polled) || !done(detached.polled) {
					if err := future.Yield(cx); err != nil {
						return 0, err
					}
				}
				close(spawned)
				return e.end(cx)
			})
			receive(t, spawned)
			if e.abort {
				owner.Abort()
			}
			result(t, owner)
			receive(t, child.dropped)
			require.False(t, done(detached.dropped), "DetachAll has handed it to the runtime")
		})
	}
}

func TestASetJoinsBlockingFunctionsAndForeignHandles(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var s runtime.JoinSet[int]
	s.SpawnBlocking(rt, func(context.Context) (int, error) { return 1, nil })
	ended := runtime.Go(rt, returning(2))
	for !ended.IsFinished() {
		goruntime.Gosched()
	}
	s.Add(ended)
	s.Add(runtime.SpawnValue(rt, &counter{n: 3}))
	for want := 3; want > 0; want-- {
		j, err := s.JoinNextBlocking(t.Context())
		require.NoError(t, err)
		require.NoError(t, j.Err)
	}
	_, err := s.JoinNextBlocking(t.Context())
	require.Equal(t, io.EOF, err)
}

func TestJoinNextBlockingThatGivesUpLosesNothing(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var s runtime.JoinSet[int]
	var release gate
	s.Go(rt, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOwn)
	_, err := s.JoinNextBlocking(ctx)
	require.Equal(t, errOwn, err)
	require.Equal(t, 1, s.Len())
	release.open()
	j, err := s.JoinNextBlocking(t.Context())
	require.NoError(t, err)
	require.Equal(t, 7, j.Value)
}

// A set costs what is ready: with many idle tasks, joining one looks at that one only.
func TestJoiningCostsWhatIsReady(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	const idle = 20_000
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		defer s.Close(cx)
		for range idle {
			s.Spawn(cx, future.Func(func(*future.Context) (int, bool, error) { return 0, false, nil }))
		}
		require.NoError(t, future.Yield(cx))
		for i := range idle { // a scan of all each time would be 4e8 steps
			s.Go(cx, returning(i))
			j, err := s.JoinNext(cx)
			require.NoError(t, err)
			require.Equal(t, i, j.Value)
		}
		require.Equal(t, idle, s.Len())
	})
}

func TestEachTaskIsJoinedOnceUnderStress(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 8})
	n := 20_000
	if testing.Short() || invariant.Enabled {
		n = 4000
	}
	seen := make([]atomic.Int32, n)
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		for i := range n {
			h := s.Go(cx, func(cx *future.Context) (int, error) { return i, future.Yield(cx) })
			switch i % 7 {
			case 0:
				h.Abort()
			case 1:
				if j, err := s.JoinNext(cx); err == nil && j.Err == nil {
					seen[j.Value].Add(1)
				}
			}
		}
		for _, j := range s.All(cx) {
			if j.Err == nil {
				seen[j.Value].Add(1)
			}
		}
	})
	for i := range seen {
		if i%7 != 0 {
			require.EqualValues(t, 1, seen[i].Load(), i)
		}
	}
}

func TestASetForgetsWhatItHasGivenUp(t *testing.T) {
	for name, forget := range map[string]func(s *runtime.JoinSet[int]){
		"joined": func(s *runtime.JoinSet[int]) {
			_, err := s.JoinNextBlocking(t.Context())
			require.NoError(t, err)
		},
		"closed": func(s *runtime.JoinSet[int]) { s.Close(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			rt := open(t, runtime.Config{Workers: 1})
			var s runtime.JoinSet[int]
			h := handleOf(t, rt, 1)
			ref := weak.Make(h)
			s.Add(h)
			h = nil
			forget(&s)
			for ref.Value() != nil {
				goruntime.GC()
			}
			goruntime.KeepAlive(&s)
		})
	}
}

// A set that has given its tasks up waits for them no more: a panic of one is logged, as nobody else would tell of it.
func TestATaskThatASetHasGivenUpHasNoJoiner(t *testing.T) {
	var book logBook
	rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		var m runtime.JoinMap[int, int]
		boom := func(*future.Context) (int, error) { panic("boom") }
		s.Go(cx, boom)
		require.NoError(t, future.Yield(cx))
		require.Empty(t, book.lines()[0], "the set will tell")
		s.Go(cx, boom)
		s.DetachAll()
		m.Go(cx, 1, boom)
		m.DetachAll()
		replaced := newProbe()
		replaced.onDrop = func(*future.Context) { panic("boom") }
		m.Spawn(cx, 2, replaced)
		m.Spawn(cx, 2, newProbe())
		require.NoError(t, future.Yield(cx))
		require.Len(t, panicsInBook(t, &book), 4, "those of the detached, of the replaced, and the first, whose result nobody takes")
	})
}

// The task ends while the set is polled: now and then between the look and the storing of the waker.
func TestNoEndIsLostBesideAPoll(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	rounds := 20_000
	if testing.Short() || invariant.Enabled {
		rounds = 5000
	}
	var s runtime.JoinSet[int]
	next := future.Func(s.PollJoinNext)
	for round := range rounds {
		var begun, end atomic.Bool
		s.Go(rt, func(*future.Context) (int, error) {
			begun.Store(true)
			for i := 1; !end.Load(); i++ { // the end is to come within nanoseconds
				if i%100_000 == 0 {
					goruntime.Gosched()
				}
			}
			return 1, nil
		})
		for !begun.Load() {
			goruntime.Gosched()
		}
		h := newHand()
		end.Store(true)
		for range round % 1000 {
			end.Load()
		}
		if isReady(h, next) {
			continue
		}
		deadline := time.Now().Add(patience)
		for h.woken.Load() == 0 {
			require.True(t, time.Now().Before(deadline), "the wake was lost")
			goruntime.Gosched()
		}
		require.True(t, isReady(h, next))
	}
}

// handleOf returns the handle of a task that has ended with value.
func handleOf[T any](t testing.TB, rt *runtime.Runtime, value T) *runtime.JoinHandle[T] {
	h := runtime.Go(rt, func(*future.Context) (T, error) { return value, nil })
	for !h.IsFinished() {
		goruntime.Gosched()
	}
	return h
}

func TestAnAbortedOwnerLeavesJoinAll(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	child := newProbe()
	waits := make(chan none)
	var s runtime.JoinSet[int]
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		s.Spawn(runtime.Detached(cx), child)
		close(waits)
		_, err := s.JoinAll(cx)
		return none{}, err
	})
	receive(t, waits)
	receive(t, child.polled)
	owner.Abort()
	_, err := result(t, owner)
	requireCancelled(t, err)
	receive(t, child.dropped) // though it was not the owner's
	require.True(t, s.IsEmpty())
}

func TestInADeferredCallOfAnAbortedBodyASetDoesNotWait(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	errs := make(chan error, 2)
	child := newProbe()
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		var s runtime.JoinSet[int]
		s.Spawn(cx, child)
		defer func() { errs <- s.Shutdown(cx) }()
		defer func() { _, err := s.JoinNext(cx); errs <- err }()
		return none{}, never(cx)
	})
	receive(t, child.polled)
	owner.Abort()
	require.ErrorIs(t, receive(t, errs), future.ErrCancelled)
	require.ErrorIs(t, receive(t, errs), future.ErrCancelled)
	receive(t, child.dropped)
}

func TestPollNextIsTheStreamOfASet(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var s runtime.JoinSet[int]
	s.Add(handleOf(t, rt, 5))
	h := newHand()
	j, ready, err := s.PollNext(&h.cx)
	require.True(t, ready)
	require.NoError(t, err)
	require.Equal(t, 5, j.Value)
	_, ready, err = s.PollNext(&h.cx)
	require.True(t, ready)
	require.True(t, errors.Is(err, io.EOF))
}

func TestASetWakesItsWaiterOnce(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var s runtime.JoinSet[int]
	var release gate
	task := runtime.Go(rt, func(cx *future.Context) (int, error) { return 1, release.pass(cx) })
	s.Add(task)
	h := newHand()
	next := future.Func(s.PollJoinNext)
	require.False(t, isReady(h, next))
	_, ok := s.TryJoinNext() // does not displace the waiter
	require.False(t, ok)
	require.Zero(t, h.wakes())
	release.open()
	for h.woken.Load() == 0 {
		goruntime.Gosched()
	}
	require.Equal(t, 1, h.wakes())
	require.True(t, isReady(h, next))
}

// A shutdown aborts each task once, which matters where there are a million of them, and what was added between two polls too.
func TestAShutdownAbortsWhatIsAddedMeanwhile(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var s runtime.JoinSet[int]
	var q runtime.JoinQueue[int]
	for name, set := range map[string]struct {
		spawn func(on runtime.Spawner, f future.Future[int]) runtime.AbortHandle
		poll  func(cx *future.Context) (struct{}, bool, error)
	}{"set": {s.Spawn, s.PollShutdown}, "queue": {q.Spawn, q.PollShutdown}} {
		t.Run(name, func(t *testing.T) {
			must(t, rt, func(cx *future.Context) {
				for range 2 { // it can be used again
					var probes []*probe
					polls := 0
					_, err := future.Await(cx, future.Func(func(cx *future.Context) (struct{}, bool, error) {
						if polls++; polls <= 3 {
							probes = append(probes, newProbe())
							set.spawn(cx, probes[len(probes)-1])
						}
						return set.poll(cx)
					}))
					require.NoError(t, err)
					require.NotEmpty(t, probes)
					for _, p := range probes {
						p.requireDroppedOnce(t)
					}
				}
			})
		})
	}
}
