package lock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

var errInit = errors.New("cannot make it")

// making is a future that makes a value when the test says so.
type making struct {
	done         bool
	err          error
	polls, drops int
}

func (m *making) Poll(*future.Context) (int, bool, error) {
	m.polls++
	if !m.done {
		return 0, false, nil
	}
	if m.err != nil {
		return 0, true, m.err
	}
	return 5, true, nil
}

func (m *making) Drop(*future.Context) { m.drops++ }

// tokio: T116 tests/sync_once_cell.rs get_uninit, set_and_get, set_twice: a cell is empty until it is set, once
// covers: F148
func TestACellIsSetOnce(t *testing.T) {
	var c lock.OnceCell[int]
	_, ok := c.Get()
	require.False(t, ok)
	require.NoError(t, c.Set(nil, 3))
	require.ErrorIs(t, c.Set(nil, 4), lock.ErrAlreadySet)
	value, ok := c.Get()
	require.True(t, ok)
	require.Equal(t, 3, value)
}

// tokio: T116 tests/sync_once_cell.rs get_or_init: one makes the value, the others wait for it
func TestOneMakesTheValueAndTheOthersWait(t *testing.T) {
	var c lock.OnceCell[int]
	ps := parties(3)
	var fs [3]making
	var is [3]*lock.Initializing[int]
	for i := range fs {
		is[i] = c.Initializing(&fs[i])
		_, ready, err := pollFuture(ps[i], is[i])
		require.False(t, ready)
		require.NoError(t, err)
	}
	require.Equal(t, []int{1, 0, 0}, []int{fs[0].polls, fs[1].polls, fs[2].polls})
	fs[0].done = true
	for i := range fs {
		value, ready, err := pollFuture(ps[i], is[i])
		require.True(t, ready)
		require.NoError(t, err)
		require.Equal(t, 5, value)
		if i == 0 {
			require.Equal(t, []int{1, 2}, woken(ps))
		}
	}
	require.Equal(t, []int{0, 1, 1}, []int{fs[0].drops, fs[1].drops, fs[2].drops}, "what was not needed is dropped")
	require.Equal(t, []int{2, 0, 0}, []int{fs[0].polls, fs[1].polls, fs[2].polls})
}

// tokio: T116 tests/sync_once_cell.rs set_while_initializing: it is refused, and says why
func TestSetIsRefusedWhileTheValueIsMade(t *testing.T) {
	var c lock.OnceCell[int]
	var f making
	i := c.Initializing(&f)
	pollFuture(parties(1)[0], i)
	require.ErrorIs(t, c.Set(nil, 1), lock.ErrInitializing)
	i.Drop(nil)
	require.NoError(t, c.Set(nil, 1))
}

// tokio: T116 tests/sync_once_cell.rs get_or_try_init: a failure leaves the cell empty, and the next makes the value
func TestAFailureLetsTheNextMakeTheValue(t *testing.T) {
	var c lock.OnceCell[int]
	ps := parties(2)
	fs := [2]making{{err: errInit}, {done: true}}
	first, second := c.Initializing(&fs[0]), c.Initializing(&fs[1])
	pollFuture(ps[0], first)
	pollFuture(ps[1], second)
	fs[0].done = true
	_, ready, err := pollFuture(ps[0], first)
	require.True(t, ready)
	require.ErrorIs(t, err, errInit)
	require.Equal(t, []int{1}, woken(ps))
	value, ready, err := pollFuture(ps[1], second)
	require.True(t, ready)
	require.NoError(t, err)
	require.Equal(t, 5, value)
}

// tokio: T116 src/sync/once_cell.rs get_or_init (cancellation): who goes while it makes the value, or waits, passes the turn on
func TestACancelledInitializerPassesTheTurnOn(t *testing.T) {
	var c lock.OnceCell[int]
	ps := parties(3)
	var fs [3]making
	var is [3]*lock.Initializing[int]
	for i := range fs {
		is[i] = c.Initializing(&fs[i])
		pollFuture(ps[i], is[i])
	}
	is[0].Drop(nil)
	require.Equal(t, []int{1}, woken(ps))
	is[1].Drop(nil) // it has the turn, and has not begun
	require.Equal(t, []int{1, 2}, woken(ps))
	require.Equal(t, []int{1, 1, 0}, []int{fs[0].drops, fs[1].drops, fs[2].drops})
	fs[2].done = true
	_, ready, err := pollFuture(ps[2], is[2])
	require.True(t, ready)
	require.NoError(t, err)
}

func TestInitializingANilFutureFails(t *testing.T) {
	var c lock.OnceCell[int]
	_, ready, err := pollFuture(parties(1)[0], c.Initializing(nil))
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrNilFuture)
	require.NoError(t, c.Set(nil, 1))
}

