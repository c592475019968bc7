package runtime_test

import (
	"context"
	"errors"
	"log/slog"
	goruntime "runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// openWithBook starts a runtime with one worker, whose log is the book.
func openWithBook(t *testing.T, workers int) (*runtime.Runtime, *logBook) {
	t.Helper()
	book := &logBook{}
	return open(t, runtime.Config{Workers: workers, Blocked: runtime.BlockedOff, Logger: slog.New(slog.NewTextHandler(book, nil))}), book
}

// pollOnce polls a poll function once, in a body, and leaves the waker where it is.
func pollOnce[T any](cx *future.Context, poll func(*future.Context) (T, bool, error)) (ready bool) {
	_, _ = future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
		_, ready, _ = poll(cx)
		return none{}, true, nil
	}))
	return ready
}

func boom(*future.Context) (int, error) { panic("boom") }

// A set tells of its tasks' panics by their results. Where it gives results up, a panic among them is logged; once, and not if it
// was joined.
func TestAPanicThatASetOrAMapGivesUpIsLogged(t *testing.T) {
	for name, give := range map[string]func(t *testing.T, cx *future.Context, s *runtime.JoinSet[int]){
		"Close":     func(_ *testing.T, cx *future.Context, s *runtime.JoinSet[int]) { s.Close(cx) },
		"Drop":      func(_ *testing.T, cx *future.Context, s *runtime.JoinSet[int]) { s.Drop(cx) },
		"DetachAll": func(_ *testing.T, _ *future.Context, s *runtime.JoinSet[int]) { s.DetachAll() },
		"Shutdown":  func(t *testing.T, cx *future.Context, s *runtime.JoinSet[int]) { require.NoError(t, s.Shutdown(cx)) },
		"JoinAll": func(t *testing.T, cx *future.Context, s *runtime.JoinSet[int]) {
			var failing runtime.JoinSet[int]
			failing.Go(cx, func(*future.Context) (int, error) { return 0, errOwn })
			require.NoError(t, future.Yield(cx))
			failing.Go(cx, boom)
			require.NoError(t, future.Yield(cx))
			_, err := failing.JoinAll(cx)
			require.Equal(t, errOwn, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			rt, book := openWithBook(t, 1)
			must(t, rt, func(cx *future.Context) {
				var s runtime.JoinSet[int]
				s.Go(cx, boom)
				_, err := s.JoinNext(cx)
				require.NoError(t, err)
				if name != "JoinAll" {
					s.Go(cx, boom)
				}
				require.NoError(t, future.Yield(cx))
				require.Empty(t, panicsInBook(t, book), "the set tells")
				give(t, cx, &s)
				require.Equal(t, []string{"boom"}, panicsInBook(t, book))
				s.Close(cx)
			})
			require.Equal(t, []string{"boom"}, panicsInBook(t, book))
		})
	}
	for name, give := range map[string]func(t *testing.T, cx *future.Context, m *runtime.JoinMap[string, int]){
		"map: Close":     func(_ *testing.T, cx *future.Context, m *runtime.JoinMap[string, int]) { m.Close(cx) },
		"map: DetachAll": func(_ *testing.T, _ *future.Context, m *runtime.JoinMap[string, int]) { m.DetachAll() },
		"map: Shutdown": func(t *testing.T, cx *future.Context, m *runtime.JoinMap[string, int]) {
			require.NoError(t, m.Shutdown(cx))
			require.False(t, m.Contains("soup"))
		},
		"map: replaced": func(_ *testing.T, cx *future.Context, m *runtime.JoinMap[string, int]) {
			m.Go(cx, "soup", returning(1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			rt, book := openWithBook(t, 1)
			must(t, rt, func(cx *future.Context) {
				var m runtime.JoinMap[string, int]
				m.Go(cx, "soup", boom)
				require.NoError(t, future.Yield(cx))
				require.Empty(t, panicsInBook(t, book), "the map tells")
				give(t, cx, &m)
				require.Equal(t, []string{"boom"}, panicsInBook(t, book))
			})
			require.Equal(t, []string{"boom"}, panicsInBook(t, book))
		})
	}
}

// A queue waits for its first task only. Of the others a panic is logged at once, and not again.
func TestAPanicThatAQueueGivesUpIsLogged(t *testing.T) {
	for name, give := range map[string]func(t *testing.T, cx *future.Context, q *runtime.JoinQueue[int]){
		"Close":     func(_ *testing.T, cx *future.Context, q *runtime.JoinQueue[int]) { q.Close(cx) },
		"DetachAll": func(_ *testing.T, _ *future.Context, q *runtime.JoinQueue[int]) { q.DetachAll() },
		"Shutdown":  func(t *testing.T, cx *future.Context, q *runtime.JoinQueue[int]) { require.NoError(t, q.Shutdown(cx)) },
	} {
		for _, isAwaited := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				rt, book := openWithBook(t, 1)
				must(t, rt, func(cx *future.Context) {
					var q runtime.JoinQueue[int]
					q.Go(cx, boom)
					if isAwaited {
						require.False(t, pollOnce(cx, q.PollJoinNext))
					}
					require.NoError(t, future.Yield(cx))
					require.Equal(t, isAwaited, len(panicsInBook(t, book)) == 0)
					give(t, cx, &q)
					require.Equal(t, []string{"boom"}, panicsInBook(t, book))
				})
			})
		}
	}
}

