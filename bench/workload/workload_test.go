package workload_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/workload"
)

const workers = 2

func TestEveryDefinitionIsComplete(t *testing.T) {
	var names []string
	for _, w := range workload.All() {
		require.Regexp(t, regexp.MustCompile(`^[a-z0-9_]+$`), w.Name)
		require.NotContains(t, names, w.Name)
		names = append(names, w.Name)
		for _, text := range []string{w.Group, w.Title, w.Unit, w.Metric.Name, w.Metric.Label} {
			require.NotEmpty(t, text, w.Name)
		}
		require.Positive(t, w.Units, w.Name)
		require.Positive(t, w.Check, w.Name)
		require.NotEmpty(t, w.Impls, w.Name)
		for _, impl := range w.Impls {
			require.Equal(t, w.IsProbe(), impl.Probe != nil, w.Name)
			require.Equal(t, !w.IsProbe(), impl.Start != nil, w.Name)
		}
	}
}

func TestEveryTimedRowHasTheGoStatementBesideIt(t *testing.T) {
	for _, w := range workload.All() {
		if !w.IsProbe() {
			require.True(t, slices.ContainsFunc(w.Impls, func(i workload.Impl) bool { return i.Name == "go" }), w.Name)
		}
	}
}

// A body hangs if an operation is lost.
func TestEveryBodyComputesTheCheckOfItsDefinition(t *testing.T) {
	for _, w := range workload.All() {
		if w.Name == "yield_many" {
			w = workload.YieldManyWith(10)
		}
		for _, impl := range w.Impls {
			t.Run(w.Name+"/"+impl.Name, func(t *testing.T) {
				if w.IsProbe() {
					const scale = 50
					f := impl.Probe(workers, scale)
					require.Equal(t, scale*w.Units, f.Units)
					require.Equal(t, scale*w.Check, f.Check)
					require.Contains(t, f.Extra, w.Metric.Name)
					return
				}
				run, stop := impl.Start(workers)
				defer stop()
				require.Equal(t, w.Check, run(1))
				require.Equal(t, 2*w.Check, run(2), "what iterations share serves again")
			})
		}
	}
}

func TestScalesBeyondAnImplAreNotRun(t *testing.T) {
	w := workload.Workload{Impls: []workload.Impl{{Name: "go", MaxScale: 1000}, {Name: "simmer"}}}
	require.True(t, w.Fits("go", 1000))
	require.False(t, w.Fits("go", 1001))
	require.True(t, w.Fits("simmer", 1<<40))
	require.True(t, w.Fits("tokio", 1<<40), "another program knows its own limits")
}
