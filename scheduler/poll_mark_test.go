package scheduler

import (
	goruntime "runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/membarrier"
	"github.com/simmer-go/simmer/internal/sy"
)

func TestAMarkIsOpenFromBeginToEnd(t *testing.T) {
	var m pollMark
	require.False(t, m.isIn(0))
	for n := uint32(1); n < 4; n++ {
		m.begin()
		require.Equal(t, n, m.tick())
		require.True(t, m.isIn(n))
		require.False(t, m.isIn(n-1))
		require.False(t, m.end())
		require.False(t, m.isIn(n))
		require.False(t, m.end(), "again")
	}
	m.begun.Store(^uint32(0))
	m.begin()
	require.True(t, m.isIn(0), "the count wraps around")
	m.revoked.Store(1)
	require.True(t, m.end())
}

// TestACoreHasOneOwner: a worker ends its polls while a watchdog revokes its core, with plain loads and stores and a fence. The core
// is never taken from a worker that goes on to touch it.
func TestACoreHasOneOwner(t *testing.T) {
	if goruntime.NumCPU() < 2 {
		t.Skip("needs two processors")
	}
	rounds := uint32(scale(30_000))
	late := time.Now().Add(2 * time.Second) // a busy machine makes long rounds
	pause := func() {
		if invariant.Enabled { // slow already
			goruntime.Gosched()
		}
	}
	const stop = 1 << 30
	var m pollMark
	var revoking sync.Mutex
	var round, kept sy.Uint32 // kept: round << 1 | whether the worker has kept its core
	done := make(chan struct{})
	go func() { // ends after the rounds
		defer close(done)
		for r := uint32(1); r <= rounds; r++ {
			m.begin()
			for round.Load() != r {
				if round.Load() == stop {
					return
				}
				pause()
			}
			for range r % 64 {
				_ = round.Load()
			}
			has := uint32(1)
			if m.end() {
				revoking.Lock()
				has -= m.revoked.Load()
				revoking.Unlock()
			}
			kept.Store(r<<1 | has)
			for round.Load() == r { // until the watchdog has given the core back
				pause()
			}
		}
	}()
	taken, r := 0, uint32(1)
	for ; r <= rounds && (r < 100 || time.Now().Before(late)); r++ {
		for m.tick() != r {
			goruntime.Gosched()
		}
		round.Store(r)
		for range r / 64 % 256 {
			_ = round.Load()
		}
		revoking.Lock()
		m.revoked.Store(1)
		membarrier.Fence()
		took := m.isIn(r)
		if took {
			taken++
		} else {
			m.revoked.Store(0)
		}
		revoking.Unlock()
		for kept.Load()>>1 != r {
			goruntime.Gosched()
		}
		require.Equal(t, took, kept.Load()&1 == 0, "round %d: a core with two owners, or none", r)
		m.revoked.Store(0)
		round.Store(0)
	}
	if r <= rounds {
		round.Store(stop)
	}
	<-done
	t.Logf("%d of %d were taken", taken, r-1)
}
