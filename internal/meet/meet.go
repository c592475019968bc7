package meet

import (
	"runtime"
	"sync"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/internal/sy"
)

// spread is the largest delay of here, in loads: in each round the two sides meet at another place.
const spread = 64

// Rounds has here, on the calling goroutine, and there, on another one, run at the same time in each of some rounds, and after both of them
// after, on the calling goroutine. All have the number of the round, from 1. The race detector's builds have a tenth of the rounds. There is
// no other meeting after a panic of here or after.
func Rounds(rounds int, here, there, after func(round int)) {
	if invariant.Enabled {
		rounds /= 10
	}
	var (
		begun, done sy.Int64
		wg          sync.WaitGroup
	)
	defer wg.Wait()
	defer begun.Store(-1)
	wg.Go(func() { // ends with the rounds
		for round := 1; round <= rounds; round++ {
			if !reaches(&begun, round) {
				return
			}
			there(round)
			done.Store(int64(round))
		}
	})
	for round := 1; round <= rounds; round++ {
		begun.Store(int64(round))
		for range round % spread {
			done.Load()
		}
		here(round)
		reaches(&done, round)
		after(round)
	}
}

// reaches waits until x is round, and reports false if it is negative before.
func reaches(x *sy.Int64, round int) bool {
	for spins := 1; x.Load() != int64(round); spins++ {
		if x.Load() < 0 {
			return false
		}
		if spins%1000 == 0 {
			runtime.Gosched()
		}
	}
	return true
}
