package bench_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/workload"
)

// TestEveryWorkloadDoesItsWork: a run panics if its result is wrong, and hangs if an operation is lost.
func TestEveryWorkloadDoesItsWork(t *testing.T) {
	for _, w := range workload.Core() {
		require.Positive(t, w.Ops)
		require.NotEmpty(t, w.Unit)
		require.Equal(t, "go", w.Impls[len(w.Impls)-1].Name, "the peer comes last")
		for _, impl := range w.Impls {
			t.Run(w.Name+"/"+impl.Name, func(t *testing.T) {
				run, stop := impl.Start()
				run()
				run()
				stop()
			})
		}
	}
}

func TestIdleWakeIsMeasuredOnEveryRuntime(t *testing.T) {
	for _, impl := range workload.IdleWake().Impls {
		samples := impl.Measure()
		require.NotEmpty(t, samples)
		for _, us := range samples {
			require.Positive(t, us)
		}
	}
}
