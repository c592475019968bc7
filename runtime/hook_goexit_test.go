package runtime

import (
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/scheduler"
)

// A worker that a hook ends between two polls would be lost with all its tasks: the panic, which nobody recovers there, names the hook.
func TestAHookThatEndsItsWorkerIsNamed(t *testing.T) {
	exit := func(int) { goruntime.Goexit() }
	rt := &Runtime{}
	rt.config.Hooks = Hooks{OnPark: exit, OnUnpark: exit, OnWorkerStart: exit, OnWorkerStop: exit}
	observe := rt.observer()
	for kind, want := range map[scheduler.EventKind]any{
		scheduler.Park:        "simmer: hook OnPark has called runtime.Goexit, which ends its worker",
		scheduler.Unpark:      "simmer: hook OnUnpark has called runtime.Goexit, which ends its worker",
		scheduler.WorkerStart: "simmer: hook OnWorkerStart has called runtime.Goexit, which ends its worker",
		scheduler.WorkerStop:  nil, // the goroutine was about to end
	} {
		ended := make(chan any)
		go func() { // ends at once
			defer func() { ended <- recover() }()
			observe(scheduler.Event{Kind: kind})
		}()
		require.Equal(t, want, <-ended)
	}
}
