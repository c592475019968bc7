package watch_test

import (
	"context"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/waker"
)

// kitchen polls the tasks of one test by hand. It runs nothing by itself: a task that was woken shows it.
type kitchen struct {
	local future.Local
	cx    future.Context
}

func newKitchen() *kitchen {
	k := &kitchen{}
	k.local.Executor, k.local.Worker = waker.NewExecutor(func(*waker.Header) {}), k
	k.cx = future.NewContext(&k.local, nil)
	return k
}

func (k *kitchen) ScheduleNext(*waker.Header)                {}
func (k *kitchen) ScheduleBack(*waker.Header)                {}
func (k *kitchen) TaskContext(*waker.Header) context.Context { return context.Background() }

// task is idle until it is woken.
type task struct {
	waker.Header
	kitchen *kitchen
}

func (k *kitchen) task() *task {
	t := &task{kitchen: k}
	t.InitIdle(k.local.Executor)
	return t
}

// isWoken reports whether the task was woken since its last poll.
func (t *task) isWoken() bool { return !t.IsIdle() }

// poll returns the context of the next poll of t, which is idle again.
func (t *task) poll() *future.Context {
	if t.isWoken() {
		t.Begin()
		t.Idle()
	}
	t.kitchen.local.BeginPoll()
	t.kitchen.cx.SetTask(&t.Header)
	return &t.kitchen.cx
}

// requirePending requires that poll is not ready in a poll of t.
func requirePending[T any](t testing.TB, as *task, poll func(*future.Context) (T, bool, error)) {
	t.Helper()
	_, ready, err := poll(as.poll())
	require.NoError(t, err)
	require.False(t, ready)
}

// requireReady requires that poll is ready with the given error in a poll of t, and returns its value.
func requireReady[T any](t testing.TB, as *task, poll func(*future.Context) (T, bool, error), want error) T {
	t.Helper()
	v, ready, err := poll(as.poll())
	require.True(t, ready)
	require.Equal(t, want, err)
	return v
}

// requireYields requires that poll, which is always ready, is so no more often in one poll than the budget allows.
func requireYields[T any](t *testing.T, poll func(*future.Context) (T, bool, error)) {
	t.Helper()
	as := newKitchen().task()
	cx := as.poll()
	times := 0
	for range 10 * future.Budget {
		if _, ready, _ := poll(cx); !ready {
			break
		}
		times++
	}
	require.Equal(t, future.Budget, times)
	require.True(t, as.kitchen.local.TakeAgain())
}

// procs runs the test with more processors than the machine has cores, so that peers are preempted in the middle of things.
func procs(t testing.TB, n int) {
	before := goruntime.GOMAXPROCS(n)
	t.Cleanup(func() { goruntime.GOMAXPROCS(before) })
}

// open starts a runtime that is closed at the end of the test.
func open(t testing.TB, workers int) *runtime.Runtime {
	t.Helper()
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

// must runs body as a task of rt.
func must(t testing.TB, rt *runtime.Runtime, body func(cx *future.Context) error) {
	t.Helper()
	_, err := runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, body(cx) }))
	require.NoError(t, err)
}
