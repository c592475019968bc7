package scheduler_test

import (
	"context"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

func openRuntime(t *testing.T, workers int) *runtime.Runtime {
	t.Helper()
	before := goruntime.GOMAXPROCS(8)
	t.Cleanup(func() { goruntime.GOMAXPROCS(before) })
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

func blockOn(t *testing.T, rt *runtime.Runtime, body func(cx *future.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := runtime.BlockOn(ctx, rt, future.Async(func(cx *future.Context) (struct{}, error) {
		return struct{}{}, body(cx)
	}))
	require.NoError(t, err)
}

// wander moves the task to whatever worker takes it: yields, and leaves of the core, from where it goes through the injector.
func wander(cx *future.Context, i int) {
	for range i % 3 {
		_ = future.Yield(cx) // not cancelled
	}
	if i%5 == 0 {
		_, _ = runtime.BlockInPlace(cx, func() (int, error) { goruntime.Gosched(); return 0, nil })
	}
}

// once polls d once and tells whether it was ready.
func once(d *timer.Delay) future.Future[bool] {
	return future.Func(func(cx *future.Context) (bool, bool, error) {
		_, over, err := d.Poll(cx)
		return over, true, err
	})
}

// TestTimersOfTasksThatMigrateFire: each task arms, resets and drops timers on whatever worker polls it, while workers are
// replaced below it. Every sleep ends, and none early.
//
// covers: F19
func TestTimersOfTasksThatMigrateFire(t *testing.T) {
	rt := openRuntime(t, 4)
	const tasks, sleeps = 200, 20
	var early, ended atomic.Int64
	blockOn(t, rt, func(cx *future.Context) error {
		var handles []*runtime.JoinHandle[int]
		for i := range tasks {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (int, error) {
				for k := range sleeps {
					wander(cx, i+k)
					delay := timer.After(time.Duration(1+(i+k)%4) * time.Hour)
					if over, err := future.Await(cx, once(delay)); over || err != nil {
						early.Add(1)
					}
					wander(cx, i+k+1)
					span := time.Duration((i*k)%5) * time.Millisecond
					begun := timer.Now(cx)
					delay.Reset(span) // armed on another worker perhaps, and far away
					if k%2 == 0 {
						if _, err := future.Await(cx, delay); err != nil {
							return 0, err
						}
					} else {
						delay.Drop(nil)
						if err := timer.Sleep(cx, span); err != nil {
							return 0, err
						}
					}
					if timer.Now(cx).Sub(begun) < span {
						early.Add(1)
					}
				}
				ended.Add(1)
				return 0, nil
			}))
		}
		for _, h := range handles {
			if _, err := h.Await(cx); err != nil {
				return err
			}
		}
		return nil
	})
	require.EqualValues(t, tasks, ended.Load())
	require.Zero(t, early.Load())
}

// TestSocketsOfTasksThatMigrateAreServed: both ends of each connection wander between workers while they wait.
func TestSocketsOfTasksThatMigrateAreServed(t *testing.T) {
	rt := openRuntime(t, 4)
	const conns, rounds = 30, 30
	var served atomic.Int64
	blockOn(t, rt, func(cx *future.Context) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		var handles []*runtime.JoinHandle[int]
		for i := range conns {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (int, error) {
				c, err := aio.Dial(cx, "tcp", ln.Addr().String())
				if err != nil {
					return 0, err
				}
				defer c.Close()
				return 0, echoes(cx, c, i, rounds, true, &served)
			}))
		}
		for i := range conns {
			c, err := ln.Accept(cx)
			if err != nil {
				return err
			}
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (int, error) {
				defer c.Close()
				return 0, echoes(cx, c, i, rounds, false, &served)
			}))
		}
		for _, h := range handles {
			if _, err := h.Await(cx); err != nil {
				return err
			}
		}
		return nil
	})
	require.EqualValues(t, 2*conns*rounds, served.Load())
}

// echoes sends a byte and waits for it, or the other way round.
func echoes(cx *future.Context, c *aio.Conn, i, rounds int, first bool, served *atomic.Int64) error {
	b := []byte{byte(i)}
	for k := range rounds {
		for step := range 2 {
			wander(cx, i+k+step)
			if (step == 0) == first {
				if _, err := c.Write(cx, b); err != nil {
					return err
				}
			} else if _, err := c.Read(cx, b); err != nil {
				return err
			}
		}
		served.Add(1)
	}
	return nil
}
