package runtime_test

import (
	"context"
	goruntime "runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// ledger counts what hooks are told, by task and by worker.
type ledger struct {
	mu       sync.Mutex
	spawned  map[uint64]int
	begun    map[uint64]int
	polled   map[uint64]int
	ended    map[uint64]int
	inPoll   map[int]uint64 // by worker
	parked   map[int]bool
	awake    map[int]int // workers started and not stopped, by slot
	problems []string
}

func newLedger() *ledger {
	return &ledger{
		spawned: map[uint64]int{}, begun: map[uint64]int{}, polled: map[uint64]int{}, ended: map[uint64]int{},
		inPoll: map[int]uint64{}, parked: map[int]bool{}, awake: map[int]int{},
	}
}

func (l *ledger) check(ok bool, problem string) {
	if !ok {
		l.problems = append(l.problems, problem)
	}
}

func (l *ledger) locked(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *ledger) hooks() runtime.Hooks {
	return runtime.Hooks{
		OnSpawn: func(m runtime.TaskMeta) {
			l.locked(func() {
				l.spawned[m.ID()]++
				l.check(l.begun[m.ID()] == 0, "polled before OnSpawn")
			})
		},
		OnPollBegin: func(m runtime.TaskMeta) {
			l.locked(func() {
				l.begun[m.ID()]++
				l.check(l.inPoll[m.Worker] == 0, "two polls of one worker at once")
				l.inPoll[m.Worker] = m.ID()
			})
		},
		OnPollEnd: func(m runtime.TaskMeta) {
			l.locked(func() {
				l.polled[m.ID()]++
				l.check(l.inPoll[m.Worker] == m.ID(), "OnPollEnd of another task")
				l.inPoll[m.Worker] = 0
			})
		},
		OnEnd: func(m runtime.TaskMeta) {
			l.locked(func() {
				l.ended[m.ID()]++
				if m.Worker >= 0 {
					l.inPoll[m.Worker] = 0 // a poll that has panicked
				}
			})
		},
		OnPark: func(w int) {
			l.locked(func() { l.check(!l.parked[w], "parked twice"); l.parked[w] = true })
		},
		OnUnpark: func(w int) {
			l.locked(func() { l.check(l.parked[w], "unparked twice"); l.parked[w] = false })
		},
		OnWorkerStart: func(w int) { l.locked(func() { l.awake[w]++ }) },
		OnWorkerStop: func(w int) {
			l.locked(func() { l.awake[w]--; l.check(l.awake[w] >= 0, "stopped before it started") })
		},
	}
}

// tokio: T61 tests/rt_poll_callbacks.rs callbacks_fire_multi_thread: the hooks of polls come in pairs, one for each poll
// tokio: T38 tests/rt_threaded.rs start_stop_callbacks_called: each worker that starts stops
// tokio: T37 tests/rt_threaded.rs drop_threadpool_drops_futures: all have stopped when Close returns, and what waited has ended once
// covers: F199 F202
func TestHooksAreExactlyPaired(t *testing.T) {
	l := newLedger()
	rt, err := runtime.New(runtime.Config{Workers: 2, Hooks: l.hooks()})
	require.NoError(t, err)
	running := make(chan none)
	hanging := runtime.Go(rt, func(cx *future.Context) (none, error) { close(running); return none{}, never(cx) })
	must(t, rt, func(cx *future.Context) {
		for range 100 {
			runtime.SpawnValue(cx, &counter{n: 3})
			_, err := runtime.Go(cx, func(cx *future.Context) (int, error) { return 1, timer.Sleep(cx, time.Microsecond) }).Await(cx)
			require.NoError(t, err)
			_, err = runtime.SpawnBlocking(cx, func(context.Context) (int, error) { return 1, nil }).Await(cx)
			require.NoError(t, err)
			h := runtime.Spawn(cx, forever)
			h.Abort() // before its first poll, which never begins
			_, err = h.Await(cx)
			requireCancelled(t, err)
		}
	})
	receive(t, running)
	require.NoError(t, rt.Close())
	require.Empty(t, l.problems)
	require.Equal(t, l.begun, l.polled)
	require.Len(t, l.spawned, 402)
	require.Equal(t, l.spawned, l.ended)
	for id, n := range l.ended {
		require.Equal(t, 1, n, id)
	}
	require.Equal(t, 1, l.begun[hanging.ID()])
	for slot, n := range l.awake {
		require.Zero(t, n, slot)
		require.False(t, l.parked[slot])
	}
	require.Len(t, l.awake, 2)
}

func TestABlockingTaskFromOutsideIsTold(t *testing.T) {
	l := newLedger()
	rt, err := runtime.New(runtime.Config{Workers: 1, Hooks: l.hooks()})
	require.NoError(t, err)
	h := runtime.SpawnBlocking(rt, func(context.Context) (int, error) { return 1, nil })
	_, err = result(t, h)
	require.NoError(t, err)
	require.NoError(t, rt.Close())
	require.Equal(t, map[uint64]int{h.ID(): 1}, l.spawned)
	require.Equal(t, l.spawned, l.ended)
}

func TestAPollThatPanicsHasNoOnPollEndAndItsTaskAnOnEnd(t *testing.T) {
	l := newLedger()
	rt, err := runtime.New(runtime.Config{Workers: 1, Hooks: l.hooks()})
	require.NoError(t, err)
	for _, body := range []func(*future.Context) (none, error){
		func(*future.Context) (none, error) { panic("boom") },
		func(*future.Context) (none, error) { goruntime.Goexit(); return none{}, nil },
		func(cx *future.Context) (none, error) {
			return runtime.BlockInPlace(cx, func() (none, error) { panic("boom") })
		},
	} {
		h := runtime.Go(rt, body)
		_, err := result(t, h)
		require.Error(t, err)
		must(t, rt, func(*future.Context) {})
		l.mu.Lock()
		require.Equal(t, []int{1, 1, 0, 1}, []int{l.spawned[h.ID()], l.begun[h.ID()], l.polled[h.ID()], l.ended[h.ID()]})
		l.mu.Unlock()
	}
	require.NoError(t, rt.Close())
	require.Empty(t, l.problems)
	require.Zero(t, l.awake[0], "each worker that was replaced has stopped")
}

// tokio: src/runtime/task/harness.rs complete: the hook of the end comes when the end can be seen
func TestOnEndComesAfterTheHandleCanSeeIt(t *testing.T) {
	var h *runtime.JoinHandle[int]
	finished := make(chan bool, 1)
	rt := open(t, runtime.Config{Workers: 1, Hooks: runtime.Hooks{OnEnd: func(m runtime.TaskMeta) {
		if m.Name() == "watched" {
			finished <- h.IsFinished()
		}
	}}})
	must(t, rt, func(cx *future.Context) {
		h = runtime.Spawn(runtime.Named(cx, "watched"), &counter{})
		_, err := h.Await(cx)
		require.NoError(t, err)
	})
	require.True(t, receive(t, finished))
}

// tokio: T60 tests/rt_worker_index.rs worker_index_outside_runtime: there is no worker outside
func TestHooksKnowTheTask(t *testing.T) {
	metas := make(chan runtime.TaskMeta, 4)
	rt := open(t, runtime.Config{Workers: 1, Hooks: runtime.Hooks{OnSpawn: func(m runtime.TaskMeta) { metas <- m }}})
	h := runtime.SpawnValue(runtime.Named(rt, "soup"), &counter{})
	m := receive(t, metas)
	require.Equal(t, []any{h.ID(), "soup", "*runtime_test.counter", -1}, []any{m.ID(), m.Name(), m.Origin(), m.Worker})
}
