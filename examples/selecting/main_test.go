package main

import (
	"testing"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/sync/cancellation"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	main()
	// Output:
	// a b c
	// d
	// e
	// batches: 3
}

func TestWhatWasSentBeforeTheEndIsWritten(t *testing.T) {
	err := simmer.Run(func(cx *simmer.Context) error {
		tx, rx := mpsc.New[string](8)
		stop := cancellation.New()
		for range 7 {
			require.NoError(t, tx.Send(cx, "x"))
		}
		stop.Cancel(cx)
		batches, err := collect(cx, rx, stop)
		require.Equal(t, 3, batches)
		require.ErrorIs(t, tx.Send(cx, "late"), mpsc.ErrClosed)
		return err
	})
	require.NoError(t, err)
}

func TestTheEndOfTheSendersIsTold(t *testing.T) {
	err := simmer.Run(func(cx *simmer.Context) error {
		tx, rx := mpsc.New[string](8)
		require.NoError(t, tx.Send(cx, "x"))
		tx.Close(cx)
		batches, err := collect(cx, rx, cancellation.New())
		require.Equal(t, 1, batches)
		require.ErrorIs(t, err, mpsc.ErrClosed)
		return nil
	})
	require.NoError(t, err)
}
