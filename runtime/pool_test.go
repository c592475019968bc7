package runtime

import (
	"context"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
)

// Who waits until no job runs or waits is told, also if the pool is closed before the goroutine of the only job has come.
func TestACloseBeforeAJobHasBegunEndsTheWaitForQuiet(t *testing.T) {
	for range 1000 {
		p := newPool(2)
		ended := make(chan string, 1)
		require.NoError(t, p.Submit(func() { ended <- "run" }, func() { ended <- "abandoned" }))
		quiet := p.whenQuiet()
		p.close()
		for _, ch := range []func(){func() { <-quiet }, func() { <-ended }, p.workers.Wait} {
			requireSoon(t, ch)
		}
	}
}

// Goexit in a job, while the next goroutine is on its way, and one more job waits.
func TestGoexitInOneOfManyJobsStrandsNone(t *testing.T) {
	const jobs = 200
	p := newPool(3)
	ends := make(chan int, jobs)
	for i := range jobs {
		require.NoError(t, p.Submit(func() {
			defer func() { ends <- i }()
			if i%2 == 0 {
				goruntime.Goexit()
			}
		}, nil))
	}
	for range jobs {
		requireSoon(t, func() { <-ends })
	}
	requireSoon(t, p.workers.Wait)
	require.False(t, p.isBusy())
}

// A call allocates its task. What else it needs is shared by those of one goroutine.
func TestCallsOfOneGoroutineShareWhatTheyNeed(t *testing.T) {
	if invariant.Enabled {
		t.Skip("a build with checks allocates more")
	}
	rt, err := New(Config{Workers: 1, MaxBlocking: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	const calls = 64
	allocs := testing.AllocsPerRun(20, func() {
		begin := make(chan struct{})
		wait := func(context.Context) (int, error) { <-begin; return 0, nil }
		for range calls - 1 {
			SpawnBlocking(rt, wait).Detach()
		}
		last := SpawnBlocking(rt, wait)
		close(begin)
		_, err := last.Wait(t.Context())
		require.NoError(t, err)
	})
	require.Less(t, allocs/calls, 1.5)
}

// requireSoon fails if f does not return.
func requireSoon(t *testing.T, f func()) {
	t.Helper()
	returned := make(chan struct{})
	go func() { // ends with f
		defer close(returned)
		f()
	}()
	select {
	case <-returned:
	case <-time.After(20 * time.Second):
		require.FailNow(t, "it does not return")
	}
}
