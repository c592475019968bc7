package runtime_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
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

// The worker that goes on in place of a blocked one looks at the sockets, though it always has something to poll.
func TestSocketsAreServedBesideEndlessWorkAfterARescue(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, Blocked: runtime.BlockedRescue, BlockedAfter: time.Millisecond})
	begun, release := make(chan none), make(chan none)
	blocked := runtime.Go(rt, func(*future.Context) (none, error) { block(begun, release); return none{}, nil })
	receive(t, begun)
	must(t, rt, func(cx *future.Context) {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer ln.Close()
		client, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		defer client.Close()
		conn, err := ln.Accept(cx)
		require.NoError(t, err)
		defer conn.Close()
		runtime.Go(cx, func(cx *future.Context) (none, error) {
			for {
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
			}
		})
		read := runtime.Go(cx, func(cx *future.Context) (int, error) { return conn.Read(cx, make([]byte, 1)) })
		for range 1000 {
			require.NoError(t, future.Yield(cx)) // read waits for its socket
		}
		_, err = client.Write([]byte("x"))
		require.NoError(t, err)
		n, err := read.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
	require.NotZero(t, rt.Metrics().Rescues)
	close(release)
	_, err := result(t, blocked)
	require.NoError(t, err)
}
