package broadcast

import (
	goruntime "runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
)

func TestASlotGivesItsValueToAsManyAsItIsFor(t *testing.T) {
	var s slot[string]
	s.write(8, "soup", 2)
	_, ok := s.read(4)
	require.False(t, ok, "another position")
	require.EqualValues(t, 2, s.unread())
	for left := range 2 {
		v, ok := s.read(8)
		require.True(t, ok)
		require.Equal(t, "soup", v)
		require.EqualValues(t, 1-left, s.unread())
	}
	require.Empty(t, s.value, "the last reader empties it")
	s.write(12, "lost", 7)
	s.write(16, "stew", 1)
	require.EqualValues(t, 1, s.unread())
	_, ok = s.read(12)
	require.False(t, ok)
	v, ok := s.read(16)
	require.True(t, ok)
	require.Equal(t, "stew", v)
}

// One writer overwrites one slot, while as many readers as each value is for, and others that only look, come and go: no
// value is torn, and none is left when all were read.
func TestReadersAndTheWriterOfASlotDoNotMeet(t *testing.T) {
	before := goruntime.GOMAXPROCS(8)
	t.Cleanup(func() { goruntime.GOMAXPROCS(before) })
	const readers = 3
	positions := uint64(200_000)
	if invariant.Enabled || testing.Short() {
		positions /= 10
	}
	type pair struct{ a, b *uint64 }
	var s slot[pair]
	var wg sync.WaitGroup
	var mu sync.Mutex
	latest := uint64(0)
	now := func() uint64 { mu.Lock(); defer mu.Unlock(); return latest }
	for range readers {
		wg.Go(func() { // ends with the last position
			read := uint64(0)
			for read < positions {
				for at := now(); at != read; {
					v, ok := s.read(at)
					if !ok { // it has been overwritten
						break
					}
					if read = at; v.a == nil || v.a != v.b || *v.a != at {
						t.Errorf("torn at %d", at)
					}
				}
				s.read(read + 1<<40) // only looks
				goruntime.Gosched()
			}
		})
	}
	for at := uint64(1); at <= positions; at++ {
		n := at
		mu.Lock()
		s.write(at, pair{&n, &n}, readers)
		latest = at
		mu.Unlock()
		if at%4 == 0 {
			for s.unread() > 0 {
				goruntime.Gosched()
			}
		}
	}
	wg.Wait()
	require.Zero(t, s.word.Load())
	require.Nil(t, s.value.a)
}
