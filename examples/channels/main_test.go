package main

import (
	"testing"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/sync/oneshot"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	main()
	// Output:
	// hot soup 0
	// hot soup 1
	// hot soup 2
	// hot soup 3
	// cooked: 4
}

func TestAWaiterThatHasGoneIsNotServed(t *testing.T) {
	err := simmer.Run(func(cx *simmer.Context) error {
		orders, board := mpsc.New[order](2)
		gone, served := oneshot.New[string]()
		require.NoError(t, orders.Send(cx, order{"stew", gone}))
		served.Close(cx)
		here, served := oneshot.New[string]()
		require.NoError(t, orders.Send(cx, order{"soup", here}))
		orders.Close(cx)
		cooked, err := cook(cx, board)
		require.NoError(t, err)
		require.Equal(t, 1, cooked)
		dish, err := served.Recv(cx)
		require.Equal(t, "hot soup", dish)
		return err
	})
	require.NoError(t, err)
}

func TestAskingACookWhoHasGoneFails(t *testing.T) {
	err := simmer.Run(func(cx *simmer.Context) error {
		orders, board := mpsc.New[order](2)
		board.Drop(cx)
		_, err := ask(cx, orders, "soup")
		require.ErrorIs(t, err, mpsc.ErrClosed)
		return nil
	})
	require.NoError(t, err)
}
