package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

func TestABodyThatWasReadySaysSoWhenItIsPolledAgain(t *testing.T) {
	cx := future.NewContext(&future.Local{}, nil)
	f := future.Async(func(*future.Context) (int, error) { return 7, nil })
	value, ready, err := f.Poll(&cx)
	require.Equal(t, []any{7, true, error(nil)}, []any{value, ready, err})
	_, ready, err = f.Poll(&cx)
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrReadyBefore)
	cx.Local().CloseBodies()
}

func TestABodyThatPollsItselfIsToldSo(t *testing.T) {
	cx := future.NewContext(&future.Local{}, nil)
	var f future.Future[int]
	f = future.Async(func(*future.Context) (int, error) {
		_, _, err := f.Poll(&cx)
		return 0, err
	})
	require.PanicsWithError(t, "panic in a body: simmer: one body polled by two tasks: make a future for each, with a call of Async of its own",
		func() { _, _, _ = f.Poll(&cx) })
	cx.Local().CloseBodies()
}
