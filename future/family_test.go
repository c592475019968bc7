package future_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// yields is a future that notes its number at each poll and is ready at poll number n.
func yields(number, n int, order *[]int) future.Future[int] {
	return future.Func(func(cx *future.Context) (int, bool, error) {
		*order = append(*order, number)
		if n--; n > 0 {
			cx.Again()
			return 0, false, nil
		}
		return number, true, nil
	})
}

// covers: F98
// tokio: tests/macros_join.rs sync_one_lit_expr_comma: a join of futures that are ready is ready at its first poll
// tokio: tests/macros_join.rs sync_two_lit_expr_comma: each value stands in its own place
func TestAJoinOfReadyFuturesIsReadyAtOnce(t *testing.T) {
	e := newExecutor(t)
	h := spawn(e, future.Join2(future.Ready(1), future.Ready("two")))
	e.run()
	require.Equal(t, 1, e.polls)
	require.NoError(t, h.err)
	require.Equal(t, future.Results2[int, string]{A: future.Result[int]{Value: 1}, B: future.Result[string]{Value: "two"}}, h.value)
}

// tokio: tests/macros_join.rs two_await: the branches finish in any order and keep their places
func TestAJoinWaitsForAllInAnyOrder(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{err: errPlanned}, &gate{}
	h := spawn(e, future.Join2(a, b))
	e.run()
	b.open(123)
	e.run()
	require.False(t, h.IsComplete())
	a.open(7)
	e.run()
	require.NoError(t, h.err)
	got, err := h.value.A.Get()
	require.Equal(t, 7, got)
	require.ErrorIs(t, err, errPlanned, "an error is a result like others")
	require.Equal(t, 123, h.value.B.Value)
	require.Zero(t, a.drops+b.drops)
	require.Equal(t, 2, b.polls, "a branch is not polled after it was ready")
}

// requireOrder requires that each poll of a join of the family begins with the future at first(turn), whatever its size.
func requireOrder(t *testing.T, family string, first func(turn int) int) {
	t.Helper()
	for n, join := range fixed[family] {
		const turns = 4
		var order, want []int
		fs := make(ints, n)
		for i := range fs {
			fs[i] = yields(i, turns, &order)
		}
		e := newExecutor(t)
		spawn(e, join.build(fs))
		e.run()
		for turn := range turns {
			for i := range n {
				want = append(want, (first(turn)+i)%n)
			}
		}
		require.Equal(t, want, order, "%s%d", family, n)
	}
}

func inTurn(turn int) int { return turn }
func always(int) int      { return 0 }

// tokio: tests/macros_join.rs a_different_future_is_polled_first_every_time_poll_fn_is_polled: a join rotates
func TestAJoinPollsAnotherFutureFirstEachTime(t *testing.T) { requireOrder(t, "Join", inTurn) }

// tokio: tests/macros_join.rs futures_are_polled_in_order_in_biased_mode: a biased join does not rotate
func TestABiasedJoinPollsInOrder(t *testing.T) { requireOrder(t, "JoinBiased", always) }

// tokio: tests/macros_try_join.rs a_different_future_is_polled_first_every_time_poll_fn_is_polled: a try join rotates too
func TestATryJoinPollsAnotherFutureFirstEachTime(t *testing.T) { requireOrder(t, "TryJoin", inTurn) }

// tokio: tests/macros_try_join.rs futures_are_polled_in_order_in_biased_mode: a biased try join does not rotate
func TestABiasedTryJoinPollsInOrder(t *testing.T) { requireOrder(t, "TryJoinBiased", always) }

// takes is a leaf that is always ready, as far as the budget goes.
func takes(cx *future.Context) (int, bool, error) {
	if !cx.HasBudget() {
		return 0, false, nil
	}
	cx.Spend()
	return 1, true, nil
}

// greedy takes a whole budget five times; modest takes five times one unit.
func greedyAndModest() (greedy, modest future.Future[int]) {
	takeAll := func(n int) func(cx *future.Context) (int, error) {
		return func(cx *future.Context) (taken int, err error) {
			for range 5 {
				for range n {
					if _, err := future.AwaitPoll(cx, takes, nil); err != nil {
						return taken, err
					}
				}
				taken++
			}
			return taken, nil
		}
	}
	return future.Async(takeAll(future.Budget)), future.Async(takeAll(1))
}

