package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// patience bounds every wait of a test: a test that waits that long has failed.
const patience = 20 * time.Second

type none = struct{}

// open starts a runtime that is closed at the end of the test.
func open(t testing.TB, config runtime.Config) *runtime.Runtime {
	t.Helper()
	rt, err := runtime.New(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

// openPaused starts a runtime on a paused clock.
func openPaused(t testing.TB, workers int) (*runtime.Runtime, *timer.Clock) {
	t.Helper()
	clock := timer.NewPausedClock(time.Unix(0, 0))
	return open(t, runtime.Config{Workers: workers, Clock: clock}), clock
}

// openWatched is openPaused with a watch on the workers' sleep.
func openWatched(t testing.TB, workers int) (*runtime.Runtime, *timer.Clock, *sleepWatch) {
	t.Helper()
	clock := timer.NewPausedClock(time.Unix(0, 0))
	w := newSleepWatch(workers)
	return open(t, runtime.Config{Workers: workers, Clock: clock, Hooks: w.hooks()}), clock, w
}

// sleepWatch knows when all workers of a runtime sleep: then nothing is runnable, and all that they count is published.
type sleepWatch struct {
	mu      sync.Mutex
	workers int
	asleep  int
	all     chan none // closed while all sleep
}

func newSleepWatch(workers int) *sleepWatch {
	return &sleepWatch{workers: workers, all: make(chan none)}
}

func (w *sleepWatch) hooks() runtime.Hooks {
	return runtime.Hooks{
		OnPark: func(int) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.asleep++; w.asleep == w.workers {
				close(w.all)
			}
		},
		OnUnpark: func(int) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.asleep == w.workers {
				w.all = make(chan none)
			}
			w.asleep--
		},
	}
}

// wait waits until all workers sleep.
func (w *sleepWatch) wait(t testing.TB) {
	t.Helper()
	w.mu.Lock()
	all := w.all
	w.mu.Unlock()
	receive(t, all)
}

// do runs body as a task of rt and returns what it returns.
func do[T any](t testing.TB, rt *runtime.Runtime, body func(cx *future.Context) (T, error)) (T, error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errPatience)
	defer cancel()
	value, err := runtime.BlockOn(ctx, rt, future.Async(body))
	if ctx.Err() != nil {
		fail(t)
	}
	return value, err
}

// must is do for bodies that cannot fail.
func must(t testing.TB, rt *runtime.Runtime, body func(cx *future.Context)) {
	t.Helper()
	_, err := do(t, rt, func(cx *future.Context) (none, error) {
		body(cx)
		return none{}, nil
	})
	require.NoError(t, err)
}

// result waits for h from the test's goroutine.
func result[T any](t testing.TB, h *runtime.JoinHandle[T]) (T, error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errPatience)
	defer cancel()
	value, err := h.Wait(ctx)
	if ctx.Err() != nil {
		fail(t)
	}
	return value, err
}

// receive waits for ch from the test's goroutine.
func receive[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		fail(t)
		panic("unreachable")
	}
}

var errPatience = errors.New("test: out of patience")

func fail(t testing.TB) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	t.Fatalf("nothing has happened for %v:\n%s", patience, stacks[:goruntime.Stack(stacks, true)])
}

// gate is a future that is ready when it was opened. One task may wait for it.
type gate struct {
	slot waker.Slot
	isUp atomic.Bool
}

func (g *gate) open() {
	g.isUp.Store(true)
	g.slot.Take().Wake()
}

func (g *gate) Poll(cx *future.Context) (none, bool, error) {
	if g.isUp.Load() {
		return none{}, true, nil
	}
	g.slot.Set(cx.Waker())
	return none{}, g.isUp.Load(), nil
}

// pass awaits g.
func (g *gate) pass(cx *future.Context) error {
	_, err := future.Await(cx, g)
	return err
}

// forever is a future that is never ready and leaves no waker behind.
var forever = future.Func(func(*future.Context) (none, bool, error) { return none{}, false, nil })

// never awaits forever: only cancellation ends it.
func never(cx *future.Context) error {
	_, err := future.Await(cx, forever)
	return err
}

// probe is a future that records what is done to it. Without onPoll it is never ready.
type probe struct {
	onPoll func(cx *future.Context) (int, bool, error)
	onDrop func(cx *future.Context)

	polls, drops, readies atomic.Int32
	inside                atomic.Int32 // polls and drops that are going on
	overlap               atomic.Bool
	polled                chan none // closed by the first poll that was not ready, when the task may be idle
	dropped               chan none // closed by the first drop
}

func newProbe() *probe {
	return &probe{polled: make(chan none), dropped: make(chan none)}
}

func (p *probe) enter() func() {
	if p.inside.Add(1) != 1 {
		p.overlap.Store(true)
	}
	return func() { p.inside.Add(-1) }
}

func (p *probe) Poll(cx *future.Context) (value int, ready bool, err error) {
	defer p.enter()()
	if p.polls.Add(1) == 1 {
		defer close(p.polled)
	}
	if p.onPoll == nil {
		return 0, false, nil
	}
	value, ready, err = p.onPoll(cx)
	if ready {
		p.readies.Add(1)
	}
	return value, ready, err
}

func (p *probe) Drop(cx *future.Context) {
	defer p.enter()()
	if p.drops.Add(1) == 1 {
		defer close(p.dropped)
	}
	if p.onDrop != nil {
		p.onDrop(cx)
	}
}

// requireDroppedOnce checks the rule of Drop: once, if it was never ready.
func (p *probe) requireDroppedOnce(t testing.TB) {
	t.Helper()
	require.EqualValues(t, 0, p.readies.Load(), "readies")
	require.EqualValues(t, 1, p.drops.Load(), "drops")
	require.False(t, p.overlap.Load(), "drop beside a poll")
}

// requireCancelled checks that err is a cancelled task's JoinError.
func requireCancelled(t testing.TB, err error) *runtime.JoinError {
	t.Helper()
	var join *runtime.JoinError
	require.ErrorAs(t, err, &join)
	require.True(t, join.IsCancelled())
	require.False(t, join.IsPanic())
	require.ErrorIs(t, err, runtime.ErrCancelled)
	return join
}

// requirePanic checks that err is the JoinError of a task that has panicked with value.
func requirePanic(t testing.TB, err error, value any) *runtime.JoinError {
	t.Helper()
	var join *runtime.JoinError
	require.ErrorAs(t, err, &join)
	require.True(t, join.IsPanic())
	require.False(t, join.IsCancelled())
	require.NotErrorIs(t, err, runtime.ErrCancelled)
	require.Equal(t, value, join.Panic())
	return join
}
