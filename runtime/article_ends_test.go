package runtime_test

import (
	"bytes"
	"errors"
	"fmt"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// The article's claims, continued: how tasks end.

// covers: S46
func TestS46AppErrorPanicAndCancellationAreTold(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var join *runtime.JoinError
		_, err := runtime.Go(cx, func(*future.Context) (none, error) { return none{}, errOwn }).Await(cx)
		require.Equal(t, errOwn, err)
		require.False(t, errors.As(err, &join))
		_, err = runtime.Go(cx, func(*future.Context) (none, error) { panic("boom") }).Await(cx)
		requirePanic(t, err, "boom")
		h := runtime.Spawn(cx, forever)
		h.Abort()
		_, err = h.Await(cx)
		requireCancelled(t, err)
	})
}

// covers: S47
func TestS47ExampleE2(t *testing.T) {
	fetch := func(id int) func(cx *future.Context) (string, error) {
		return func(cx *future.Context) (string, error) {
			if err := timer.Sleep(cx, 50*time.Millisecond); err != nil {
				return "", err
			}
			if id%3 == 0 {
				return "", fmt.Errorf("server %d is down", id)
			}
			return fmt.Sprintf("data from %d", id), nil
		}
	}
	var out bytes.Buffer
	took := inBubble(t, func(cx *future.Context) error {
		var handles []*runtime.JoinHandle[string]
		for id := range 5 {
			handles = append(handles, runtime.Go(cx, fetch(id)))
		}
		for _, h := range handles {
			var join *runtime.JoinError
			switch data, err := h.Await(cx); {
			case err == nil:
				fmt.Fprintln(&out, "Success:", data)
			case errors.As(err, &join):
				fmt.Fprintln(&out, "Task failed:", join)
			default:
				fmt.Fprintln(&out, "App error:", err)
			}
		}
		return nil
	})
	require.Equal(t, `App error: server 0 is down
Success: data from 1
Success: data from 2
App error: server 3 is down
Success: data from 4
`, out.String())
	require.InDelta(t, 50*time.Millisecond, took, float64(slack))
}

// covers: S49 S51
func TestS49S51AJoinErrorTellsPanicFromCancellation(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Spawn(rt, forever)
	h.Abort()
	_, err := result(t, h)
	join := requireCancelled(t, err)
	require.Equal(t, []any{h.ID(), true, false}, []any{join.ID(), join.IsCancelled(), join.IsPanic()})
	p := runtime.Go(rt, func(*future.Context) (none, error) { panic(7) })
	_, err = result(t, p)
	join = requirePanic(t, err, 7)
	require.Equal(t, []any{p.ID(), false, true}, []any{join.ID(), join.IsCancelled(), join.IsPanic()})
}

// covers: S50
func TestS50ATasksOwnErrorIsNotAJoinError(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Go(rt, func(*future.Context) (none, error) { return none{}, runtime.ErrCancelled })
	_, err := result(t, h)
	require.ErrorIs(t, err, runtime.ErrCancelled)
	var join *runtime.JoinError
	require.False(t, errors.As(err, &join))
	require.Equal(t, runtime.Returned, h.Outcome())
}

// covers: S53
func TestS53APanicDoesNotReachTheParent(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	parent := runtime.Go(rt, func(cx *future.Context) (int, error) {
		runtime.Go(cx, func(*future.Context) (none, error) { panic("boom") })
		if err := future.Yield(cx); err != nil {
			return 0, err
		}
		return 7, nil
	})
	v, err := result(t, parent)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// covers: S58
func TestS58AParentThatPanicsWithAChildsErrorPanics(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var child *runtime.JoinHandle[none]
	parent := runtime.Go(rt, func(cx *future.Context) (none, error) {
		child = runtime.Go(cx, func(*future.Context) (none, error) { panic("boom") })
		if _, err := child.Await(cx); err != nil {
			panic(err)
		}
		return none{}, nil
	})
	_, err := result(t, parent)
	var join *runtime.JoinError
	require.ErrorAs(t, err, &join)
	require.Equal(t, parent.ID(), join.ID())
	require.True(t, join.IsPanic())
	var inner *runtime.JoinError
	require.ErrorAs(t, join.Panic().(error), &inner)
	require.Equal(t, child.ID(), inner.ID())
}

// covers: S60
func TestS60AbortReturnsAtOnce(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	polling, release := make(chan none), make(chan none)
	h := runtime.Go(rt, func(cx *future.Context) (none, error) {
		close(polling)
		<-release
		return none{}, never(cx)
	})
	receive(t, polling)
	a := h.AbortHandle()
	a.Abort()
	require.False(t, a.IsFinished(), "no grace period, and no wait")
	close(release)
	_, err := result(t, h)
	requireCancelled(t, err)
	require.True(t, a.IsFinished())
}

// covers: S61 S62
func TestS61S62AnAbortedTaskFinishesItsBlockAndIsNotPolledAgain(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var after bool
	p := newProbe()
	polling, aborted := make(chan none), make(chan none)
	p.onPoll = func(cx *future.Context) (int, bool, error) {
		close(polling)
		<-aborted
		after = true // the code up to the next wait runs
		cx.Again()
		return 0, false, nil
	}
	h := runtime.Spawn(rt, p)
	receive(t, polling)
	h.Abort()
	close(aborted)
	_, err := result(t, h)
	requireCancelled(t, err)
	require.True(t, after)
	require.EqualValues(t, 1, p.polls.Load())
	p.requireDroppedOnce(t)
}

// covers: S66
func TestS66EachResultIsTrackedByItsOwnHandle(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		var handles []*runtime.JoinHandle[int]
		for i := range 100 {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (int, error) { return i, future.Yield(cx) }))
		}
		for i, h := range handles {
			v, err := h.Await(cx)
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
	})
}

// covers: S71
func TestS71ATaskThatNeverWaitsKeepsItsWorker(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		ran := false
		h := runtime.Go(cx, func(*future.Context) (none, error) { ran = true; return none{}, nil })
		for range 100_000 { // work without an operation of the runtime's
			goruntime.Gosched()
		}
		require.False(t, ran, "scheduling is cooperative")
		_, err := h.Await(cx)
		require.NoError(t, err)
		require.True(t, ran)
	})
}
