package runtime_test

import (
	"context"
	"io"
	goruntime "runtime"
	"slices"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// joinKeys joins all tasks of m and returns the keys in the order of the ends, those of cancelled tasks apart.
func joinKeys(t testing.TB, cx *future.Context, m *runtime.JoinMap[int, int]) (ended, cancelled []int) {
	t.Helper()
	for key, j := range m.All(cx) {
		require.False(t, m.Contains(key))
		if j.Err != nil {
			requireCancelled(t, j.Err)
			cancelled = append(cancelled, key)
			continue
		}
		require.Equal(t, key, j.Value)
		ended = append(ended, key)
	}
	require.True(t, m.IsEmpty())
	return ended, cancelled
}

// tokio: tokio-util/tests/task_join_map.rs test_with_sleep: each task comes with its key, in the order of the ends; a map can be filled again
// covers: F58
func TestAMapJoinsEachTaskWithItsKey(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		for i := range 10 {
			m.Go(cx, i, returning(i))
			require.Equal(t, i+1, m.Len())
		}
		m.DetachAll()
		require.Zero(t, m.Len())
		require.False(t, m.Contains(3))
		_, err := m.JoinNext(cx)
		require.Equal(t, io.EOF, err)
		for range 2 {
			for _, i := range []int{3, 0, 2, 1} {
				m.Go(cx, i, sleeping(i))
			}
			ended, _ := joinKeys(t, cx, &m)
			require.Equal(t, []int{0, 1, 2, 3}, ended)
		}
	})
}

// tokio: tokio-util/tests/task_join_map.rs test_abort_on_drop: giving up the map aborts its tasks
func TestClosingAMapAbortsWhatIsLeft(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var m runtime.JoinMap[int, int]
	var probes []*probe
	for i := range 16 {
		p := newProbe()
		probes = append(probes, p)
		m.Spawn(rt, i, p)
	}
	m.Drop(nil)
	require.True(t, m.IsEmpty())
	require.False(t, m.Contains(0))
	for _, p := range probes {
		receive(t, p.dropped)
		p.requireDroppedOnce(t)
	}
}

// tokio: tokio-util/tests/task_join_map.rs alternating: spawning and joining by turns keeps the count right
// tokio: tokio-util/tests/task_join_map.rs test_keys: keys are those of the tasks that were not joined
func TestAMapKnowsItsKeys(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		m.Go(cx, 101, returning(0))
		m.Go(cx, 102, returning(0))
		require.Equal(t, []int{101, 102}, slices.Sorted(m.Keys()))
		for i := range 16 {
			j, err := m.JoinNext(cx)
			require.NoError(t, err)
			require.Equal(t, 1, m.Len())
			require.NotContains(t, slices.Collect(m.Keys()), j.Key)
			m.Go(cx, i, returning(i))
			require.Equal(t, 2, m.Len())
		}
		_, _ = m.JoinNext(cx)
		_, _ = m.JoinNext(cx)
		require.Empty(t, slices.Collect(m.Keys()))
	})
}

// tokio: tokio-util/tests/task_join_map.rs abort_by_key: an aborted task stays to be joined, as cancelled, under its key
// tokio: tokio-util/tests/task_join_map.rs abort_by_predicate: the same for all keys that match
func TestTasksOfAMapCanBeAbortedByKey(t *testing.T) {
	odd := func(key int) bool { return key%2 != 0 }
	for name, abort := range map[string]func(m *runtime.JoinMap[int, int]){
		"key": func(m *runtime.JoinMap[int, int]) {
			for i := 1; i < 16; i += 2 {
				require.True(t, m.Abort(i))
			}
			require.False(t, m.Abort(16))
		},
		"match":  func(m *runtime.JoinMap[int, int]) { m.AbortMatching(odd) },
		"handle": func(m *runtime.JoinMap[int, int]) { abortOdd(m) },
	} {
		t.Run(name, func(t *testing.T) {
			rt, _ := openPaused(t, 1)
			must(t, rt, func(cx *future.Context) {
				var m runtime.JoinMap[int, int]
				for i := range 16 {
					m.Go(cx, i, sleeping(i))
				}
				abort(&m)
				ended, cancelled := joinKeys(t, cx, &m)
				require.Equal(t, []int{0, 2, 4, 6, 8, 10, 12, 14}, ended)
				slices.Sort(cancelled)
				require.Equal(t, []int{1, 3, 5, 7, 9, 11, 13, 15}, cancelled)
			})
		})
	}
}

func abortOdd(m *runtime.JoinMap[int, int]) {
	for i := 1; i < 16; i += 2 {
		m.Handle(i).Abort()
	}
	m.Handle(16).Abort() // there is none
}

