package runtime_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// Whatever is wrapped around a Spawner, in whatever order, Detached hands the task to the runtime.
func TestDetachedReachesBelowOtherOptions(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var tr runtime.TaskTracker
	var probes []*probe
	must(t, rt, func(cx *future.Context) {
		for _, on := range []runtime.Spawner{
			runtime.Detached(runtime.Named(cx, "soup")),
			runtime.Named(runtime.Detached(cx), "soup"),
			runtime.Detached(tr.On(number.On(runtime.Hooked(cx, runtime.TaskHooks{}), 1))),
		} {
			p := newProbe()
			probes = append(probes, p)
			runtime.Spawn(on, p)
		}
		require.NoError(t, future.Yield(cx))
	})
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	for _, p := range probes {
		require.EqualValues(t, 1, p.polls.Load())
		require.False(t, done(p.dropped), "it has ended with its spawner")
	}
	require.Equal(t, 1, tr.Len())
}

// The last name wins, as the last value and the last hooks come first.
func TestTheLastNameWins(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Go(runtime.Named(runtime.Hooked(runtime.Named(rt, "inner"), runtime.TaskHooks{}), "outer"), returning(1))
	require.Equal(t, "outer", h.Name())
	result(t, h)
}
