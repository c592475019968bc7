package measure_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/row"
	"github.com/simmer-go/simmer/bench/workload"
)

func TestARowHasTheFiguresOfItsSamples(t *testing.T) {
	s := suite(meet(t, "steady"))
	observer := &silent{}
	s.Observer = observer
	all := results(t, s)
	require.Len(t, all, 1)
	r := all[0]
	require.Equal(t, "stew", r.Bench)
	require.Equal(t, "steady", r.Impl)
	require.Equal(t, "a bowl", r.Unit)
	require.EqualValues(t, 10, r.N)
	require.EqualValues(t, unitNS, *r.NsMin)
	require.EqualValues(t, unitNS, *r.NsMedian)
	require.EqualValues(t, unitNS, *r.NsP95)
	require.EqualValues(t, 2*unitNS, *r.CPUNs)
	require.EqualValues(t, 2, *r.Allocs)
	require.Nil(t, r.Bytes, "the peer does not know them")
	require.Len(t, r.Samples, 10)
	require.EqualValues(t, 1<<20, r.RSSBytes)
	require.Empty(t, r.Note)
	require.Equal(t, []string{"stew"}, observer.rows)
	require.Equal(t, observer.expected, observer.did, "the bar reaches its end")
}

func TestSamplesAreLongEnough(t *testing.T) {
	for _, least := range []time.Duration{0, 80 * time.Millisecond} {
		s := suite(meet(t, "steady"))
		s.MinSample = least
		r := results(t, s)[0]
		if least == 0 {
			least = 20 * time.Millisecond
		}
		// The fake answers tell CPU time: twice the wall time of all samples.
		took := math.Round(r.CPUSeconds*1000) / 2
		require.GreaterOrEqual(t, took, 10*least.Seconds()*1000)
		require.Less(t, took, 2*10*least.Seconds()*1000, "and not much longer")
	}
}

func TestEachRoundTakesOneSampleOfEachWayInAnotherOrderFromNewProcesses(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	require.NoError(t, os.WriteFile(name, nil, 0o666))
	t.Setenv(journal, name)
	ways := []string{"one", "two", "three"}
	s, observer := suite(meet(t, ways...)), &silent{}
	s.Observer = observer
	results(t, s)
	require.Equal(t, 3*10, observer.parts, "each sample moves the bar")
	began := lines(t, name)
	require.Len(t, began, 3*10)
	orders := map[string]bool{}
	for round := range slices.Chunk(began, 3) {
		require.ElementsMatch(t, ways, round)
		orders[round[0]+round[1]] = true
	}
	require.Greater(t, len(orders), 1)
}

func TestEachSampleIsTakenOfAWarmProcess(t *testing.T) {
	r := results(t, suite(meet(t, "cold")))[0]
	require.EqualValues(t, unitNS, *r.NsP95)
}

func TestFewSamplesAndManyWorkersAreNoted(t *testing.T) {
	for _, temper := range []string{"steady", "shy"} {
		s := suite(meetWith(t, 8, temper))
		s.Rounds, s.Workers, s.Cores = 3, 8, 1
		r := results(t, s)[0]
		require.Equal(t, "8 workers on 1 core; 3 samples", r.Note)
		require.Equal(t, 8, r.Workers)
	}
}

func TestAPeerOrAWorkloadWithOneWorkerTellsOne(t *testing.T) {
	alone := stew
	alone.Workers = 1
	for temper, w := range map[string]workload.Workload{"single": stew, "steady": alone} {
		s := suite(meetWith(t, 8, temper))
		s.Workloads, s.Workers = []workload.Workload{w}, 8
		r := results(t, s)[0]
		require.Empty(t, r.Note, temper)
		require.Equal(t, 1, r.Workers, temper)
	}
	for _, w := range workload.All() {
		require.Equal(t, w.Group == "one_thread", w.Workers == 1, w.Name)
	}
}

