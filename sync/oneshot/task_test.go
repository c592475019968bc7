package oneshot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

type none = struct{}

// in runs body as a task of a runtime and waits for its end.
func in(t testing.TB, workers int, body func(cx *future.Context) error) {
	t.Helper()
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(t, err)
	_, err = runtime.BlockOn(t.Context(), rt, future.Async(func(cx *future.Context) (none, error) { return none{}, body(cx) }))
	require.NoError(t, err)
	require.NoError(t, rt.Close())
}
