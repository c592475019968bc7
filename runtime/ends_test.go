package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

func TestShutdownOfAClosedRuntimeIsNilWhateverTheContext(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	require.NoError(t, rt.Close())
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for range 100 {
		require.NoError(t, rt.Shutdown(ended))
	}
}

func TestABlockingFunctionThatWaitsForItsOwnPoolIsRefused(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for name, end := range map[string]func() error{
		"Close":    rt.Close,
		"Shutdown": func() error { return rt.Shutdown(context.Background()) },
	} {
		_, err := result(t, runtime.SpawnBlocking(rt, func(context.Context) (none, error) { return none{}, end() }))
		require.ErrorIs(t, err, runtime.ErrInsideTask, name)
	}
	// Waiting for a task is what such a function may do.
	_, err := result(t, runtime.SpawnBlocking(rt, func(ctx context.Context) (int, error) {
		return runtime.BlockOn(ctx, rt, future.Async(func(*future.Context) (int, error) { return 7, nil }))
	}))
	require.NoError(t, err)
}

func TestWhatATaskSpawnsDetachedIsNotRefusedWhileTheRuntimeShutsDown(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	var drains gate
	h := runtime.Go(rt, func(cx *future.Context) (none, error) {
		err := drains.pass(cx)
		on := runtime.Detached(cx)
		_, errGo := runtime.Go(on, func(*future.Context) (int, error) { return 1, nil }).Await(cx)
		_, errBlocking := runtime.SpawnBlocking(on, func(context.Context) (int, error) { return 1, nil }).Await(cx)
		return none{}, errors.Join(err, errGo, errBlocking)
	})
	shut := shutdownLater(context.Background(), t, rt)
	drains.open()
	_, err = result(t, h)
	require.NoError(t, err)
	require.NoError(t, receive(t, shut))
}

func TestAStuckBlockingJobIsNamed(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1, CloseTimeout: time.Millisecond})
	require.NoError(t, err)
	running, release := make(chan none), make(chan none)
	runtime.Go(rt, func(cx *future.Context) (none, error) {
		return none{}, cx.Local().Blocking.Submit(func() { close(running); <-release }, func() {})
	})
	receive(t, running)
	err = rt.Close()
	require.ErrorIs(t, err, runtime.ErrStuck)
	require.ErrorContains(t, err, "a blocking job (github.com/simmer-go/simmer/runtime_test.TestAStuckBlockingJobIsNamed")
	close(release)
	for errors.Is(rt.Close(), runtime.ErrStuck) { // until it has ended
	}
}

// TestAbortedChildrenAreDroppedByAllWorkers: their deferred calls may be long, so they must not all wait for one worker. Here
// each of two waits for the other.
func TestAbortedChildrenAreDroppedByAllWorkers(t *testing.T) {
	rt, _, watch := openWatched(t, 2)
	var meet sync.WaitGroup
	meet.Add(2)
	var end gate
	handles := make(chan *runtime.JoinHandle[int], 2)
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		for range 2 {
			p := newProbe()
			p.onDrop = func(*future.Context) { meet.Done(); meet.Wait() }
			handles <- runtime.Spawn(cx, p)
		}
		return none{}, end.pass(cx)
	})
	first, second := receive(t, handles), receive(t, handles)
	watch.wait(t) // or a worker that is awake anyhow would steal one
	end.open()
	_, err := result(t, owner)
	require.NoError(t, err)
	for _, h := range []*runtime.JoinHandle[int]{first, second} {
		_, err := result(t, h)
		require.ErrorIs(t, err, runtime.ErrCancelled)
	}
}

func TestAContextThatADropMakesHasEnded(t *testing.T) {
	for range 50 {
		rt, err := runtime.New(runtime.Config{Workers: 2})
		require.NoError(t, err)
		ended := make(chan bool, 10)
		for range cap(ended) {
			p := newProbe()
			p.onDrop = func(cx *future.Context) { ended <- cx.Context().Err() != nil }
			runtime.Spawn(rt, p) // polled, or found in a queue
		}
		require.NoError(t, rt.Close())
		close(ended)
		for ok := range ended {
			require.True(t, ok)
		}
	}
}

func TestAPanicWithAChildsJoinErrorIsNoCancellation(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	_, err := result(t, runtime.Go(rt, func(cx *future.Context) (none, error) {
		child := runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, never(cx) })
		child.Abort()
		_, err := child.Await(cx)
		panic(fmt.Errorf("lost: %w", err))
	}))
	requireJoinPanic(t, err)
	require.NotErrorIs(t, err, runtime.ErrCancelled)
}

func requireJoinPanic(t *testing.T, err error) {
	t.Helper()
	var joinErr *runtime.JoinError
	require.ErrorAs(t, err, &joinErr)
	require.True(t, joinErr.IsPanic())
}

// disguised is a future with the method by which a careless runtime would know a body.
type disguised struct{ *probe }

func (*disguised) Func() any { return 1 << 30 }

func TestAFuturesOwnMethodsAreNotMistakenForTheRuntimes(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	d := &disguised{newProbe()}
	runtime.Spawn(runtime.Named(rt, "disguised"), future.Future[int](d))
	receive(t, d.polled)
	require.Equal(t, "*runtime_test.disguised", tasksByName(rt)["disguised"].Origin)
	_, err := result(t, runtime.Spawn(rt, future.Future[int]((*future.Body[int])(nil))))
	requireJoinPanic(t, err)
}