// tokio: tokio-util/tests/task_join_map.rs runtime_gone: a task whose runtime was closed is joined as cancelled, with its key
func TestATaskOfAMapWhoseRuntimeIsClosedIsCancelled(t *testing.T) {
	gone, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	var m runtime.JoinMap[string, int]
	m.Go(gone, "key", neverEnding)
	require.NoError(t, gone.Close())
	j, err := m.JoinNextBlocking(t.Context())
	require.NoError(t, err)
	require.Equal(t, "key", j.Key)
	requireCancelled(t, j.Err)
}

// tokio: tokio-util/tests/task_join_map.rs join_map_coop: join_next gives way when the budget is spent, and loses nothing
func TestJoiningAMapSpendsTheBudget(t *testing.T) {
	const tasks = 1000
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		for i := range tasks {
			m.Go(cx, i, returning(i))
		}
		require.NoError(t, future.Yield(cx))
		joined, pauses := 0, 0
		_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			for {
				j, ready, err := m.PollNext(cx)
				if !ready {
					pauses++
					return none{}, false, nil
				}
				if err != nil {
					return none{}, true, nil
				}
				require.Equal(t, j.Key, j.Value)
				joined++
			}
		}))
		require.NoError(t, err)
		require.Equal(t, tasks, joined)
		require.GreaterOrEqual(t, pauses, tasks/future.Budget)
	})
}

// tokio: tokio-util/tests/task_join_map.rs abort_all: the tasks stay to be joined, those that have ended with their values
func TestAbortAllLeavesTheTasksOfAMap(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		for i := range 5 {
			m.Go(cx, i, neverEnding)
			m.Go(cx, 5+i, func(cx *future.Context) (int, error) { return 5 + i, timer.Sleep(cx, time.Second) })
		}
		require.NoError(t, timer.Sleep(cx, 2*time.Second))
		m.AbortAll()
		require.Equal(t, 10, m.Len())
		ended, cancelled := joinKeys(t, cx, &m)
		slices.Sort(ended)
		slices.Sort(cancelled)
		require.Equal(t, []int{5, 6, 7, 8, 9}, ended)
		require.Equal(t, []int{0, 1, 2, 3, 4}, cancelled)
	})
}

// tokio: tokio-util/tests/task_join_map.rs try_join_next_empty: an empty map has nothing
// tokio: tokio-util/tests/task_join_map.rs try_join_next_no_ready_task: nothing while no task has ended, and nothing is lost
// tokio: tokio-util/tests/task_join_map.rs try_join_next_completed_task: a task that has ended comes with its key
// tokio: tokio-util/tests/task_join_map.rs try_join_next_aborted_task: an aborted one too
func TestTryJoinNextOfAMap(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[string, int]
		_, ok := m.TryJoinNext()
		require.False(t, ok)
		m.Go(cx, "forever", neverEnding)
		_, ok = m.TryJoinNext()
		require.False(t, ok)
		require.Equal(t, 1, m.Len())
		m.Go(cx, "hello", returning(42))
		require.NoError(t, future.Yield(cx))
		j, ok := m.TryJoinNext()
		require.True(t, ok)
		require.Equal(t, "hello", j.Key)
		require.Equal(t, 42, j.Value)
		m.Abort("forever")
		require.NoError(t, future.Yield(cx))
		j, ok = m.TryJoinNext()
		require.True(t, ok)
		require.Equal(t, "forever", j.Key)
		requireCancelled(t, j.Err)
		require.True(t, m.IsEmpty())
	})
}

// tokio: tokio-util/tests/task_join_map.rs try_join_next_advances_through_multiple: one call a task, each task once
func TestTryJoinNextOfAMapAdvances(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		for i := range 8 {
			m.Go(cx, i, returning(i))
		}
		require.NoError(t, future.Yield(cx))
		seen := map[int]bool{}
		for range 8 {
			j, ok := m.TryJoinNext()
			require.True(t, ok)
			require.Equal(t, j.Key, j.Value)
			seen[j.Key] = true
		}
		require.Len(t, seen, 8)
		_, ok := m.TryJoinNext()
		require.False(t, ok)
	})
}

// tokio: tokio-util/tests/task_join_map.rs duplicate_keys: the later task takes the key, the earlier one's result is never seen
// tokio: tokio-util/tests/task_join_map.rs duplicate_keys2: nor is its end, while the later one runs
// tokio: tokio-util/tests/task_join_map.rs try_join_next_skips_replaced_task: even if it had ended before it was replaced
// tokio: tokio-util/tests/task_join_map.rs duplicate_keys_drop: the replaced task is aborted
func TestALaterTaskReplacesTheOneUnderItsKey(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		var release gate
		replaced := newProbe()
		m.Go(cx, 1, returning(1))
		require.NoError(t, future.Yield(cx)) // it has ended
		m.Spawn(cx, 1, replaced)
		require.NoError(t, future.Yield(cx)) // it waits
		m.Go(cx, 1, func(cx *future.Context) (int, error) { return 3, release.pass(cx) })
		require.Equal(t, 1, m.Len())
		require.NoError(t, future.Yield(cx))
		replaced.requireDroppedOnce(t)
		_, ok := m.TryJoinNext()
		require.False(t, ok, "a replaced task was joined")
		release.open()
		j, err := m.JoinNext(cx)
		require.NoError(t, err)
		require.Equal(t, 3, j.Value)
		_, err = m.JoinNext(cx)
		require.Equal(t, io.EOF, err)
	})
}

