package hand_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/hand"
)

func TestATaskOfAWorkerShowsThatItWasWoken(t *testing.T) {
	task := hand.NewWorker().NewTask()
	other := task.NewTask()
	require.False(t, task.IsWoken())
	other.Poll().Wake(task.Waker())
	require.True(t, task.IsWoken())
	require.False(t, other.IsWoken())
	require.Same(t, &task.Header, task.Poll().Task())
	require.False(t, task.IsWoken())
}

func TestPollsFailWhereTheyMust(t *testing.T) {
	f := &failing{TB: t}
	task := hand.NewWorker().NewTask()
	poll := func(ready bool, err error) func(*future.Context) (int, bool, error) {
		return func(*future.Context) (int, bool, error) { return 7, ready, err }
	}
	hand.PollPending(f, task, poll(false, nil))
	require.Equal(t, 7, hand.PollReady(f, task, poll(true, future.ErrCancelled), future.ErrCancelled))
	hand.PollYields(f, future.PollConsumeBudget)
	require.Zero(t, f.failures)
	for i, fails := range []func(){
		func() { hand.PollPending(f, task, poll(true, nil)) },
		func() { hand.PollReady(f, task, poll(false, nil), nil) },
		func() { hand.PollReady(f, task, poll(true, nil), future.ErrCancelled) },
		func() { hand.PollYields(f, poll(true, nil)) },
		func() { hand.PollYields(f, poll(false, nil)) },
		func() { // not ready too early
			hand.PollYields(f, func(cx *future.Context) (int, bool, error) { cx.Again(); return 0, false, nil })
		},
		func() { // not ready without budget, but asks for no other turn
			hand.PollYields(f, func(cx *future.Context) (int, bool, error) {
				if !cx.HasBudgetRemaining() {
					return 0, false, nil
				}
				cx.Spend()
				return 0, true, nil
			})
		},
	} {
		fails()
		require.Equal(t, i+1, f.failures)
	}
}
