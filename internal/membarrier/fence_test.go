package membarrier_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/membarrier"
	"github.com/simmer-go/simmer/internal/sy"
)

// side keeps what one goroutine stores away from the other's cache line.
type side struct {
	_ [64]byte
	n sy.PlainUint32
	_ [64]byte
}

// Of two goroutines that each store their own number and then load the other's, at least one sees the other: with plain
// accesses that holds only because one of them makes a fence for both.
func TestOneOfTwoSidesSeesTheOther(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("needs two processors")
	}
	const rounds, stop = 3000, 1 << 30
	late := time.Now().Add(time.Second) // a busy machine makes long rounds
	var busy, seldom side
	var seen [rounds + 1]sy.Uint32 // what the busy side has loaded in each round, and one
	var round, done sy.Uint32
	ended := make(chan struct{})
	go func() { // ends after its rounds
		defer close(ended)
		for r := uint32(1); r <= rounds; r++ {
			for round.Load() != r {
				if round.Load() == stop {
					return
				}
				if invariant.Enabled {
					runtime.Gosched()
				}
			}
			for range r % 64 { // meets the other side at another moment each time
				_ = done.Load()
			}
			busy.n.Store(r)
			seen[r].Store(seldom.n.Load() + 1)
		}
	}()
	for r := uint32(1); r <= rounds && (r < 100 || time.Now().Before(late)); r++ {
		round.Store(r)
		for range r / 64 % 64 {
			_ = done.Load()
		}
		seldom.n.Store(r)
		membarrier.Fence()
		saw := busy.n.Load() == r
		for seen[r].Load() == 0 {
			runtime.Gosched()
		}
		require.True(t, saw || seen[r].Load() == r+1, "in round %d neither side has seen the other", r)
	}
	round.Store(stop)
	<-ended
}

func TestFencesWorkWithOrWithoutTheSystem(t *testing.T) {
	if runtime.GOOS == "linux" {
		require.True(t, membarrier.Expedited(), "the kernel refuses membarrier(2)")
	}
	membarrier.Fence()
}