func TestAPeerThatFailsIsARowAndTheOthersGoOn(t *testing.T) {
	for temper, want := range map[string]string{
		"refuser": "failed: no flour",
		"crasher": "failed: the process ended (exit status 2): panic: burnt",
		"sleeper": "failed: no answer in 1s",
		"cheat":   "failed: computed 31, not 30",
		"idler":   "failed: did 9 units of work, not 10",
		"stopped": "failed: measured a time of 0 ns",
		"late":    "failed: out of gas",
		"fickle":  "failed: no more",
		"hasty":   "failed: no number of iterations takes 20ms",
		"babbler": "failed: answer is not JSON: invalid character 's' looking for beginning of value",
		"forger":  "failed: answer has id 2, not 1",
	} {
		t.Run(temper, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "journal")
			require.NoError(t, os.WriteFile(name, nil, 0o666))
			t.Setenv(journal, name)
			all := results(t, suite(meet(t, "steady", temper, "other")))
			require.Len(t, all, 3)
			require.True(t, all[1].Failed)
			require.Equal(t, want, all[1].Note)
			require.Nil(t, all[1].NsMin)
			for _, i := range []int{0, 2} {
				require.False(t, all[i].Failed)
				require.Len(t, all[i].Samples, 10)
			}
		})
	}
}

func TestAPeerThatDoesNotStartIsNotMet(t *testing.T) {
	_, err := measure.Meet(t.Context(), endpoint(t, "dead"), 2)
	require.EqualError(t, err, "the process ended (exit status 3): no oven here")
	_, err = measure.Meet(t.Context(), endpoint(t, "prattler"), 2)
	require.ErrorContains(t, err, "hello is not JSON")
	_, err = measure.Meet(t.Context(), measure.Endpoint{Argv: []string{"/does/not/exist"}}, 2)
	require.ErrorIs(t, err, os.ErrNotExist)
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("closing time"))
	_, err = measure.Meet(ended, endpoint(t, "mute"), 2)
	require.EqualError(t, err, "closing time")
}

func TestARoundThatOthersDisturbIsTakenAgain(t *testing.T) {
	s := suite(meet(t, "steady"))
	s.Load = &busy{noisy: 4} // two looks a round
	observer := &silent{}
	s.Observer = observer
	r := results(t, s)[0]
	require.Equal(t, observer.expected, observer.did, "the bar goes to its end once")
	require.Equal(t, "2 disturbed rounds taken again", r.Note)
	require.False(t, r.Disturbed())
	require.Len(t, r.Samples, 10)
}

func TestARunThatOthersDisturbIsTakenAgainOnceAndThatIsNoted(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	t.Setenv(journal, name)
	s := suite(meet(t, "steady"))
	w := latency
	w.Scales = []int64{3}
	s.Workloads = []workload.Workload{w}
	for _, c := range []struct {
		noisy     int64 // looks, two a run
		processes int
		note      string
	}{
		{0, 2, `^$`},
		{2, 3, `^1 disturbed run taken again$`},
		{4, 3, `^disturbed: others used [0-9.]+ cores$`},
		{1 << 40, 4, `^disturbed: others used [0-9.]+ cores$`},
	} {
		require.NoError(t, os.WriteFile(name, nil, 0o666))
		s.Load = &busy{noisy: c.noisy}
		r := results(t, s)[0]
		require.Regexp(t, c.note, r.Note)
		require.Equal(t, 2, r.Runs)
		require.Len(t, lines(t, name), c.processes)
	}
}

func TestWhatStaysDisturbedIsMarked(t *testing.T) {
	s := suite(meet(t, "steady"))
	load := &busy{noisy: 1 << 40}
	s.Load = load
	r := results(t, s)[0]
	require.Regexp(t, `^disturbed: others used [0-9.]+ cores$`, r.Note)
	require.True(t, r.Disturbed())
	require.Len(t, r.Samples, 10)
	require.EqualValues(t, 2*(10+10), load.looks.Load(), "as many rounds are taken again as there are rounds")
}

func TestALoadThatCannotBeReadIsNoted(t *testing.T) {
	s := suite(meet(t, "steady"))
	s.Load = blind{}
	require.Equal(t, "other load unknown", results(t, s)[0].Note)
}

func TestOneRunOfAProbeIsNotedAndRowsTellTheirRuns(t *testing.T) {
	once := latency
	once.Samples = 0
	s := suite(meet(t, "steady"))
	for _, c := range []struct {
		workload workload.Workload
		runs     int
		note     string
	}{{once, 1, "1 run"}, {latency, 2, ""}, {stew, 10, ""}} {
		s.Workloads = []workload.Workload{c.workload}
		r := results(t, s)[0]
		require.Equal(t, c.runs, r.Runs)
		require.Equal(t, c.note, r.Note)
	}
}

