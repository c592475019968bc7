package main

import (
	"errors"
	"testing"
	"unsafe"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/runtime"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	main()
	// Output:
	// body: ready after 3 looks
	// state machine: ready after 3 looks
}

func TestDishIsSmallAsTheNoteSays(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(dish{}), uintptr(64))
}

func TestAbortedDishIsDropped(t *testing.T) {
	err := simmer.Run(func(cx *simmer.Context) error {
		h := runtime.SpawnValue(cx, newDish(1_000_000))
		if err := simmer.Sleep(cx, step); err != nil {
			return err
		}
		h.Abort()
		_, err := h.Await(cx)
		require.True(t, errors.Is(err, runtime.ErrCancelled))
		return nil
	})
	require.NoError(t, err)
}