// tokio: tests/macros_join.rs join_does_not_allow_tasks_to_starve: a branch that uses up the budget holds nobody up for good
func TestAJoinDoesNotStarveABranch(t *testing.T) {
	e := newExecutor(t)
	h := spawn(e, future.Join2(greedyAndModest()))
	e.run()
	require.Equal(t, []int{5, 5}, []int{h.value.A.Value, h.value.B.Value})
	require.Less(t, e.polls, 12)
}

// tokio: tests/macros_try_join.rs try_join_does_not_allow_tasks_to_starve: nor does a try join
func TestATryJoinDoesNotStarveABranch(t *testing.T) {
	e := newExecutor(t)
	h := spawn(e, future.TryJoin2(greedyAndModest()))
	e.run()
	require.Equal(t, future.Values2[int, int]{A: 5, B: 5}, h.value)
}

// tokio: T55 tests/rt_unstable_metrics.rs budget_exhaustion_yield_with_joins: a budget that two branches use up is counted once
func TestABudgetThatTwoBranchesUseUpIsCountedOnce(t *testing.T) {
	take := func(n int) future.Future[int] {
		return future.Async(func(cx *future.Context) (int, error) {
			for range n {
				if _, err := future.AwaitPoll(cx, takes, nil); err != nil {
					return 0, err
				}
			}
			return n, nil
		})
	}
	e := newExecutor(t)
	h := spawn(e, future.Join2(take(future.Budget/2), take(future.Budget/2+1)))
	e.run()
	require.True(t, h.IsComplete())
	require.Equal(t, 2, e.polls)
	require.EqualValues(t, 1, e.local.BudgetYields)
}

// covers: F86 F99
// tokio: tests/macros_try_join.rs err_abort_early: the first error ends it and drops the branches that wait
func TestATryJoinEndsWithTheFirstError(t *testing.T) {
	e := newExecutor(t)
	a, b, c := &gate{}, &gate{err: errPlanned}, &gate{}
	h := spawn(e, future.TryJoin3(a, b, c))
	e.run()
	a.open(1)
	e.run()
	b.open(2)
	e.run()
	require.ErrorIs(t, h.err, errPlanned)
	require.Zero(t, h.value)
	require.Equal(t, []int{0, 0, 1}, []int{a.drops, b.drops, c.drops})
}

// tokio: tests/macros_try_join.rs two_await: with all of them right, each value stands in its place
func TestATryJoinReturnsTheValues(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{}, &gate{}
	h := spawn(e, future.TryJoin2(a, b))
	e.run()
	b.open(2)
	e.run()
	a.open(1)
	e.run()
	require.NoError(t, h.err)
	require.Equal(t, future.Values2[int, int]{A: 1, B: 2}, h.value)
}

// covers: F92
// tokio: tests/macros_select.rs one_ready: the branch that is ready wins
// tokio: tests/macros_select.rs never_branch_no_warnings: a branch that is never ready hides nothing
func TestASelectReturnsTheBranchThatIsReady(t *testing.T) {
	for range 20 {
		e := newExecutor(t)
		other := &gate{}
		h := spawn(e, future.Select3(other, future.Ready("two"), future.Pending[bool]()))
		e.run()
		require.NoError(t, h.err)
		require.Equal(t, future.Selected3[int, string, bool]{Index: 1, B: "two"}, h.value)
		require.Equal(t, 1, other.drops)
	}
}

// tokio: tests/macros_select.rs sync_two: only one of two ready branches is taken, and the other one is not polled
func TestASelectTakesOneOfTwoThatAreReady(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{isOpen: true}, &gate{isOpen: true}
	h := spawn(e, future.Select2(a, b))
	e.run()
	require.Equal(t, 1, a.polls+b.polls)
	require.Equal(t, 1, a.drops+b.drops)
	require.Equal(t, h.value.Index, b.polls)
}

// tokio: tests/macros_select.rs move_uncompleted_futures: what was given as a Ref goes on after the select
func TestARefSurvivesASelect(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{isOpen: true, value: 1}, &gate{isOpen: true, value: 2}
	sum := 0
	spawnBody(e, func(cx *future.Context) error {
		first, err := future.AwaitSelect2(cx, future.Ref(a), future.Ref(b))
		if err != nil {
			return err
		}
		rest := []*gate{b, a}[first.Index]
		second, err := future.Await(cx, rest)
		sum = first.A + first.B + second
		return err
	})
	e.run()
	require.Equal(t, 3, sum)
	require.Zero(t, a.drops+b.drops)
}

