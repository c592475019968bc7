package broadcast_test

import (
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

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