// tokio: T116 tests/sync_once_cell.rs get_or_init_panic: a panic leaves the cell empty, and the next makes the value
func TestAPanicLetsTheNextMakeTheValue(t *testing.T) {
	run(t, 2, func(cx *future.Context) {
		var c lock.OnceCell[int]
		h := runtime.Go(cx, func(cx *future.Context) (int, error) {
			return c.GetOrInit(cx, func(cx *future.Context) (int, error) {
				_ = future.Yield(cx)
				panic("no")
			})
		})
		_, err := h.Await(cx)
		require.Error(t, err)
		value, err := c.GetOrInit(cx, func(*future.Context) (int, error) { return 7, nil })
		require.NoError(t, err)
		require.Equal(t, 7, value)
		value, err = c.GetOrInit(cx, func(*future.Context) (int, error) { panic("it is there") })
		require.NoError(t, err)
		require.Equal(t, 7, value)
	})
}

// TestBodiesMakeTheValueInTurn has the first fail, the second aborted, the third succeed and the others wait.
func TestBodiesMakeTheValueInTurn(t *testing.T) {
	run(t, 1, func(cx *future.Context) {
		var c lock.OnceCell[int]
		var began []int
		var fail lock.Notify
		get := func(who int, make func(cx *future.Context) (int, error)) *runtime.JoinHandle[int] {
			return runtime.Go(cx, func(cx *future.Context) (int, error) {
				return c.GetOrInit(cx, func(cx *future.Context) (int, error) {
					began = append(began, who)
					return make(cx)
				})
			})
		}
		settle := func() {
			for range 5 {
				require.NoError(t, future.Yield(cx))
			}
		}
		first := get(1, func(cx *future.Context) (int, error) { return 0, errors.Join(errInit, fail.Wait(cx)) })
		settle()
		var never lock.Notify
		second := get(2, func(cx *future.Context) (int, error) { return 0, never.Wait(cx) })
		settle()
		third := get(3, func(*future.Context) (int, error) { return 3, nil })
		settle()
		fourth := get(4, func(*future.Context) (int, error) { return 4, nil })
		settle()
		require.Equal(t, []int{1}, began)
		fail.NotifyOne(cx)
		_, err := first.Await(cx)
		require.ErrorIs(t, err, errInit)
		settle()
		require.Equal(t, []int{1, 2}, began)
		second.Abort()
		_, err = second.Await(cx)
		require.ErrorIs(t, err, future.ErrCancelled)
		for _, h := range []*runtime.JoinHandle[int]{third, fourth} {
			value, err := h.Await(cx)
			require.NoError(t, err)
			require.Equal(t, 3, value)
		}
		require.Equal(t, []int{1, 2, 3}, began)
	})
}

func TestGetOrInitBlockingWaitsForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c lock.OnceCell[int]
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		finish := make(chan error)
		got := make(chan error)
		get := func(ctx context.Context) {
			value, err := c.GetOrInitBlocking(ctx, func(context.Context) (int, error) { return 9, <-finish })
			if err == nil && value != 9 {
				err = errors.New("another value")
			}
			got <- err
		}
		go get(t.Context()) // all end when they have said what they got
		synctest.Wait()
		go get(ctx)
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-got, cause)
		go get(t.Context())
		synctest.Wait()
		finish <- errInit
		require.ErrorIs(t, <-got, errInit)
		finish <- nil
		require.NoError(t, <-got)
		value, err := c.GetOrInitBlocking(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, 9, value)
	})
}

func TestGetOrInitBlockingHasTheValueOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c lock.OnceCell[int]
		var f making
		i := c.Initializing(&f)
		p := parties(1)[0]
		pollFuture(p, i)
		got := make(chan int)
		go func() { // ends when the value is there
			value, err := c.GetOrInitBlocking(t.Context(), nil)
			if err != nil {
				value = -1
			}
			got <- value
		}()
		synctest.Wait()
		f.done = true
		_, ready, _ := pollFuture(p, i)
		require.True(t, ready)
		require.Equal(t, 5, <-got)
	})
}

// badDrop panics when it is dropped.
type badDrop struct{ making }

func (*badDrop) Drop(*future.Context) { panic("in Drop") }

func TestAnInitializerWhoseDropPanicsPassesTheTurnOn(t *testing.T) {
	var c lock.OnceCell[int]
	i := c.Initializing(&badDrop{})
	_, ready, _ := pollFuture(parties(1)[0], i)
	require.False(t, ready)
	require.Panics(t, func() { i.Drop(nil) })
	require.NoError(t, c.Set(nil, 1))
}
