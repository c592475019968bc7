package mpsc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/waker"
)

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
func newPanickingTask() *hand.Task {
	t := &hand.Task{}
	t.InitIdle(waker.NewExecutor(func(*waker.Header) { panic("bad waker") }))
	t.Cx = future.NewContext(nil, &t.Header)
	return t
}