func TestATaskWhoseKeyIsTakenIsAborted(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var m runtime.JoinMap[int, int]
	p := newProbe()
	m.Spawn(rt, 1, p)
	receive(t, p.polled)
	m.Go(rt, 1, returning(1))
	receive(t, p.dropped)
	p.requireDroppedOnce(t)
}

// A shutdown that is given up has joined some tasks: their keys are free, and the others can be joined.
func TestAShutdownOfAMapMayBeGivenUp(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	begun, release := make(chan none), make(chan none)
	var m runtime.JoinMap[string, int]
	m.SpawnBlocking(rt, "slow", func(context.Context) (int, error) { block(begun, release); return 1, nil })
	receive(t, begun)
	quick := m.Go(rt, "quick", neverEnding)
	h := newHand()
	require.False(t, isReady(h, future.Func(m.PollShutdown)))
	for m.Contains("quick") { // the map is told just after the task's end
		require.False(t, isReady(h, future.Func(m.PollShutdown)))
		goruntime.Gosched()
	}
	require.True(t, quick.IsFinished())
	require.Zero(t, m.Handle("quick").ID())
	require.Equal(t, []string{"slow"}, slices.Collect(m.Keys()))
	m.Go(rt, "quick", returning(2))
	close(release)
	for range 2 {
		j, err := m.JoinNextBlocking(t.Context())
		require.NoError(t, err)
		require.NoError(t, j.Err)
	}
	require.True(t, m.IsEmpty())
}

// tokio: tokio-util/tests/task_join_map.rs spawn_local spawn_then_shutdown: shutdown aborts and waits until the futures are gone
func TestShutdownOfAMapWaits(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		p := newProbe()
		m.Spawn(cx, 1, p)
		m.SpawnBlocking(cx, 2, func(ctx context.Context) (int, error) { <-ctx.Done(); return 2, nil })
		require.NoError(t, m.Shutdown(cx))
		require.True(t, m.IsEmpty())
		require.False(t, m.Contains(1))
		p.requireDroppedOnce(t)
		m.Go(cx, 1, returning(1))
		ended, _ := joinKeys(t, cx, &m)
		require.Equal(t, []int{1}, ended)
	})
}

func TestAMapWhoseTasksEndWhileTheyAreReplaced(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 4})
	must(t, rt, func(cx *future.Context) {
		var m runtime.JoinMap[int, int]
		for i := range 3000 {
			m.Go(cx, i%5, func(cx *future.Context) (int, error) { return i, nil })
			if i%3 == 0 {
				goruntime.Gosched()
			}
		}
		last := map[int]int{}
		for key, j := range m.All(cx) {
			require.NoError(t, j.Err)
			last[key] = j.Value
		}
		require.Equal(t, map[int]int{0: 2995, 1: 2996, 2: 2997, 3: 2998, 4: 2999}, last)
	})
}

// Who replaces tasks and never joins one keeps no more of them than a constant number, also of those that had ended; the others are
// joined none the less.
func TestAMapForgetsWhatWasReplaced(t *testing.T) {
	const replaced, kept = 1000, 10
	rt := open(t, runtime.Config{Workers: 1})
	var m runtime.JoinMap[int, int]
	var refs []weak.Pointer[runtime.JoinHandle[int]]
	for i := range replaced {
		if i%(replaced/kept) == 0 {
			m.Add(i, handleOf(t, rt, i))
		}
		h := handleOf(t, rt, i)
		refs = append(refs, weak.Make(h))
		m.Add(-1, h)
	}
	goruntime.GC()
	goruntime.GC()
	left := 0
	for _, ref := range refs {
		if ref.Value() != nil {
			left++
		}
	}
	require.Less(t, left, replaced/5)
	require.Equal(t, kept+1, m.Len())
	for range kept {
		j, ok := m.TryJoinNext()
		require.True(t, ok)
		require.Equal(t, j.Key, j.Value)
	}
	j, ok := m.TryJoinNext()
	require.True(t, ok)
	require.Equal(t, replaced-1, j.Value)
	require.True(t, m.IsEmpty())
}
