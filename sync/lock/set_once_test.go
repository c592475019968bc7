package lock_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
	"github.com/simmer-go/simmer/waker"
)

// tokio: T116 tests/sync_set_once.rs set_and_get, set_twice, get_uninit: it is empty until it is set, once
// covers: F149
func TestSetOnceIsSetOnce(t *testing.T) {
	var o lock.SetOnce[string]
	_, ok := o.Get()
	require.False(t, ok)
	require.NoError(t, o.Set(nil, "a"))
	require.ErrorIs(t, o.Set(nil, "b"), lock.ErrAlreadySet)
	value, ok := o.Get()
	require.True(t, ok)
	require.Equal(t, "a", value)
}

// tokio: T116 tests/sync_set_once.rs set_and_wait, set_and_wait_multiple_threads: all who wait are woken and have the value
func TestSetWakesAllWhoWait(t *testing.T) {
	var o lock.SetOnce[int]
	ps := parties(40)
	fs := make([]*lock.SetOnceWaiting[int], len(ps))
	for i, p := range ps {
		fs[i] = o.Waiting()
		for range 2 {
			_, ready, err := pollFuture(p, fs[i])
			require.False(t, ready)
			require.NoError(t, err)
		}
	}
	fs[0].Drop(nil)
	require.NoError(t, o.Set(nil, 3))
	require.Len(t, woken(ps), len(ps)-1)
	for i, p := range ps[1:] {
		value, ready, _ := pollFuture(p, fs[i+1])
		require.True(t, ready)
		require.Equal(t, 3, value)
	}
	value, ready, _ := pollFuture(ps[0], o.Waiting())
	require.True(t, ready)
	require.Equal(t, 3, value)
}

func TestSetOnceWakesTheTaskThatPolledLast(t *testing.T) {
	var o lock.SetOnce[int]
	ps := parties(2)
	f := o.Waiting()
	pollFuture(ps[0], f)
	pollFuture(ps[1], f)
	require.NoError(t, o.Set(nil, 1))
	require.Equal(t, []int{1}, woken(ps))
	f.Drop(nil)
}

func TestTheValueIsThereWhenItsWaitersAreWoken(t *testing.T) {
	var o lock.SetOnce[int]
	calls := 0
	p := &party{}
	p.header.InitIdle(waker.NewExecutor(func(*waker.Header) {
		calls++
		value, ok := o.Get()
		require.True(t, ok)
		require.Equal(t, 3, value)
	}))
	p.cx = future.NewContext(nil, &p.header)
	_, ready, _ := o.PollWait(&p.cx, &p.w)
	require.False(t, ready)
	require.NoError(t, o.Set(nil, 3))
	require.Equal(t, 1, calls)
}

// TestOneOfManySetsWins has goroutines set the value at the same moment.
func TestOneOfManySetsWins(t *testing.T) {
	procs(t, 8)
	for range rounds(10_000) {
		var o lock.SetOnce[int]
		var ready, won atomic.Int32
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				for ready.Add(1); ready.Load() < 3; {
					goruntime.Gosched()
				}
				if o.Set(nil, i) == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, won.Load())
	}
}

func TestSetOnceInBodies(t *testing.T) {
	run(t, 2, func(cx *future.Context) {
		var o lock.SetOnce[int]
		h := runtime.Go(cx, func(cx *future.Context) (int, error) { return o.Wait(cx) })
		require.NoError(t, future.Yield(cx))
		require.NoError(t, o.Set(cx, 4))
		value, err := h.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 4, value)
		value, err = o.Wait(cx)
		require.NoError(t, err)
		require.Equal(t, 4, value)
	})
}

func TestSetOnceWaitBlockingReturnsTheValueOrTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o lock.SetOnce[int]
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		got := make(chan error)
		go func() { // ends when ctx is cancelled
			_, err := o.WaitBlocking(ctx)
			got <- err
		}()
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-got, cause)
		go func() { // ends when the value is set
			value, err := o.WaitBlocking(t.Context())
			if value != 6 {
				err = errors.New("another value")
			}
			got <- err
		}()
		synctest.Wait()
		require.NoError(t, o.Set(nil, 6))
		require.NoError(t, <-got)
	})
}
