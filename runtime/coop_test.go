package runtime_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// drain polls f's kind of future a thousand times in one poll, and returns how often it was ready before it was not.
func drain(t testing.TB, rt *runtime.Runtime, wrap func(future.Future[none]) future.Future[none], poll func(cx *future.Context) bool) (ready int) {
	t.Helper()
	must(t, rt, func(cx *future.Context) {
		_, err := future.Await(cx, wrap(future.Func(func(cx *future.Context) (none, bool, error) {
			for range 1000 {
				if !poll(cx) {
					break
				}
				ready++
			}
			return none{}, true, nil
		})))
		require.NoError(t, err)
	})
	return ready
}

func itself[T any](f future.Future[T]) future.Future[T] { return f }

func consume(cx *future.Context) bool {
	_, ready, _ := future.PollConsumeBudget(cx)
	return ready
}

// tokio: T1 tests/rt_common.rs coop: of many operations that are ready, one poll completes a budget's worth
// tokio: T2 tests/rt_common.rs coop_unconstrained: without a budget all of them
// tokio: T3 tests/rt_common.rs coop_consume_budget: consuming the budget by hand stops at the same number
// covers: F80 F82 F85
func TestOnePollCompletesABudgetsWorth(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var joined runtime.JoinSet[int]
	fill := func() {
		for range 1000 {
			joined.Add(runtime.Go[int](rt, nil))
		}
	}
	join := func(cx *future.Context) bool {
		_, ready, _ := joined.PollJoinNext(cx)
		return ready
	}
	fill()
	require.Equal(t, future.Budget, drain(t, rt, itself, join))
	joined.Close(nil)
	fill()
	require.Equal(t, 1000, drain(t, rt, future.Unconstrained, join))
	require.Equal(t, future.Budget, drain(t, rt, itself, consume))
	require.Equal(t, 1000, drain(t, rt, future.Unconstrained, consume))
}

// tokio: src/task/coop/mod.rs budgeting: what was not ready costs nothing, and a budget lasts for one poll
// tokio: src/task/coop/mod.rs cooperative: a leaf that does not spend is made to
// covers: F81 F84
func TestCooperativeSpendsForALeafThatDoesNot(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	greedy := true
	leaf := future.Func(func(*future.Context) (none, bool, error) { return none{}, greedy, nil })
	poll := func(f future.Future[none]) func(cx *future.Context) bool {
		return func(cx *future.Context) bool {
			_, ready, _ := f.Poll(cx)
			return ready
		}
	}
	require.Equal(t, 1000, drain(t, rt, itself, poll(leaf)))
	require.Equal(t, future.Budget, drain(t, rt, itself, poll(future.Cooperative(leaf))))
	greedy = false
	require.Equal(t, future.Budget, drain(t, rt, itself, func(cx *future.Context) bool {
		future.Cooperative(leaf).Poll(cx)
		return consume(cx)
	}))
	require.Nil(t, future.Cooperative[none](nil))
	require.Nil(t, future.Unconstrained[none](nil))
}

// tokio: T87 tests/coop_budget.rs test_has_budget_remaining: there is some at first, and none after a budget's worth
// covers: F83
func TestHasBudgetRemainingOnlyLooks(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	polls := 0
	f := future.Func(func(cx *future.Context) (none, bool, error) {
		polls++
		require.True(t, cx.HasBudgetRemaining())
		for range future.Budget {
			require.True(t, consume(cx))
		}
		require.False(t, cx.HasBudgetRemaining())
		return none{}, polls == 2, nil
	})
	h := runtime.Spawn(rt, f)
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.Equal(t, 1, polls, "looking asks for no other poll")
	h.Abort()
	require.True(t, (*future.Context)(nil).HasBudgetRemaining())
}

// tokio: T7 tests/rt_common.rs coop_yield_defers_until_park: a loop that consumes its budget lets the other tasks run
func TestConsumeBudgetLetsOthersRun(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		turns := 0
		other := runtime.Go(cx, func(cx *future.Context) (none, error) {
			for {
				turns++
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
			}
		})
		for range 10 * future.Budget {
			require.NoError(t, future.ConsumeBudget(cx))
		}
		require.GreaterOrEqual(t, turns, 9)
		other.Abort()
	})
}

