package waker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/waker"
)

func TestABatchGivesWhatItWasGivenOnceAndInOrder(t *testing.T) {
	var b waker.Batch
	require.Empty(t, b.Take())
	for range 2 {
		var given []waker.Waker
		for !b.IsFull() {
			h, _ := idleHeader()
			b.Add(h.Waker())
			given = append(given, h.Waker())
		}
		require.Len(t, given, 32)
		require.Equal(t, given, b.Take())
		require.False(t, b.IsFull())
		require.Empty(t, b.Take())
	}
}
