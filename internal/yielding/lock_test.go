package yielding_test

import (
	goruntime "runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/yielding"
)

func TestOneGoroutineAtATimeHasTheLock(t *testing.T) {
	const goroutines, rounds = 16, 2000
	for _, procs := range []int{1, 2, 8} {
		before := goruntime.GOMAXPROCS(procs)
		var mu sync.Mutex
		var inside, total, wrong int
		var all sync.WaitGroup
		for i := range goroutines {
			all.Go(func() {
				for range rounds {
					if i%2 == 0 {
						mu.Lock() // with those who do not give way
					} else {
						yielding.Lock(&mu)
					}
					if inside++; inside > 1 {
						wrong++
					}
					if total++; total%64 == 0 {
						goruntime.Gosched() // others come
					}
					inside--
					mu.Unlock()
				}
			})
		}
		all.Wait()
		goruntime.GOMAXPROCS(before)
		require.Zero(t, wrong)
		require.Equal(t, goroutines*rounds, total)
	}
}

func TestALockThatIsHeldForLongIsWaitedFor(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	locked := make(chan struct{})
	go func() { // ends when mu is unlocked
		yielding.Lock(&mu)
		close(locked)
	}()
	for range 10_000 { // longer than anybody gives way
		goruntime.Gosched()
		select {
		case <-locked:
			require.FailNow(t, "two have it")
		default:
		}
	}
	mu.Unlock()
	<-locked
	require.False(t, mu.TryLock())
}
