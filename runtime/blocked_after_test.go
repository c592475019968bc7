package runtime_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// What is shorter than BlockedAfter is not long, nor is a body that waits, however long; what is longer by a quarter is.
func TestAPollIsLongAfterBlockedAfter(t *testing.T) {
	for after, limit := range map[time.Duration]time.Duration{0: 10 * time.Millisecond, 3 * time.Second: 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			book, logger := newPollLog()
			rt, err := runtime.New(runtime.Config{Workers: 1, IO: runtime.IOOff, Logger: logger, BlockedAfter: after, TraceSpawn: true})
			require.NoError(t, err)
			h := runtime.Go(runtime.Named(rt, "stew"), func(cx *future.Context) (none, error) {
				for range 5 {
					time.Sleep(limit - 1) // blocks the worker, in the bubble's time
					if err := future.Yield(cx); err != nil {
						return none{}, err
					}
				}
				if err := timer.Sleep(cx, 10*limit); err != nil {
					return none{}, err
				}
				require.Zero(t, rt.Metrics().LongPolls, limit)
				time.Sleep(limit + limit/2)
				return none{}, nil
			})
			_, err = h.Wait(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 1, rt.Metrics().LongPolls, limit)
			r := book.next(t, h.ID())
			require.Equal(t, "stew", r.Name)
			require.Contains(t, r.Site, "blocked_after_test.go:")
			require.Equal(t, limit, r.Lasted)
			require.NoError(t, rt.Close())
		})
	}
}

// As many workers are without a core as MaxBlocking says: one more that blocks keeps its own, and all that waits for it.
func TestMaxBlockingBoundsTheWorkersThatAreRescued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 1, IO: runtime.IOOff, Blocked: runtime.BlockedRescue, MaxBlocking: 2})
		require.NoError(t, err)
		release := make(chan none)
		for range 3 {
			begun := make(chan none)
			runtime.Go(rt, func(*future.Context) (none, error) { block(begun, release); return none{}, nil })
			receive(t, begun)
			time.Sleep(time.Second)
		}
		require.EqualValues(t, 2, rt.Metrics().Rescues)
		require.Equal(t, 2, rt.Metrics().Shells)
		waits := runtime.Go(rt, returning(1))
		time.Sleep(time.Second)
		require.False(t, waits.IsFinished())
		close(release)
		_, err = waits.Wait(t.Context())
		require.NoError(t, err)
		require.NoError(t, rt.Close())
	})
}