// tokio: tests/macros_select.rs nested: a select inside a branch of a select
func TestSelectsNest(t *testing.T) {
	e := newExecutor(t)
	inner := future.Select2(future.Pending[int](), future.Ready("deep"))
	h := spawn(e, future.Select2(future.Pending[int](), inner))
	e.run()
	require.Equal(t, 1, h.value.Index)
	require.Equal(t, "deep", h.value.B.B)
}

// sized is a combinator of n futures.
type sized struct {
	combinator
	n int
}

// selects returns the select of that name in each size: the one of the family, and the one over branches.
func selects(name string) map[string]sized {
	forms := make(map[string]sized)
	for n, c := range fixed[name] {
		forms[fmt.Sprint(name, n)] = sized{c, n}
		forms[fmt.Sprint(name, " over On, ", n)] = sized{anyNumber[name+" over On"], n}
	}
	return forms
}

// covers: F93
// tokio: tests/macros_select.rs biased_one_not_ready: in a biased select the first that is ready wins
func TestABiasedSelectTakesTheFirstThatIsReady(t *testing.T) {
	for name, c := range selects("SelectBiased") {
		for range 50 {
			var polls []int
			fs := make(ints, c.n)
			for i := range fs {
				fs[i] = yields(i, 1, &polls)
			}
			fs[0] = yields(0, 2, &polls)
			e := newExecutor(t)
			h := spawn(e, c.build(fs))
			e.run()
			require.Equal(t, 1, h.value.index, name)
			require.Equal(t, []int{0, 1}, polls, name)
		}
	}
}

// tokio: src/macros/select.rs random start: no branch that is always ready hides the others
func TestASelectIsFair(t *testing.T) {
	for _, seeded := range []bool{false, true} {
		for name, c := range selects("Select") {
			e := newExecutor(t)
			if seeded {
				e.local.Seed(1)
			}
			won := make([]int, c.n)
			for range 1000 * c.n {
				fs := make(ints, c.n)
				for i := range fs {
					fs[i] = future.Ready(10 + i)
				}
				h := spawn(e, c.build(fs))
				e.run()
				won[h.value.index]++
			}
			for i, times := range won {
				require.InDelta(t, 1000, times, 200, "%s, branch %d", name, i)
			}
		}
	}
}

// Each poll chooses anew, so that no branch is first for as long as the select waits.
func TestEachPollOfASelectBeginsAnew(t *testing.T) {
	for name, c := range selects("Select") {
		var polls []int
		fs := make(ints, c.n)
		for i := range fs {
			fs[i] = yields(i, 100, &polls)
		}
		e := newExecutor(t)
		e.local.Seed(7)
		spawn(e, c.build(fs))
		e.run()
		first := make(map[int]bool)
		for turn := range 99 {
			first[polls[turn*c.n]] = true
		}
		require.Len(t, first, c.n, name)
	}
}

// choices returns which of two ready branches won, in 64 selects.
func choices(e *executor) (won []int) {
	for range 64 {
		h := spawn(e, future.Select2(future.Ready(0), future.Ready(0)))
		e.run()
		won = append(won, h.value.Index)
	}
	return won
}

// covers: F97
// tokio: tests/macros_select.rs deterministic_select_current_thread: the same seed gives the same choices
func TestASeedFixesTheChoicesOfSelect(t *testing.T) {
	a, b, other := newExecutor(t), newExecutor(t), newExecutor(t)
	a.local.Seed(42)
	b.local.Seed(42)
	other.local.Seed(43)
	first := choices(a)
	require.Equal(t, first, choices(b))
	require.NotEqual(t, first, choices(other))
}

// tokio: tests/macros_select.rs select_is_budget_aware: without budget a select polls nothing, even what is ready
func TestASelectWithoutBudgetPollsNothing(t *testing.T) {
	e := newExecutor(t)
	g := &gate{isOpen: true}
	for _, f := range []future.Future[future.Selected2[int, int]]{
		future.Select2(g, future.Ready(0)), future.SelectBiased2(g, future.Ready(0)),
	} {
		e.local.BeginPoll()
		for range future.Budget {
			takes(&e.cx)
		}
		_, ready, _ := f.Poll(&e.cx)
		require.False(t, ready)
		require.True(t, e.local.TakeAgain(), "it asks for another turn")
		require.Zero(t, g.polls)
	}
}

