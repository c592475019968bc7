package lock_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
)

// rounds is how often a stress test repeats its race: less where the race detector makes everything slow.
func rounds(n int) int {
	if testing.Short() || invariant.Enabled {
		return n / 10
	}
	return n
}

// crowd runs user of every sort beside each other, on a runtime with four workers and eight processors: bodies that finish,
// bodies that are aborted at some moment, futures that are dropped after a few polls, and goroutines whose ctx ends at some moment.
// use acquires in its own way, and if it succeeds calls inside and gives back.
type crowd struct {
	await    func(cx *future.Context) error
	future   func() (f future.Future[none], giveBack func(cx *future.Context))
	block    func(ctx context.Context) error
	try      func() bool
	giveBack func(cx *future.Context)
	inside   func()
}

var errStopped = errors.New("stopped")

// turn is one use by a body that waits.
func (c *crowd) turn(cx *future.Context, yield bool) error {
	if err := c.await(cx); err != nil {
		return err
	}
	defer c.giveBack(cx)
	c.inside()
	if yield {
		return future.Yield(cx)
	}
	return nil
}

func (c *crowd) run(t *testing.T) {
	procs(t, 8)
	rt := open(t, 4)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n := rounds(2000)
	var users sync.WaitGroup
	failed := make(chan error, 64)
	wait := func(h *runtime.JoinHandle[none]) {
		if _, err := h.Wait(ctx); err != nil && !errors.Is(err, future.ErrCancelled) {
			failed <- err
		}
	}
	for i := range 3 {
		users.Go(func() { // bodies, to their end
			wait(runtime.Go(rt, func(cx *future.Context) (none, error) {
				for j := range n {
					if err := c.turn(cx, j%4 == i); err != nil {
						return none{}, err
					}
				}
				return none{}, nil
			}))
		})
		users.Go(func() { // bodies that are aborted
			for range n / 10 {
				h := runtime.Go(rt, func(cx *future.Context) (none, error) {
					for {
						if err := c.turn(cx, true); err != nil {
							return none{}, err
						}
					}
				})
				for range rand.IntN(50) {
					if c.try() {
						c.giveBack(nil)
					}
				}
				h.Abort()
				wait(h)
			}
		})
		users.Go(func() { // futures that are dropped, or finish
			wait(runtime.Go(rt, func(cx *future.Context) (none, error) {
				for range n {
					f, giveBack := c.future()
					left := rand.IntN(4)
					_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
						if left == 0 {
							future.Drop(cx, f)
							return none{}, true, errStopped
						}
						left--
						_, ready, err := f.Poll(cx)
						if !ready {
							cx.Again()
						}
						return none{}, ready, err
					}))
					switch {
					case err == nil:
						c.inside()
						giveBack(cx)
					case err != errStopped:
						return none{}, err
					}
				}
				return none{}, nil
			}))
		})
		users.Go(func() { // goroutines
			for range n / 4 {
				ctx, stop := context.WithCancelCause(ctx)
				timer := time.AfterFunc(time.Duration(rand.IntN(100))*time.Microsecond, func() { stop(errStopped) })
				switch err := c.block(ctx); {
				case err == nil:
					c.inside()
					c.giveBack(nil)
				case !errors.Is(err, errStopped):
					failed <- err
				}
				timer.Stop()
				stop(nil)
			}
		})
	}
	users.Wait()
	select {
	case err := <-failed:
		require.NoError(t, err)
	default:
	}
}

// guarded keeps the value of a future of some lock.
type guarded[G any] struct {
	f     future.Future[G]
	value G
}

func (g *guarded[G]) Poll(cx *future.Context) (_ none, ready bool, err error) {
	g.value, ready, err = g.f.Poll(cx)
	return none{}, ready, err
}

func (g *guarded[G]) Drop(cx *future.Context) { future.Drop(cx, g.f) }
