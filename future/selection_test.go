package future_test

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// inBody runs body as a task of e, as far as it gets.
func inBody(e *executor, body func(cx *future.Context) error) *handle[struct{}] {
	h := spawnBody(e, body)
	e.run()
	return h
}

func keep(to *int) func(int, error) error {
	return func(v int, err error) error {
		*to = v
		return err
	}
}

// covers: F96
// tokio: tests/macros_select.rs no_branch_else_only: Else alone is chosen at once
// tokio: tests/macros_select.rs no_branch_else_only_biased: also in a biased select
func TestElseAloneIsChosen(t *testing.T) {
	e := newExecutor(t)
	chosen := 0
	h := inBody(e, func(cx *future.Context) error {
		other := future.Else(func() error { chosen++; return nil })
		return errors.Join(future.Select(cx, other), future.SelectBiased(cx, other), future.Select(cx, future.Else(nil)))
	})
	require.True(t, h.IsComplete())
	require.NoError(t, h.err)
	require.Equal(t, 2, chosen)
}

// tokio: src/macros/select.rs without else: all branches disabled is an error that says so
func TestASelectWithoutAnyBranchIsAnError(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	h := inBody(e, func(cx *future.Context) error {
		require.ErrorIs(t, future.Select(cx), future.ErrNoBranch)
		return future.Select(cx, future.On(g, nil).If(false))
	})
	require.ErrorIs(t, h.err, future.ErrNoBranch)
	require.Equal(t, []int{0, 1}, []int{g.polls, g.drops})
}

// covers: F94
// tokio: tests/macros_select.rs disable_with_if: a disabled branch is not polled
// tokio: tests/macros_select.rs use_future_in_if_condition: a disabled branch does not win
func TestADisabledBranchIsNotPolled(t *testing.T) {
	e := newExecutor(t)
	off, on := &gate{isOpen: true}, &gate{}
	got := 0
	h := inBody(e, func(cx *future.Context) error {
		return future.Select(cx, future.On(off, nil).If(false), future.On(on, keep(&got)).If(true))
	})
	require.False(t, h.IsComplete())
	on.open(7)
	e.run()
	require.NoError(t, h.err)
	require.Equal(t, 7, got)
	require.Equal(t, []int{0, 1}, []int{off.polls, off.drops}, "it was given away, so it is dropped")
}

// covers: F95
// tokio: tests/macros_select.rs future_panics_after_poll: a result that does not match disables its branch, which is polled no more
func TestAResultThatDoesNotMatchDisablesItsBranch(t *testing.T) {
	e := newExecutor(t)
	once, other := &gate{isOpen: true}, &gate{}
	got := 0
	h := inBody(e, func(cx *future.Context) error {
		return future.Select(cx,
			future.On(once, keep(nil)).Match(func(int, error) bool { return false }),
			future.On(other, keep(&got)))
	})
	require.False(t, h.IsComplete())
	e.queue.Push(&h.Header) // for no reason
	h.Notify()
	e.run()
	require.Equal(t, []int{1, 0}, []int{once.polls, once.drops})
	other.open(1)
	e.run()
	require.True(t, h.IsComplete())
	require.Equal(t, 1, got)
	require.Zero(t, once.drops, "it was ready")
}

// tokio: tests/macros_select.rs select_streams: a loop that ends when all sources have, through Match and Else
func TestALoopOverSourcesEndsWithTheLast(t *testing.T) {
	source := func(left int) future.Future[int] {
		return future.Func(func(*future.Context) (int, bool, error) {
			if left == 0 {
				return 0, true, io.EOF
			}
			left--
			return left, true, nil
		})
	}
	e := newExecutor(t)
	got := 0
	h := inBody(e, func(cx *future.Context) error {
		more := func(_ int, err error) bool { return err != io.EOF }
		count := func(int, error) error { got++; return nil }
		a, b := future.On(source(3), count).Match(more), future.On(source(5), count).Match(more)
		end := future.Else(func() error { return io.EOF })
		for {
			if err := future.Select(cx, a, b, end); err != nil {
				return err
			}
		}
	})
	require.Equal(t, io.EOF, h.err)
	require.Equal(t, 8, got)
}

// tokio: tests/macros_select.rs join_with_select: a select in a loop, with guards, waits for both
func TestASelectInALoopWithGuardsWaitsForBoth(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{}, &gate{}
	values := map[string]int{}
	h := inBody(e, func(cx *future.Context) error {
		take := func(name string) func(int, error) error {
			return func(v int, err error) error { values[name] = v; return err }
		}
		onA, onB := future.On(future.Ref[int](a), take("a")), future.On(future.Ref[int](b), take("b"))
		for len(values) < 2 {
			_, hasA := values["a"]
			_, hasB := values["b"]
			if err := future.Select(cx, onA.If(!hasA), onB.If(!hasB)); err != nil {
				return err
			}
		}
		return nil
	})
	a.open(123)
	e.run()
	require.False(t, h.IsComplete())
	b.open(456)
	e.run()
	require.NoError(t, h.err)
	require.Equal(t, map[string]int{"a": 123, "b": 456}, values)
	require.Zero(t, a.drops+b.drops)
}

