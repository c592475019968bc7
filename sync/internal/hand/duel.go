package hand

import (
	"runtime"
	"testing"
	"time"

	"github.com/simmer-go/simmer/internal/sy"
)

// Duel calls left and right at the same moment, and then judge: as many rounds as there is time for, each with another distance
// between the two. right is called on another goroutine.
func Duel(left, right, judge func()) {
	limit := time.Second
	if testing.Short() {
		limit /= 5
	}
	const last = -1
	var begun, ended, sink sy.Int64
	linger := func(n int64) {
		for range n {
			sink.Load()
		}
	}
	go func() { // ends after the last round
		for round := int64(1); ; round++ {
			for spins := 1; begun.Load() != round; spins++ {
				if begun.Load() == last {
					return
				}
				if spins%1000 == 0 {
					runtime.Gosched()
				}
			}
			linger(round % 61)
			right()
			ended.Store(round)
		}
	}()
	start := time.Now()
	for round := int64(1); time.Since(start) < limit; round++ {
		begun.Store(round)
		linger(round % 67)
		left()
		for spins := 1; ended.Load() != round; spins++ {
			if spins%1000 == 0 {
				runtime.Gosched()
			}
		}
		judge()
	}
	begun.Store(last)
}
