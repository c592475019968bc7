package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
)

func TestPollConsumeBudgetTakesOneUnit(t *testing.T) {
	e := newExecutor(t)
	e.local.BeginPoll()
	for range future.Budget {
		require.True(t, e.cx.HasBudgetRemaining())
		_, ready, err := future.PollConsumeBudget(&e.cx)
		require.True(t, ready)
		require.NoError(t, err)
	}
	require.False(t, e.cx.HasBudgetRemaining())
	require.False(t, e.local.TakeAgain(), "nobody has asked for another poll")
	_, ready, _ := future.PollConsumeBudget(&e.cx)
	require.False(t, ready)
	require.True(t, e.local.TakeAgain())
	require.EqualValues(t, 1, e.local.BudgetYields)
}

func TestUnconstrainedLeavesTheBudgetAsItWas(t *testing.T) {
	e := newExecutor(t)
	e.local.BeginPoll()
	f := future.Unconstrained(future.Func(func(cx *future.Context) (int, bool, error) {
		for range 10 * future.Budget {
			_, ready, _ := future.PollConsumeBudget(cx)
			require.True(t, ready)
		}
		return 0, true, nil
	}))
	f.Poll(&e.cx)
	require.Zero(t, e.local.BudgetYields)
	for range future.Budget {
		require.True(t, e.cx.HasBudget())
		e.cx.Spend()
	}
	require.False(t, e.cx.HasBudget())
}

// Without a worker there is no budget, and nobody waits for one.
func TestWithoutAWorkerTheBudgetIsEndless(t *testing.T) {
	var cx future.Context
	for range 10 * future.Budget {
		_, ready, _ := future.PollConsumeBudget(&cx)
		require.True(t, ready)
	}
	_, ready, _ := future.Unconstrained(future.Func(future.PollConsumeBudget)).Poll(&cx)
	require.True(t, ready)
}

func TestOnlyAPollWithBudgetSpendsAtOnce(t *testing.T) {
	var none *future.Context
	require.False(t, none.TrySpend())
	e := newExecutor(t)
	require.False(t, e.cx.TrySpend(), "no poll has begun")
	e.local.BeginPoll()
	if invariant.Enabled {
		require.False(t, e.cx.TrySpend(), "checking builds take the long way")
		return
	}
	for range future.Budget - 1 {
		require.True(t, e.cx.TrySpend())
		e.cx.Refund()
		require.True(t, e.cx.TrySpend(), "a unit was given back")
	}
	require.False(t, e.cx.TrySpend(), "the last unit goes the long way")
	require.False(t, e.local.TakeAgain(), "it asks for nothing")
	require.True(t, e.cx.HasBudget())
	e.cx.Spend()
	require.False(t, e.cx.HasBudget())
	require.Equal(t, uint64(1), e.local.BudgetYields)
}
