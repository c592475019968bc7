package netpoll

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/sy"
)

func TestUseCountIsGivenBackByTheLastUser(t *testing.T) {
	var c useCount
	require.True(t, c.acquire())
	require.True(t, c.acquire())
	require.False(t, c.release())
	require.True(t, c.close())
	require.False(t, c.acquire(), "a closed count takes no users")
	require.False(t, c.close(), "only the first close counts")
	require.False(t, c.release())
	require.True(t, c.release(), "the last user gives it back")
}

func TestUseCountIsGivenBackOnceUnderStress(t *testing.T) {
	for range 500 {
		var c useCount
		var given, users sy.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { // ends when the count is closed
				for c.acquire() {
					users.Add(1)
					if given.Load() != 0 {
						t.Error("used after it was given back")
					}
					users.Add(-1)
					if c.release() {
						given.Add(1)
					}
				}
			})
		}
		for range 2 {
			wg.Go(func() { // ends by itself
				if c.close() && c.release() {
					given.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, given.Load())
		require.Zero(t, users.Load())
	}
}