func TestUnconstrainedGivesTheBudgetBack(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		require.NoError(t, future.Yield(cx)) // a fresh budget
		spent := 0
		_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			for range 3 {
				consume(cx)
			}
			future.Unconstrained(future.Func(func(cx *future.Context) (none, bool, error) {
				for range 1000 {
					require.True(t, consume(cx))
				}
				return none{}, true, nil
			})).Poll(cx)
			func() { // also after a panic
				defer func() { require.Equal(t, "boom", recover()) }()
				future.Unconstrained(future.Func(func(*future.Context) (none, bool, error) { panic("boom") })).Poll(cx)
			}()
			for consume(cx) {
				spent++
			}
			return none{}, true, nil
		}))
		require.NoError(t, err)
		require.Equal(t, future.Budget-3, spent)
	})
}

// A function that blocks keeps nobody waiting: it needs no budget, and the poll that has called it goes on with what it had.
//
// tokio: T73 tests/task_blocking.rs coop_disabled_in_block_in_place: what is polled in place costs no budget, and needs none
// tokio: T39 tests/rt_threaded.rs coop_and_block_in_place: afterwards the poll has the budget that it had before
func TestBlockInPlaceSuspendsTheBudget(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	const before = 3
	takes := func(cx *future.Context) func() (int, error) {
		return func() (n int, err error) {
			for n < 10*future.Budget && consume(cx) {
				n++
			}
			return n, nil
		}
	}
	polls := 0
	_, err := result(t, runtime.Spawn(rt, future.Func(func(cx *future.Context) (none, bool, error) {
		if polls++; polls > 1 {
			return none{}, true, nil
		}
		for range before {
			require.True(t, consume(cx))
		}
		taken, _ := runtime.BlockInPlace(cx, takes(cx))
		require.Equal(t, 10*future.Budget, taken, "no budget")
		require.PanicsWithValue(t, "boom", func() {
			_, _ = runtime.BlockInPlace(cx, func() (none, error) { panic("boom") })
		})
		left, _ := takes(cx)()
		require.Equal(t, future.Budget-before, left, "the poll's own budget, also after a panic")
		taken, _ = runtime.BlockInPlace(cx, takes(cx))
		require.Equal(t, 10*future.Budget, taken, "nor is one needed")
		require.False(t, consume(cx))
		return none{}, false, nil // and the task has asked for its next turn
	})))
	require.NoError(t, err)
	require.Equal(t, 2, polls)
}

// A body may await in such a function, which then ends in another poll: that one's budget is not touched.
func TestABodyThatAwaitsInPlaceKeepsTheBudgetOfItsNextPoll(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		_, err := runtime.BlockInPlace(cx, func() (none, error) { return none{}, future.Yield(cx) })
		require.NoError(t, err)
		left := 0
		for cx.HasBudgetRemaining() {
			require.True(t, consume(cx))
			left++
		}
		require.Equal(t, future.Budget, left)
	})
}

func TestBudgetWrappersDropWhatTheyHold(t *testing.T) {
	for _, wrap := range []func(future.Future[int]) future.Future[int]{
		future.Unconstrained[int], future.Cooperative[int],
		func(f future.Future[int]) future.Future[int] { return runtime.Scoped(number, 1, f) },
	} {
		rt := open(t, runtime.Config{Workers: 1})
		p := newProbe()
		h := runtime.Spawn(rt, wrap(p))
		receive(t, p.polled)
		h.Abort()
		_, err := result(t, h)
		requireCancelled(t, err)
		p.requireDroppedOnce(t)
	}
}

// A blocking function's poll has no budget, and needs none.
func TestABlockingFunctionHasNoBudget(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	n, err := runtime.SpawnBlocking(rt, func(ctx context.Context) (int, error) {
		n := 0
		for range 1000 {
			if _, err := future.Wait(ctx, future.Func(future.PollConsumeBudget)); err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}).Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1000, n)
}
