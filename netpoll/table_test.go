package netpoll

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/sy"
)

func entryFor(fd int, gen uint32) *Registration {
	return &Registration{gen: gen, fd: descriptor{fd: fd}}
}

func TestTableFindsWhatWasPut(t *testing.T) {
	var tab table
	require.Nil(t, tab.get(0))
	for _, fd := range []int{0, chunkSize - 1, chunkSize, 7*chunkSize + 3} {
		g := entryFor(fd, 1)
		require.NoError(t, tab.put(g))
		require.Same(t, g, tab.get(uint32(fd)))
		require.ErrorIs(t, tab.put(entryFor(fd, 2)), errExists)
		require.False(t, tab.remove(entryFor(fd, 2)), "another registration's entry stays")
		require.True(t, tab.remove(g))
		require.False(t, tab.remove(g))
		require.Nil(t, tab.get(uint32(fd)))
	}
	require.Nil(t, tab.get(1<<31))
}

func TestTableCloseReturnsAllAndRefusesMore(t *testing.T) {
	var tab table
	a, b := entryFor(3, 1), entryFor(5*chunkSize, 2)
	require.NoError(t, tab.put(a))
	require.NoError(t, tab.put(b))
	require.Equal(t, []*Registration{a, b}, tab.close())
	require.ErrorIs(t, tab.put(a), ErrClosed)
	require.Empty(t, tab.close())
	require.False(t, tab.remove(a))
}

// A reader beside growing writers finds each registration from the moment its put returned.
func TestTableGrowsBesideReaders(t *testing.T) {
	const writers, each = 4, 4000
	var tab table
	var done [writers]sy.Int64
	var writing, reading sync.WaitGroup
	stop := make(chan struct{})
	for w := range writers {
		writing.Go(func() { // ends after each entries
			for i := range each {
				if err := tab.put(entryFor(i*writers+w, uint32(i+1))); err != nil {
					t.Error(err)
				}
				done[w].Store(int64(i + 1))
			}
		})
	}
	reading.Go(func() { // ends when the writers have
		for {
			for w := range writers {
				if i := int(done[w].Load()) - 1; i >= 0 {
					if g := tab.get(uint32(i*writers + w)); g == nil || g.gen != uint32(i+1) {
						t.Errorf("entry %d of writer %d is missing", i, w)
						return
					}
				}
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	writing.Wait()
	close(stop)
	reading.Wait()
}
