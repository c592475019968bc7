package runtime_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// sleeping returns a body that sleeps for so many seconds and returns their number.
func sleeping(seconds int) func(cx *future.Context) (int, error) {
	return func(cx *future.Context) (int, error) {
		return seconds, timer.Sleep(cx, time.Duration(seconds)*time.Second)
	}
}

func returning(n int) func(cx *future.Context) (int, error) {
	return func(*future.Context) (int, error) { return n, nil }
}

func neverEnding(cx *future.Context) (int, error) { return 0, never(cx) }

// joinEach joins all tasks of s and returns their values in order; failed counts those that were cancelled.
func joinEach(t testing.TB, cx *future.Context, s *runtime.JoinSet[int]) (values []int, cancelled int) {
	t.Helper()
	for id, j := range s.All(cx) {
		require.Equal(t, id, j.ID)
		if j.Err != nil {
			requireCancelled(t, j.Err)
			cancelled++
			continue
		}
		values = append(values, j.Value)
	}
	require.True(t, s.IsEmpty())
	return values, cancelled
}

// tokio: T77 tests/task_join_set.rs test_with_sleep: tasks are joined in the order of their ends, len counts those not joined, a set can be filled again
// covers: F49 F50 F54 F56
func TestTasksAreJoinedInTheOrderOfTheirEnds(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		for i := range 10 {
			s.Go(cx, returning(i))
			require.Equal(t, i+1, s.Len())
		}
		s.DetachAll()
		require.Zero(t, s.Len())
		_, err := s.JoinNext(cx)
		require.Equal(t, io.EOF, err)
		for range 2 {
			want := []int{3, 0, 4, 1, 2}
			for _, i := range want {
				s.Go(cx, sleeping(i))
			}
			require.Equal(t, 5, s.Len())
			slices.Sort(want)
			values, _ := joinEach(t, cx, &s)
			require.Equal(t, want, values)
			_, err = s.JoinNext(cx)
			require.Equal(t, io.EOF, err)
		}
	})
}

// tokio: T77 tests/task_join_set.rs test_abort_on_drop: giving up the set aborts its tasks, whose futures are dropped
// covers: F55
func TestCloseAbortsWhatIsLeft(t *testing.T) {
	for _, end := range []func(s *runtime.JoinSet[int]){
		func(s *runtime.JoinSet[int]) { s.Close(nil) },
		func(s *runtime.JoinSet[int]) { s.Drop(nil) },
	} {
		rt := open(t, runtime.Config{Workers: 2})
		var s runtime.JoinSet[int]
		var probes []*probe
		for range 16 {
			p := newProbe()
			probes = append(probes, p)
			s.Spawn(rt, p)
		}
		end(&s)
		require.True(t, s.IsEmpty())
		for _, p := range probes {
			receive(t, p.dropped)
			p.requireDroppedOnce(t)
		}
		s.Go(rt, returning(7)) // it can be used again
		j, err := s.JoinNextBlocking(t.Context())
		require.NoError(t, err)
		require.Equal(t, 7, j.Value)
	}
}

// tokio: T77 tests/task_join_set.rs alternating: spawning and joining by turns keeps the count right
// tokio: L18 src/runtime/tests/loom_join_set.rs test_join_set: the same from a worker, with the set dropped at the end
func TestSpawningAndJoiningMayAlternate(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		defer s.Close(cx)
		s.Go(cx, returning(0))
		s.Go(cx, returning(1))
		for i := range 16 {
			_, err := s.JoinNext(cx)
			require.NoError(t, err)
			require.Equal(t, 1, s.Len())
			s.Go(cx, returning(i))
			require.Equal(t, 2, s.Len())
		}
	})
}

// tokio: T77 tests/task_join_set.rs abort_tasks: a task that was aborted by its handle is joined as cancelled, the others with their values
func TestTasksOfASetCanBeAbortedOneByOne(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		for i := range 16 {
			h := s.Go(cx, sleeping(i))
			if i%2 != 0 {
				h.Abort()
			}
		}
		values, cancelled := joinEach(t, cx, &s)
		require.Equal(t, []int{0, 2, 4, 6, 8, 10, 12, 14}, values)
		require.Equal(t, 8, cancelled)
	})
}

// tokio: T77 tests/task_join_set.rs runtime_gone: a task whose runtime was closed is joined as cancelled, from another runtime
func TestATaskOfAClosedRuntimeIsJoinedAsCancelled(t *testing.T) {
	gone, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	var s runtime.JoinSet[int]
	s.Go(gone, neverEnding)
	require.NoError(t, gone.Close())
	s.Go(gone, returning(1)) // refused
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		_, cancelled := joinEach(t, cx, &s)
		require.Equal(t, 2, cancelled)
	})
}

// tokio: T77 tests/task_join_set.rs join_all: all values, in the order of the ends
// covers: F53
func TestJoinAllReturnsAllValues(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		for _, i := range []int{2, 1, 3} {
			s.Go(cx, sleeping(i))
		}
		values, err := s.JoinAll(cx)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 3}, values)
	})
}

