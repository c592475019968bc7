package workload_test

import (
	"os"
	"regexp"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/workload"
)

const workers = 2

func TestEveryDefinitionIsComplete(t *testing.T) {
	contract, err := os.ReadFile("../peers/WORKLOADS.md")
	require.NoError(t, err)
	var seen []string
	for _, w := range workload.All() {
		require.Regexp(t, regexp.MustCompile(`^[a-z0-9_]+$`), w.Name)
		require.NotContains(t, seen, w.Name)
		seen = append(seen, w.Name)
		require.Regexp(t, regexp.MustCompile(`\b`+w.Name+`\b`), string(contract), "the contract of all peers has each row")
		for _, text := range []string{w.Group, w.Title, w.Unit, w.Metric.Name, w.Metric.Label} {
			require.NotEmpty(t, text, w.Name)
		}
		require.Positive(t, w.Units, w.Name)
		require.Positive(t, w.Check, w.Name)
		require.Positive(t, len(w.Impls)+len(w.Elsewhere), w.Name)
		for _, impl := range w.Impls {
			require.Equal(t, w.IsProbe(), impl.Probe != nil, w.Name)
			require.Equal(t, !w.IsProbe(), (impl.Start != nil) != (impl.Metered != nil), w.Name)
		}
	}
}

func TestEveryRowHasTheGoStatementBesideIt(t *testing.T) {
	for _, w := range workload.All() {
		inThisProgram := slices.ContainsFunc(w.Impls, func(i workload.Impl) bool { return i.Name == "go" })
		require.True(t, inThisProgram || slices.Contains(w.Elsewhere, "go"), w.Name)
	}
}

func TestEveryProbeOfTimesIsTakenSeveralTimes(t *testing.T) {
	for _, w := range workload.All() {
		if w.IsProbe() && w.Metric.IsTime {
			require.GreaterOrEqual(t, w.ProbeSamples(), 3, w.Name)
		}
	}
}

func TestASleepThatEndedEarlyIsNotCounted(t *testing.T) {
	f := workload.LatenessOf([]time.Duration{3 * time.Microsecond, -1, 0, -time.Millisecond})
	require.Equal(t, int64(4), f.Units)
	require.Equal(t, uint64(2), f.Check)
}

// A body hangs if an operation is lost.
func TestEveryBodyComputesTheCheckOfItsDefinition(t *testing.T) {
	for _, w := range workload.All() {
		w = workload.Small(w)
		for _, impl := range w.Impls {
			t.Run(w.Name+"/"+impl.Name, func(t *testing.T) {
				if w.IsProbe() {
					const scale = 50
					before, timed := goruntime.NumGoroutine(), 0
					f := impl.Probe(workers, scale, func(work func()) {
						timed++
						builtBefore := goruntime.NumGoroutine() > before
						work()
						if strings.HasPrefix(impl.Name, "simmer") {
							require.True(t, builtBefore, "the runtime is built before the clock")
							require.Greater(t, goruntime.NumGoroutine(), before, "and closed after it")
						}
					})
					require.Equal(t, 1, timed)
					require.Equal(t, scale*w.Units, f.Units)
					require.Equal(t, scale*w.Check, f.Check)
					require.Contains(t, f.Extra, w.Metric.Name)
					return
				}
				run, stop := impl.Begin(workers)
				defer stop()
				timed := 0
				clock := func(work func()) {
					timed++
					work()
				}
				require.Equal(t, w.Check, run(1, clock).Check)
				require.Equal(t, 2*w.Check, run(2, clock).Check, "what iterations share serves again")
				require.Equal(t, 2, timed)
			})
		}
	}
}

func TestTheChecksOfTheMixturesAreWhatTheirTasksComputeOneByOne(t *testing.T) {
	require.Equal(t, workload.Mix().Check, workload.MixSum())
	require.Equal(t, workload.Skewed().Check, workload.SkewedSum())
}

func TestScalesBeyondAnImplAreNotRun(t *testing.T) {
	w := workload.Workload{Impls: []workload.Impl{{Name: "go", MaxScale: 1000}, {Name: "simmer"}}}
	require.True(t, w.Fits("go", 1000))
	require.False(t, w.Fits("go", 1001))
	require.True(t, w.Fits("simmer", 1<<40))
	require.True(t, w.Fits("tokio", 1<<40), "another program knows its own limits")
}
