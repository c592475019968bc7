package guard

import (
	"testing"

	"github.com/simmer-go/simmer/runtime"
	"github.com/stretchr/testify/require"
)

func TestEachPathDoesItsWork(t *testing.T) {
	for _, p := range paths() {
		p.iterations = 1
		require.NoError(t, p.probe(), p.name)
	}
}

func TestEachWorkloadIsGuardedInBothForms(t *testing.T) {
	names := map[string]bool{}
	for _, p := range paths() {
		require.False(t, names[p.name], p.name)
		names[p.name] = true
	}
	for _, g := range guarded {
		require.True(t, names[g.workload], g.workload)
		require.True(t, names[g.workload+asyncSuffix], g.workload)
	}
}

func TestAPathThatComputesWhatItMustNotIsNoCount(t *testing.T) {
	p := path{name: "wrong", operations: 1, check: 1, iterations: 3, on: func(*runtime.Runtime) func(int64) uint64 {
		return func(iterations int64) uint64 { return uint64(iterations) - 1 }
	}}
	require.EqualError(t, p.probe(), "the check is 2, must be 3")
}