// tokio: T77 tests/task_join_set.rs task_panics: the first panic ends join_all, and what is left is aborted
func TestTheFirstFailureEndsJoinAll(t *testing.T) {
	for _, failing := range []struct {
		name string
		end  func() (int, error)
		want func(err error)
	}{
		{"panic", func() (int, error) { panic("boom") }, func(err error) { requirePanic(t, err, "boom") }},
		{"error", func() (int, error) { return 0, errOwn }, func(err error) { require.Equal(t, errOwn, err) }},
	} {
		t.Run(failing.name, func(t *testing.T) {
			rt, _ := openPaused(t, 1)
			must(t, rt, func(cx *future.Context) {
				var s runtime.JoinSet[int]
				late := runtime.Go(cx, sleeping(3))
				s.Go(cx, sleeping(1))
				s.Add(late)
				s.Go(cx, func(cx *future.Context) (int, error) {
					if err := timer.Sleep(cx, 2*time.Second); err != nil {
						return 0, err
					}
					return failing.end()
				})
				values, err := s.JoinAll(cx)
				failing.want(err)
				require.Equal(t, []int{1}, values)
				require.True(t, s.IsEmpty())
				_, err = late.Await(cx)
				requireCancelled(t, err)
			})
		})
	}
}

// tokio: T77 tests/task_join_set.rs abort_all: the tasks stay to be joined, those that have ended with their values
func TestAbortAllLeavesTheTasksToBeJoined(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		for range 5 {
			s.Go(cx, neverEnding)
			s.Go(cx, sleeping(1))
		}
		require.NoError(t, timer.Sleep(cx, 2*time.Second))
		s.AbortAll()
		require.Equal(t, 10, s.Len())
		values, cancelled := joinEach(t, cx, &s)
		require.Equal(t, []int{1, 1, 1, 1, 1}, values)
		require.Equal(t, 5, cancelled)
	})
}

// tokio: T77 tests/task_join_set.rs join_set_coop: join_next gives way when the budget is spent, and loses nothing
func TestJoinNextSpendsTheBudget(t *testing.T) {
	const tasks = 1000
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		for range tasks {
			s.Go(cx, returning(1))
		}
		require.NoError(t, future.Yield(cx)) // all have ended
		joined, pauses := 0, 0
		_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			for {
				_, ready, err := s.PollJoinNext(cx)
				if !ready {
					pauses++
					return none{}, false, nil
				}
				if err != nil {
					return none{}, true, nil
				}
				joined++
			}
		}))
		require.NoError(t, err)
		require.Equal(t, tasks, joined)
		require.GreaterOrEqual(t, pauses, tasks/future.Budget)
	})
}

// tokio: tests/task_join_set.rs try_join_next: it never waits, and takes all that have ended whatever the budget
// tokio: tests/task_join_set.rs try_join_next_with_id: the ids are those of the handles
// covers: F51
func TestTryJoinNextTakesWhatHasEnded(t *testing.T) {
	const tasks = 1000
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		var release gate
		spawned := map[uint64]bool{}
		for range tasks {
			spawned[s.Go(cx, func(cx *future.Context) (int, error) { return 1, nil }).ID()] = true
		}
		last := s.Go(cx, func(cx *future.Context) (int, error) { return 1, release.pass(cx) })
		_, ok := s.TryJoinNext()
		require.False(t, ok)
		require.NoError(t, future.Yield(cx))
		for range tasks {
			j, ok := s.TryJoinNext()
			require.True(t, ok)
			require.NoError(t, j.Err)
			require.True(t, spawned[j.ID])
			delete(spawned, j.ID)
		}
		_, ok = s.TryJoinNext()
		require.False(t, ok)
		require.Equal(t, 1, s.Len())
		release.open()
		j, err := s.JoinNext(cx)
		require.NoError(t, err)
		require.Equal(t, last.ID(), j.ID)
	})
}

// tokio: tests/task_join_set.rs extend: many can be added at once, also after others
func TestASetCanBeFilledFromASequence(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		for _, bounds := range [][2]int{{0, 5}, {5, 10}} {
			for i := bounds[0]; i < bounds[1]; i++ {
				s.Spawn(cx, future.Async(returning(i)))
			}
		}
		values, _ := joinEach(t, cx, &s)
		slices.Sort(values)
		require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, values)
	})
}

// tokio: tests/task_join_set.rs spawn_local spawn_then_shutdown: shutdown aborts and waits until the futures are gone
// covers: F52
func TestShutdownWaitsUntilTheFuturesAreGone(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		var s runtime.JoinSet[int]
		var probes []*probe
		for i := range 300 { // more than a budget
			p := newProbe()
			if i%10 == 0 {
				p.onDrop = func(*future.Context) { panic("in Drop") } // lost
			}
			probes = append(probes, p)
			s.Spawn(cx, p)
		}
		require.NoError(t, s.Shutdown(cx))
		require.True(t, s.IsEmpty())
		for _, p := range probes {
			p.requireDroppedOnce(t)
		}
	})
}

// tokio: L18 src/runtime/tests/loom_join_set.rs abort_all_during_completion: a task that ends while it is aborted is joined once, as one or the other
func TestAbortAllDuringCompletion(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var completed, aborted int
	must(t, rt, func(cx *future.Context) {
		for i := range 2000 {
			var s runtime.JoinSet[int]
			s.Go(cx, func(cx *future.Context) (int, error) { return 1, future.Yield(cx) })
			for range i % 4 {
				require.NoError(t, future.Yield(cx))
			}
			s.AbortAll()
			j, err := s.JoinNext(cx)
			require.NoError(t, err)
			if j.Err == nil {
				completed++
			} else {
				requireCancelled(t, j.Err)
				aborted++
			}
			_, err = s.JoinNext(cx)
			require.Equal(t, io.EOF, err)
		}
	})
	require.Positive(t, completed)
	require.Positive(t, aborted)
}