func TestAProbeRunsInANewProcessForEachSampleAtEachScale(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	require.NoError(t, os.WriteFile(name, nil, 0o666))
	t.Setenv(journal, name)
	s := suite(meet(t, "steady", "refuser"))
	s.Workloads = []workload.Workload{latency}
	all := results(t, s)
	require.Len(t, all, 4)
	require.Equal(t, 2+2, count(lines(t, name), "steady"))
	require.Equal(t, 1+1, count(lines(t, name), "refuser"), "what has failed is not tried again")
	for i, n := range []int64{3, 5} {
		r := all[2*i]
		require.Equal(t, n, r.N)
		require.EqualValues(t, 2, *r.P50Us)
		require.EqualValues(t, 9, *r.P99Us)
		require.Nil(t, r.NsMin, "a probe's time is no cost of a unit")
		require.Empty(t, r.Note)
		require.True(t, all[2*i+1].Failed)
	}
}

// A figure that is in no field of a row is lost in the file, and rows are then compared by another one.
func TestEachRowNamesAndHasTheFigureThatItsWorkloadIsComparedBy(t *testing.T) {
	seen := map[workload.Metric]bool{}
	for _, w := range workload.All() {
		seen[w.Metric] = true
	}
	require.Greater(t, len(seen), 5)
	s := suite(meet(t, "steady"))
	for metric := range seen {
		name, w := metric.Name, latency
		if metric == workload.Time {
			name, w = "ns_median", stew
		}
		w.Metric = metric
		s.Workloads = []workload.Workload{w}
		r := results(t, s)[0]
		_, median, ok := r.Value()
		require.True(t, ok, name)
		c := row.Compare(nil, []row.Row{r.Row})[0]
		require.Equal(t, name, c.Metric)
		require.NotNil(t, c.New, name)
		require.InDelta(t, median, *c.New, 1e-9, name)
	}
}

func TestTheBestFigureIsTheLeastOrTheMost(t *testing.T) {
	for higher, want := range map[bool]float64{false: 2, true: 4} {
		w := workload.Workload{Metric: workload.Metric{Name: "bowls", HigherIsBetter: higher}}
		r := measure.Result{Workload: &w, Figures: []float64{3, 2, 4}, Extra: map[string]float64{"bowls": 3}}
		best, median, ok := r.Value()
		require.Equal(t, []any{want, 3.0, true}, []any{best, median, ok})
	}
}

func TestADisturbedLatencyIsMarkedAndMemoryIsNot(t *testing.T) {
	s := suite(meet(t, "steady"))
	memory := latency
	memory.Metric = workload.RSSPerTask
	for want, w := range map[string]workload.Workload{`^disturbed: others used`: latency, `^$`: memory} {
		s.Load, s.Workloads = &busy{noisy: 1 << 40}, []workload.Workload{w}
		require.Regexp(t, want, results(t, s)[0].Note)
	}
}

func TestTheEndOfTheContextEndsTheRun(t *testing.T) {
	s := suite(meet(t, "steady", "sleeper"))
	s.Workloads[0].Limit = time.Hour
	name := filepath.Join(t.TempDir(), "journal")
	require.NoError(t, os.WriteFile(name, nil, 0o666))
	t.Setenv(journal, name)
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func([]measure.Result) error {
			t.Error("a workload that was cut off has no results")
			return nil
		})
	}()
	require.Eventually(t, func() bool { return slices.Contains(lines(t, name), "sleeper") }, time.Minute, time.Millisecond)
	cancel(errors.New("closing time"))
	require.EqualError(t, <-ended, "closing time")
}

func TestAnErrorOfTheReceiverEndsTheRun(t *testing.T) {
	full := errors.New("disk full")
	s := suite(meet(t, "steady"))
	s.Workloads = []workload.Workload{stew, stew}
	calls := 0
	require.ErrorIs(t, s.Run(t.Context(), func([]measure.Result) error {
		calls++
		return full
	}), full)
	require.Equal(t, 1, calls)
}

func TestTheMachineTellsItsLoad(t *testing.T) {
	first, err := measure.System{}.Busy()
	require.NoError(t, err)
	require.Positive(t, first)
}

func count(all []string, word string) (n int) {
	for _, w := range all {
		if w == word {
			n++
		}
	}
	return n
}