// tokio: tests/macros_select.rs biased_eventually_ready: guards and order decide which branch of a biased loop runs
func TestABiasedLoopTakesBranchesInOrder(t *testing.T) {
	e := newExecutor(t)
	var order []string
	step := func(name string) func(int, error) error {
		return func(int, error) error { order = append(order, name); return nil }
	}
	h := inBody(e, func(cx *future.Context) error {
		var polls []int
		one := future.On(future.Ready(0), step("one"))
		two := future.On(future.Ref(yields(2, 2, &polls)), step("two"))
		three := future.On(future.Ref(yields(3, 2, &polls)), step("three"))
		for len(order) < 4 {
			n := len(order)
			err := future.SelectBiased(cx, two.If(n == 1), three.If(n == 2), one.If(n < 1),
				future.Else(func() error { return step("else")(0, nil) }))
			if err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, h.err)
	require.Equal(t, []string{"one", "two", "three", "else"}, order)
}

// tokio: tests/macros_select.rs many_branches: 64 branches are as good as two
func TestASelectTakesManyBranches(t *testing.T) {
	e := newExecutor(t)
	got, sum := 0, 0
	branches := make([]future.Branch, 64)
	for i := range branches {
		branches[i] = future.On(future.Ready(1), keep(&got))
	}
	h := inBody(e, func(cx *future.Context) error {
		for range 100 {
			if err := future.Select(cx, branches...); err != nil {
				return err
			}
			sum += got
		}
		return nil
	})
	require.NoError(t, h.err)
	require.Equal(t, 100, sum)
}

// tokio: tests/macros_select.rs nested_one: a handler may select again
// tokio: tests/macros_select.rs drop_in_fut: the others are dropped before the handler runs
func TestAHandlerRunsInTheBodyAfterTheOthersWereDropped(t *testing.T) {
	e := newExecutor(t)
	loser := &gate{}
	got := 0
	h := inBody(e, func(cx *future.Context) error {
		return future.Select(cx,
			future.On(loser, nil),
			future.On(future.Ready(1), func(a int, _ error) error {
				require.Equal(t, 1, loser.drops)
				return future.Select(cx, future.On(future.Ready(a+1), keep(&got)))
			}))
	})
	require.NoError(t, h.err)
	require.Equal(t, 2, got)
}

func TestASelectReturnsWhatItsHandlerReturns(t *testing.T) {
	e := newExecutor(t)
	inBody(e, func(cx *future.Context) error {
		require.NoError(t, future.Select(cx, future.On(future.ReadyErr[int](io.EOF), func(int, error) error { return nil })))
		require.Equal(t, errPlanned, future.Select(cx, future.On(future.Ready(1), func(int, error) error { return errPlanned })))
		require.Equal(t, io.EOF, future.Select(cx, future.On(future.ReadyErr[int](io.EOF), nil)), "without a handler, the future's error")
		return nil
	})
}

func TestANilFutureInADisabledBranchDoesNotMatter(t *testing.T) {
	e := newExecutor(t)
	got := 0
	inBody(e, func(cx *future.Context) error {
		missing := future.On[int](nil, nil)
		require.NoError(t, future.Select(cx, missing.If(false), future.On(future.Ready(1), keep(&got))))
		require.ErrorIs(t, future.Select(cx, missing.If(true), future.On(future.Ready(2), keep(&got))), future.ErrNilFuture)
		return nil
	})
	require.Equal(t, 1, got)
}

func TestASelectFormIsFairAndBudgetAware(t *testing.T) {
	e := newExecutor(t)
	e.local.Seed(9)
	var won [3]int
	var polls int
	h := inBody(e, func(cx *future.Context) error {
		var branches []future.Branch
		for i := range won {
			branches = append(branches, future.On(future.Func(takes), func(int, error) error { won[i]++; return nil }))
		}
		for range 3000 {
			if err := future.Select(cx, branches...); err != nil {
				return err
			}
		}
		polls = e.polls
		return nil
	})
	require.NoError(t, h.err)
	for _, n := range won {
		require.InDelta(t, 1000, n, 150)
	}
	require.Equal(t, 3000/future.Budget+1, polls)
}

// tokio: tests/macros_select.rs select_is_budget_aware: without budget nothing is polled, even what is ready
func TestASelectFormWithoutBudgetWaitsForTheNextTurn(t *testing.T) {
	e := newExecutor(t)
	h := inBody(e, func(cx *future.Context) error {
		for range future.Budget {
			if _, err := future.AwaitPoll(cx, takes, nil); err != nil {
				return err
			}
		}
		before := e.polls
		err := future.Select(cx, future.On(future.Ready(1), nil))
		require.Equal(t, before+1, e.polls)
		return err
	})
	require.NoError(t, h.err)
}

func TestASelectThatIsCancelledDropsItsFuturesAndRunsNoHandler(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{}, &gate{}
	h := inBody(e, func(cx *future.Context) error {
		return future.Select(cx, future.On(a, keep(nil)), future.On(b, keep(nil)).If(false))
	})
	e.abort(h.task)
	e.run()
	require.True(t, h.cancelled)
	require.Equal(t, []int{1, 1}, []int{a.drops, b.drops})
}