// The first task ends at any moment of a poll of Shutdown, whose waker an earlier poll has left there.
func TestAPanicAmidShutdownOfAQueueIsLogged(t *testing.T) {
	const rounds = 200
	rt, book := openWithBook(t, 1)
	for range rounds {
		var q runtime.JoinQueue[int]
		var hasBegun, isReleased atomic.Bool
		q.Go(rt, func(*future.Context) (int, error) {
			hasBegun.Store(true)
			for !isReleased.Load() {
				goruntime.Gosched()
			}
			panic("boom")
		})
		for !hasBegun.Load() {
			goruntime.Gosched()
		}
		h := newHand()
		_, ready, _ := q.PollShutdown(&h.cx)
		require.False(t, ready)
		isReleased.Store(true)
		for !ready {
			_, ready, _ = q.PollShutdown(&h.cx)
		}
	}
	require.NoError(t, rt.Close())
	require.Len(t, panicsInBook(t, book), rounds)
}

// BlockOn leaves a task that does not end. Its panic comes later, or while BlockOn leaves: unless BlockOn returns it, it is logged
// once.
func TestAPanicThatBlockOnGivesUpIsLogged(t *testing.T) {
	openHasty := func(t *testing.T, timeout time.Duration) (*runtime.Runtime, *logBook) {
		book := &logBook{}
		rt, err := runtime.New(runtime.Config{
			Workers: 4, Blocked: runtime.BlockedOff, CloseTimeout: timeout, Logger: slog.New(slog.NewTextHandler(book, nil)),
		})
		require.NoError(t, err)
		return rt, book
	}
	closeAtLast := func(rt *runtime.Runtime) {
		for rt.Close() != nil {
			goruntime.Gosched()
		}
	}
	t.Run("later", func(t *testing.T) {
		rt, book := openHasty(t, time.Millisecond)
		release := make(chan none)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := runtime.BlockOn(ctx, rt, future.Func(func(*future.Context) (int, bool, error) {
			cancel()
			<-release
			panic("boom")
		}))
		require.ErrorIs(t, err, runtime.ErrStuck)
		require.Empty(t, panicsInBook(t, book))
		close(release)
		closeAtLast(rt)
		require.Equal(t, []string{"boom"}, panicsInBook(t, book))
	})
	t.Run("amid", func(t *testing.T) {
		const waiters, rounds = 8, 500
		rt, book := openHasty(t, 100*time.Microsecond)
		var returned [waiters * rounds]bool // each by its waiter
		var wg sync.WaitGroup
		for waiter := range waiters {
			wg.Go(func() { // ends after its rounds
				for round := range rounds {
					call := waiter*rounds + round
					ctx, cancel := context.WithCancel(context.Background())
					_, err := runtime.BlockOn(ctx, rt, future.Func(func(*future.Context) (int, bool, error) {
						cancel()
						for range round % 50 {
							goruntime.Gosched()
						}
						panic(call)
					}))
					returned[call] = !errors.Is(err, runtime.ErrStuck)
				}
			})
		}
		wg.Wait()
		closeAtLast(rt)
		logged := map[string]int{}
		for _, value := range panicsInBook(t, book) {
			logged[value]++
		}
		for call, isReturned := range returned {
			if n := logged[strconv.Itoa(call)]; !isReturned {
				require.Equal(t, 1, n, "given up")
			} else {
				require.LessOrEqual(t, n, 1, "between its two waits BlockOn does not listen")
			}
		}
	})
}

