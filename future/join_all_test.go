package future_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

func TestJoinAllKeepsTheOrderAndPollsOnlyWhatWasWoken(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{err: errPlanned}, &gate{}
	h := spawn(e, future.JoinAll[int](a, b, future.Ready(3)))
	e.run()
	b.open(2)
	e.run()
	require.Equal(t, []int{1, 2}, []int{a.polls, b.polls})
	a.open(1)
	e.run()
	require.NoError(t, h.err)
	require.Equal(t, []future.Result[int]{{Value: 1, Err: errPlanned}, {Value: 2}, {Value: 3}}, h.value)
}

// tokio: tests/macros_join.rs empty_join: a join of nothing is ready at once
// tokio: tests/macros_try_join.rs empty_try_join: so is a try join
func TestAJoinOfNothingIsReadyAtOnce(t *testing.T) {
	e := newExecutor(t)
	h, try := spawn(e, future.JoinAll[int]()), spawn(e, future.TryJoinAll[int]())
	e.run()
	require.True(t, h.IsComplete() && try.IsComplete())
	require.Empty(t, h.value)
	require.Empty(t, try.value)
	require.NoError(t, errors.Join(h.err, try.err))
}
