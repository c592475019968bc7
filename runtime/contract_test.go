package runtime_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// pair is a hand-written future with a result of its own type.
type pair struct{ a, b int }

type pairing struct{ left pair }

func (p *pairing) Poll(*future.Context) (pair, bool, error) { return p.left, true, nil }

// The forms of the contract, without a type argument anywhere: this test is that it compiles.
func TestTypesAreInferredFromEveryForm(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	v, err := runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (pair, error) {
		h := runtime.Spawn(cx, &pairing{pair{1, 2}})
		var p pair
		p, err := h.Await(cx)
		if err != nil {
			return p, err
		}
		p, err = future.Await(cx, runtime.SpawnValue(cx, &pairing{p}))
		if err != nil {
			return p, err
		}
		p, err = runtime.Go(cx, func(*future.Context) (pair, error) { return p, nil }).Await(cx)
		if err != nil {
			return p, err
		}
		p, err = runtime.Spawn(runtime.Of(cx), future.Func(func(*future.Context) (pair, bool, error) { return p, true, nil })).Await(cx)
		if err != nil {
			return p, err
		}
		blocking := runtime.SpawnBlocking(cx, func(context.Context) (pair, error) { return p, nil })
		p, err = future.Await(cx, timer.Timeout(time.Minute, future.Ref(blocking)))
		if err != nil {
			return p, err
		}
		inPlace, err := runtime.BlockInPlace(cx, func() (pair, error) { return p, nil })
		if err != nil {
			return p, err
		}
		h = runtime.Spawn(runtime.Named(cx, "named"), &pairing{inPlace})
		return future.Await(cx, future.Func(h.Poll))
	}))
	require.NoError(t, err)
	require.Equal(t, pair{1, 2}, v)
}

var _ interface {
	future.Future[int]
	future.Dropper
	Await(cx *future.Context) (int, error)
	Wait(ctx context.Context) (int, error)
	Abort()
	AbortHandle() runtime.AbortHandle
	Detach()
	ID() uint64
	IsFinished() bool
	Outcome() runtime.Outcome
} = (*runtime.JoinHandle[int])(nil)

// covers: S23 S32
func TestSpawnValueIsOneAllocationAtMost(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	rt := open(t, runtime.Config{Workers: 1})
	f := &spawnAndPoll{t: t}
	_, err := runtime.BlockOn(t.Context(), rt, f)
	require.NoError(t, err)
}

// spawnAndPoll measures spawns in a poll.
type spawnAndPoll struct {
	t     *testing.T
	stage int
}

func (s *spawnAndPoll) Poll(cx *future.Context) (none, bool, error) {
	if s.stage++; s.stage < 100 { // the lists of the worker have grown
		for range 20 {
			runtime.SpawnValue(cx, &counter{})
		}
		cx.Again()
		return none{}, false, nil
	}
	once := testing.AllocsPerRun(100, func() { runtime.SpawnValue(cx, &counter{}) })
	if once > 1 {
		s.t.Errorf("SpawnValue: %v allocations, one is enough for some tasks together", once)
	}
	return none{}, true, nil
}

func TestSpawnValueMovesTheFutureIntoTheTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		f := &pairing{pair{1, 2}}
		first := runtime.SpawnValue(cx, f)
		f.left = pair{3, 4} // the caller's to use again
		second := runtime.SpawnValue(cx, f)
		v, err := first.Await(cx)
		require.NoError(t, err)
		require.Equal(t, pair{1, 2}, v)
		v, err = second.Await(cx)
		require.NoError(t, err)
		require.Equal(t, pair{3, 4}, v)
	})
}

// race is ready with the first of two futures, and drops the other: what a Select does.
type race struct{ a, b future.Future[int] }

func (r *race) Poll(cx *future.Context) (int, bool, error) {
	if v, ready, err := r.a.Poll(cx); ready {
		future.Drop(cx, r.b)
		return v, true, err
	}
	if v, ready, err := r.b.Poll(cx); ready {
		future.Drop(cx, r.a)
		return v, true, err
	}
	return 0, false, nil
}

func TestAHandleInASelectIsKeptByRef(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var release gate
		slow := func(cx *future.Context) (int, error) { return 7, release.pass(cx) }
		quick := future.Func(func(*future.Context) (int, bool, error) { return 1, true, nil })
		bare, kept := runtime.Go(cx, slow), runtime.Go(cx, slow)
		_ = bare
		v, err := future.Await(cx, &race{future.Ref(kept), quick})
		require.NoError(t, err)
		require.Equal(t, 1, v)
		v, err = future.Await(cx, &race{bare, quick})
		require.NoError(t, err)
		require.Equal(t, 1, v)
		require.NoError(t, future.Yield(cx))
		require.Equal(t, runtime.Cancelled, bare.Outcome())
		require.Equal(t, runtime.Running, kept.Outcome())
		release.open()
		v, err = kept.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	})
}

// covers: S14
func TestAFutureThatIsReadyAtOnceDoesNotSuspendItsBody(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		ran := false
		runtime.Go(cx, func(*future.Context) (none, error) { ran = true; return none{}, nil })
		v, err := future.Await(cx, &pairing{pair{1, 2}})
		require.NoError(t, err)
		require.Equal(t, pair{1, 2}, v)
		require.False(t, ran)
	})
}

// tokio: src/runtime/tests/task.rs unowned_poll: a task whose future was ready is not polled again
func TestAFutureIsNeverPolledAgainAfterReady(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var w waker.Waker
	p := newProbe()
	p.onPoll = func(cx *future.Context) (int, bool, error) {
		w = cx.Waker()
		cx.Again()
		w.Wake()
		return 7, true, nil
	}
	result(t, runtime.Spawn(rt, p))
	w.Wake()
	must(t, rt, func(cx *future.Context) {
		cx.Wake(w)
		require.NoError(t, future.Yield(cx))
	})
	require.EqualValues(t, 1, p.polls.Load())
}

// covers: S37
func TestAWakeAcrossRuntimesReachesTheTasksOwn(t *testing.T) {
	a, b := open(t, runtime.Config{Workers: 1}), open(t, runtime.Config{Workers: 1})
	var w waker.Waker
	p := newProbe()
	p.onPoll = func(cx *future.Context) (int, bool, error) {
		require.Same(t, a, runtime.Of(cx))
		w = cx.Waker()
		return 7, p.polls.Load() == 2, nil
	}
	h := runtime.Spawn(a, p)
	receive(t, p.polled)
	must(t, b, func(cx *future.Context) { cx.Wake(w) }) // not into b's LIFO slot
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

func TestTheBodysCxFollowsItToAnotherWorker(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for range 1000 {
		seen := map[*future.Local]bool{}
		var g gate
		hogging, release := make(chan none), make(chan none)
		h := runtime.Go(rt, func(cx *future.Context) (none, error) {
			seen[cx.Local()] = true
			runtime.Spawn(cx, future.Func(func(*future.Context) (none, bool, error) {
				close(hogging) // this worker, unless the other one has stolen the task
				<-release
				return none{}, true, nil
			})).Detach()
			err := g.pass(cx)
			seen[cx.Local()] = true
			return none{}, errors.Join(err, timer.Sleep(cx, 0), future.Yield(cx))
		})
		receive(t, hogging)
		g.open() // one worker is free
		_, err := result(t, h)
		close(release)
		require.NoError(t, err)
		require.NotContains(t, seen, (*future.Local)(nil))
		if len(seen) == 2 {
			return
		}
	}
	t.Fatal("no task has run on both workers")
}