// A handle that somebody waited for when its task has panicked, and that is given up then.
//
// covers: S52
func TestAPanicThatAHandleGivesUpIsLogged(t *testing.T) {
	t.Run("Drop", func(t *testing.T) {
		rt, book := openWithBook(t, 1)
		must(t, rt, func(cx *future.Context) {
			for _, isTaken := range []bool{true, false} {
				h := runtime.Go(cx, boom)
				require.False(t, pollOnce(cx, h.Poll))
				require.NoError(t, future.Yield(cx))
				require.True(t, h.IsFinished())
				if isTaken {
					_, err := h.Await(cx)
					requirePanic(t, err, "boom")
				}
				require.Empty(t, panicsInBook(t, book))
				h.Drop(cx)
				h.Drop(cx)
			}
		})
		require.Equal(t, []string{"boom"}, panicsInBook(t, book))
	})
	t.Run("Await", func(t *testing.T) {
		rt, book := openWithBook(t, 1)
		must(t, rt, func(cx *future.Context) {
			var release gate
			var waits *runtime.JoinHandle[int]
			h := runtime.Go(cx, func(cx *future.Context) (int, error) {
				if err := release.pass(cx); err != nil {
					return 0, err
				}
				waits.Abort() // it unwinds after the end that it was told of
				panic("boom")
			})
			waits = runtime.Go(cx, h.Await)
			require.NoError(t, future.Yield(cx))
			release.open()
			_, err := waits.Await(cx)
			requireCancelled(t, err)
		})
		require.Equal(t, []string{"boom"}, panicsInBook(t, book))
	})
	t.Run("Wait", func(t *testing.T) {
		rt, book := openWithBook(t, 2)
		returned := 0
		for range 300 {
			ctx, cancel := context.WithCancel(t.Context())
			h := runtime.Go(rt, func(cx *future.Context) (int, error) {
				if err := future.Yield(cx); err != nil {
					return 0, err
				}
				cancel()
				panic("boom")
			})
			if _, err := h.Wait(ctx); err != context.Canceled {
				requirePanic(t, err, "boom")
				returned++
			}
		}
		require.NoError(t, rt.Close())
		require.GreaterOrEqual(t, len(panicsInBook(t, book))+returned, 300, "nobody was told")
	})
}

// The scope's result tells of the first panic: the child's handle has nothing to add, nor has the log.
func TestAPanicThatAScopeReturnsIsNotLogged(t *testing.T) {
	rt, book := openWithBook(t, 1)
	must(t, rt, func(cx *future.Context) {
		var h *runtime.JoinHandle[int]
		err := runtime.Scope(cx, func(n *runtime.Nursery) error {
			h = runtime.ScopeGo(cx, n, boom)
			return nil
		})
		requirePanic(t, err, "boom")
		h.Drop(cx)
	})
	require.Empty(t, panicsInBook(t, book))
}

// A set is closed while its tasks end on other workers: each panic is logged once, whoever comes first.
func TestEachPanicIsLoggedOnceBesideTheCloseOfItsSet(t *testing.T) {
	rt, book := openWithBook(t, 4)
	rounds := 2000
	if testing.Short() {
		rounds = 500
	}
	panicked := 0
	var s runtime.JoinSet[int]
	for round := range rounds {
		h := runtime.Go(rt, boom)
		s.Add(h)
		for range round % 50 {
			goruntime.Gosched()
		}
		s.Close(nil)
		for !h.IsFinished() {
			goruntime.Gosched()
		}
		if h.Outcome() == runtime.Panicked {
			panicked++
		}
	}
	require.NoError(t, rt.Close())
	require.NotZero(t, panicked)
	require.Len(t, panicsInBook(t, book), panicked)
}
