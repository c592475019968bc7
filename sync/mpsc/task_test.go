package mpsc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/waker"
)

// task is one that the test polls by hand. It notes that it was woken.
type task struct {
	waker.Header // must be first
	cx           future.Context
	woken        bool
}

var byHand = waker.NewExecutor(func(h *waker.Header) { holder.Of[task](h).woken = true })

func newTask() *task {
	t := &task{}
	t.init()
	return t
}

func (t *task) init() {
	t.InitIdle(byHand)
	t.cx = future.NewContext(nil, &t.Header)
}

// wasWoken reports whether t was woken since the last call.
func (t *task) wasWoken() bool {
	if !t.woken {
		return false
	}
	t.woken = false
	t.Begin()
	t.Idle()
	return true
}

// pending requires that a poll was not ready.
func pending[T any](t testing.TB, poll func() (T, bool, error)) {
	t.Helper()
	_, ready, err := poll()
	require.NoError(t, err)
	require.False(t, ready)
}

// ready requires that a poll was ready, without an error, and returns its value.
func ready[T any](t testing.TB, poll func() (T, bool, error)) T {
	t.Helper()
	v, ok, err := poll()
	require.NoError(t, err)
	require.True(t, ok)
	return v
}

// fails requires that a poll was ready with err.
func fails[T any](t testing.TB, err error, poll func() (T, bool, error)) {
	t.Helper()
	_, ok, got := poll()
	require.True(t, ok)
	require.ErrorIs(t, got, err)
}

// in runs body as a task of a runtime and waits for its end.
func in(t testing.TB, workers int, body func(cx *future.Context) error) {
	t.Helper()
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(t, err)
	_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (none, error) { return none{}, body(cx) }))
	require.NoError(t, err)
	require.NoError(t, rt.Close())
}

// newPanickingTask returns a task whose executor panics when it is woken.
func newPanickingTask() *task {
	t := &task{}
	t.InitIdle(waker.NewExecutor(func(*waker.Header) { panic("bad waker") }))
	t.cx = future.NewContext(nil, &t.Header)
	return t
}