// tokio: src/macros/select.rs poll_budget_available: the check costs nothing
func TestASelectCostsNoBudget(t *testing.T) {
	e := newExecutor(t)
	e.local.BeginPoll()
	for range 2 * future.Budget {
		_, ready, _ := future.Select2(future.Ready(0), future.Ready(0)).Poll(&e.cx)
		require.True(t, ready)
	}
}

func TestANilFutureEndsACombinatorAtItsFirstPoll(t *testing.T) {
	for name, family := range fixed {
		for n, c := range family {
			for missing := range n {
				checkNil(t, name, c, n, missing)
			}
		}
	}
	for name, c := range anyNumber {
		if c.rule != anyOrder && name != "Ordered" { // these yield it as the item's error
			checkNil(t, name, c, 3, 1)
		}
	}
}

func checkNil(t *testing.T, name string, c combinator, n, missing int) {
	e := newExecutor(t)
	gates := make([]*gate, n)
	fs := make(ints, n)
	for i := range n {
		gates[i] = &gate{isOpen: true}
		fs[i] = gates[i]
	}
	fs[missing] = nil
	f := c.build(fs)
	e.local.BeginPoll()
	_, ready, err := f.Poll(&e.cx)
	require.True(t, ready, name)
	require.ErrorIs(t, err, future.ErrNilFuture)
	for i, g := range gates {
		require.Zero(t, g.polls)
		require.Equal(t, i != missing, g.drops == 1, "%s: branch %d", name, i)
	}
}

func TestASelectTellsWhichFutureIsNil(t *testing.T) {
	e := newExecutor(t)
	h := spawn(e, future.Select3[int, int, int](future.Pending[int](), nil, nil))
	e.run()
	require.ErrorIs(t, h.err, future.ErrNilFuture)
	require.Equal(t, 1, h.value.Index)
}

// A Drop that panics does not keep the other branches from being dropped, once each.
func TestAPanicInADropDoesNotKeepTheOthersFromBeingDropped(t *testing.T) {
	boom := errors.New("boom")
	check := func(name string, c combinator, n, bad int) {
		e := newExecutor(t)
		gates := make([]*gate, n)
		fs := make(ints, n)
		for i := range n {
			gates[i] = &gate{}
			fs[i] = gates[i]
		}
		gates[bad].onDrop = func(*future.Context) { panic(boom) }
		f := c.build(fs)
		e.local.BeginPoll()
		f.Poll(&e.cx)
		_, panicked := guard(func() bool { future.Drop(&e.cx, f); return true })
		if p, ok := panicked.(*future.Panic); ok {
			panicked = p.Value
		}
		require.Equal(t, boom, panicked, "%s%d", name, n)
		for i, g := range gates {
			require.Equal(t, 1, g.drops, "%s%d: branch %d of which %d panics", name, n, i, bad)
		}
	}
	for name, family := range fixed {
		for n, c := range family {
			for bad := range n {
				check(name, c, n, bad)
			}
		}
	}
	for name, c := range anyNumber {
		for bad := range 4 {
			check(name, c, 4, bad)
		}
	}
}

// The Drop of a loser panics in the last poll: who holds the combinator then drops it, and nothing is dropped twice.
func TestAPanicInTheDropOfALoserDropsNothingTwice(t *testing.T) {
	check := func(name string, c combinator, n int) {
		if c.rule == all || c.rule == anyOrder {
			return
		}
		e := newExecutor(t)
		winner := &gate{isOpen: true, err: errPlanned}
		losers := make([]*gate, n-1)
		fs := make(ints, n)
		for i := range losers {
			losers[i] = &gate{}
			fs[i] = losers[i]
		}
		losers[0].onDrop = func(*future.Context) { panic("in Drop") }
		fs[n-1] = winner
		h := spawnAndRun(e, c.build(fs))
		require.NotNil(t, h.panicked, name)
		require.Zero(t, winner.drops)
		for _, g := range losers {
			require.Equal(t, 1, g.drops, name)
		}
	}
	for name, family := range fixed {
		for n, c := range family {
			check(name, c, n)
		}
	}
	for name, c := range anyNumber {
		check(name, c, 3)
	}
}
