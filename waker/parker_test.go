package waker_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

func TestParkReturnsAtOnceAfterAWake(t *testing.T) {
	p := waker.NewParker()
	for range 3 {
		p.Waker().Wake()
		p.Waker().Wake()
		require.NoError(t, p.Park(t.Context()))
	}
}

func TestParkWaitsForAWakeThatIsNewerThanTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := waker.NewParker()
		p.Waker().Wake()
		require.NoError(t, p.Park(t.Context()))
		returned := false
		go func() { // ends when it is woken
			returned = p.Park(t.Context()) == nil
		}()
		synctest.Wait()
		require.False(t, returned, "the token was used twice")
		p.Waker().Wake()
		synctest.Wait()
		require.True(t, returned)
	})
}

func TestParkReturnsTheContextsCauseAndStaysUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := waker.NewParker()
		cause := errors.New("enough")
		for range 3 {
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() { // ends at once
				synctest.Wait()
				cancel(cause)
			}()
			require.ErrorIs(t, p.Park(ctx), cause)
			p.Waker().Wake()
			require.NoError(t, p.Park(t.Context()))
		}
	})
}

// Each wake is acknowledged before the next one, while contexts end all the time: a lost wake hangs the test.
func TestNoWakeOfAParkerIsLost(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	const wakers, rounds = 4, 3000
	p := waker.NewParker()
	var sent, seen sy.Int64
	var wg sync.WaitGroup
	for range wakers {
		wg.Go(func() { // ends after its rounds
			for range rounds {
				n := sent.Add(1)
				p.Waker().Wake()
				for seen.Load() < n {
					runtime.Gosched()
				}
			}
		})
	}
	for seen.Load() < wakers*rounds {
		ctx, cancel := context.WithCancel(t.Context())
		if sent.Load()%3 == 0 {
			go cancel() // ends at once
		}
		_ = p.Park(ctx) // either way the condition is looked at
		cancel()
		seen.Store(sent.Load())
	}
	wg.Wait()
}
