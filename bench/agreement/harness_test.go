package agreement

import (
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/peers"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// script makes an executable file.
func script(t *testing.T, path, text string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o777))
	return path
}

// fakeCriterion is a script in the place where cargo puts what it builds.
func fakeCriterion(t *testing.T, text string) *criterion {
	dir := t.TempDir()
	script(t, filepath.Join(dir, "release", "deps", "stews-0123456789abcdef"), text)
	script(t, filepath.Join(dir, "release", "deps", "stews-cold-0123456789abcdef"), "exit 9")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "release", "deps", "stews-0123456789abcdef.d"), nil, 0o666))
	return &criterion{dir: dir}
}

var stew = Case{Bench: "stew", Impl: "tokio", Program: "stews", ID: "pot/stew.1", Units: 10}

// growing is what criterion writes about ten samples, which grow linearly, with the times in milliseconds.
func growing(ms string) string {
	times := strings.ReplaceAll(ms, " ", "e6,") + "e6"
	return `echo '{"sampling_mode":"Linear","iters":[1,2,3,4,5,6,7,8,9,10],"times":[` + times + `]}' >"$CRITERION_HOME/pot/stew.1/new/sample.json"`
}

func TestOfEachOfCriterionsProcessesTheFirstSampleCountsThatIsLongEnoughInTheMean(t *testing.T) {
	h := fakeCriterion(t, `
[ "$3" = '^pot/stew\.1$' ] || exit 3
mkdir -p "$CRITERION_HOME/pot/stew.1/new"
dir=$(dirname "$0")
echo x >> "$dir/runs"
case $(wc -l < "$dir/runs") in
1) [ "$7" = 0.24 ] || exit 4; `+growing("1.5 3 4.5 6 7.5 9 10.5 12 13.5 15")+` ;; # all too short: it is run again
2) [ "$7" = 0.96 ] || exit 5; `+growing("3 8 12 16 20 24 28 32 36 41")+` ;; # 4 ms each
3) `+growing("4.4 8 12 16 2 24 32 36 42 63.6")+` ;; # 4.4 ms each in the mean, the fifth in a tenth
4) echo '{"iters":[1,1,1,1],"times":[8e7,9e7,7e7,8e7]}' >"$CRITERION_HOME/pot/stew.1/new/sample.json" ;;
*) `+growing("30 60 90 120 150 180 210 240 270 300")+` ;;
esac
`)
	samples, err := h.Measure(t.Context(), &stew)
	require.NoError(t, err)
	require.Equal(t, []float64{0.4e6, 0.04e6, 8e6, 3e6, 3e6}, samples)
}

func TestLongSamplesAreFewerAndLonger(t *testing.T) {
	c := stew
	c.Long = true
	h := fakeCriterion(t, `
mkdir -p "$CRITERION_HOME/pot/stew.1/new"
dir=$(dirname "$0")
echo x >> "$dir/runs"
case $(wc -l < "$dir/runs") in
1) [ "$7" = 3 ] || exit 3; `+growing("30 60 90 120 150 180 210 240 270 300")+` ;; # all too short
2) [ "$7" = 12 ] || exit 4; `+growing("80 160 240 320 420 480 560 640 720 780")+` ;; # the fifth would take 400 ms
*) [ "$7" = 3 ] || exit 5; `+growing("52 110 160 216 270 325 380 430 490 540")+` ;; # the eighth would take 432, the seventh 378
esac
`)
	samples, err := h.Measure(t.Context(), &c)
	require.NoError(t, err)
	require.Equal(t, []float64{8.4e6, 5.375e6}, samples)

	tests := &gotest{program: script(t, filepath.Join(t.TempDir(), "workload.test"), `
[ "$6" = 400ms ] || exit 3
echo 'BenchmarkTimed/stew/tokio-2  40  147 ns/unit'
`)}
	samples, err = tests.Measure(t.Context(), &c)
	require.NoError(t, err)
	require.Equal(t, []float64{147, 147}, samples)

	plan := (&runner{}).suite(measure.Peer{}, workload.Workload{}, &c)
	require.Equal(t, 2, plan.Rounds)
	require.Equal(t, 400*time.Millisecond, plan.MinSample)
}

func TestCriterionKeepsWhatItFrees(t *testing.T) {
	for _, k := range keepers {
		t.Setenv(k[0], "")
		require.NoError(t, os.Unsetenv(k[0])) // t.Setenv puts back what was there
	}
	h := fakeCriterion(t, `
[ "$MALLOC_TRIM_THRESHOLD_ $MALLOC_MMAP_THRESHOLD_" = "1073741824 33554432" ] || exit 3
mkdir -p "$CRITERION_HOME/pot/stew.1/new"
`+growing("30 60 90 120 150 180 210 240 270 300"))
	_, err := h.Measure(t.Context(), &stew)
	require.ErrorContains(t, err, "exit status 3")
	undo, err := keepFreed()
	require.NoError(t, err)
	_, err = h.Measure(t.Context(), &stew)
	require.NoError(t, err)
	require.NoError(t, undo())
}

func TestCriterionsFailuresAreNamed(t *testing.T) {
	write := func(json string) string {
		return `mkdir -p "$CRITERION_HOME/pot/stew.1/new"; echo '` + json + `' >"$CRITERION_HOME/pot/stew.1/new/sample.json"`
	}
	for want, text := range map[string]string{
		"stews-0123456789abcdef: exit status 4: burnt":             "echo burnt >&2; exit 4",
		"stews-0123456789abcdef has no benchmark pot/stew.1":       "exit 0",
		"criterion took no sample of at least 20ms":                write(`{"iters":[1],"times":[1e6]}`),
		"sample.json: 1 numbers of iterations, 0 times":            write(`{"iters":[1]}`),
		"sample.json: 0 iterations":                                write(`{"iters":[1,0],"times":[1e6,1e6]}`),
		"sample.json: invalid character 's' looking for beginning": write("soup"),
	} {
		_, err := fakeCriterion(t, text).Measure(t.Context(), &stew)
		require.ErrorContains(t, err, want)
	}
	h := &criterion{dir: t.TempDir()}
	_, err := h.Measure(t.Context(), &stew)
	require.ErrorContains(t, err, "no benchmark stews in "+h.dir+" or its release/deps: build it with cargo bench --no-run")
}

func TestTheNewestExecutableIsRun(t *testing.T) {
	dir := t.TempDir()
	old := script(t, filepath.Join(dir, "stews-0123456789abcdef"), "")
	latest := script(t, filepath.Join(dir, "stews-0000000000000000"), "")
	require.NoError(t, os.Chtimes(old, time.Time{}, time.Unix(1000, 0)))
	got, err := (&criterion{dir: dir}).program("stews")
	require.NoError(t, err)
	require.Equal(t, latest, got)
}

func TestTheTimeOfAUnitIsReadFromBenchmarks(t *testing.T) {
	h := &gotest{program: script(t, filepath.Join(t.TempDir(), "workload.test"), `
[ "$4" = '^BenchmarkTimed$/^stew$/^go$' ] || exit 3
echo 'cpu: fast'
echo x >> "$0.runs"
if [ $(wc -l < "$0.runs") = 1 ]; then
	echo 'BenchmarkTimed/stew/go-2  40  1459593 ns/op  146.5 ns/unit  800028 B/op  2500 allocs/op'
else
	echo 'BenchmarkTimed/stew/go-2  40  1459593 ns/op  12 B/op  147 ns/unit'
fi
echo PASS
`)}
	samples, err := h.Measure(t.Context(), &Case{Bench: "stew", Impl: "go", Workers: 2})
	require.NoError(t, err)
	require.Equal(t, append([]float64{146.5}, slices.Repeat([]float64{147}, shortSamples.number-1)...), samples, "a process for each")
}

func TestFailuresOfBenchmarksAreNamed(t *testing.T) {
	for want, text := range map[string]string{
		"workload.test: exit status 1: --- FAIL: a | computed 1, not 2": "echo '--- FAIL: a'; echo 'computed 1, not 2'; exit 1",
		"BenchmarkTimed/stew/go tells 0 times, not one":                 "echo PASS",
		`strconv.ParseFloat: parsing "x"`:                               "echo 'BenchmarkTimed/stew/go-2 40 x ns/unit'",
	} {
		h := &gotest{program: script(t, filepath.Join(t.TempDir(), "workload.test"), text)}
		_, err := h.Measure(t.Context(), &Case{Bench: "stew", Impl: "go", Workers: 2})
		require.ErrorContains(t, err, want)
	}
}

func testRunner(t *testing.T) *runner {
	program, err := os.Executable()
	require.NoError(t, err)
	return &runner{peers: peers.All("env", asPeer+"=yes", "GORACE=atexit_sleep_ms=0", program), log: quietly}
}

func TestTheRunnerTakesAsManySamplesAsItsRoundHas(t *testing.T) {
	samples, err := testRunner(t).Measure(t.Context(), &Case{Bench: "chained_spawn", Impl: "go", Peer: "go", Workers: 2})
	require.NoError(t, err)
	require.Len(t, samples, shortSamples.number)
	for _, ns := range samples {
		require.Positive(t, ns)
	}
}

func TestTheRunnersFailuresAreNamed(t *testing.T) {
	for want, c := range map[string]Case{
		"there is no row stew":           {Bench: "stew", Impl: "go", Peer: "go", Workers: 1},
		`unknown peer "cook"`:            {Bench: "chained_spawn", Impl: "go", Peer: "cook", Workers: 1},
		"no row chained_spawn/tokio":     {Bench: "chained_spawn", Impl: "tokio", Peer: "go", Workers: 1},
		"the peer tells no spawning_ns":  {Bench: "chained_spawn", Impl: "go", Peer: "go", Workers: 1, Figure: protocol.SpawningNS},
		"gopeer: workers must be at lea": {Bench: "chained_spawn", Impl: "go", Peer: "go", Workers: 0},
	} {
		_, err := testRunner(t).Measure(t.Context(), &c)
		require.ErrorContains(t, err, want)
	}
}

func TestAPartOfTheUnitIsComparedWhereTheOtherTimesThatPart(t *testing.T) {
	all := Case{Bench: "remote_spawn_t1", Impl: "go", Peer: "go", Workers: 2}
	part := all
	part.Figure = protocol.SpawningNS
	r := testRunner(t)
	whole, err := r.Measure(t.Context(), &all)
	require.NoError(t, err)
	some, err := r.Measure(t.Context(), &part)
	require.NoError(t, err)
	require.Len(t, whole, shortSamples.number)
	require.Len(t, some, shortSamples.number)
	result := measure.Result{Samples: []float64{5, 6}, Figures: []float64{3, 4}}
	got, err := figures(&result, &part)
	require.NoError(t, err)
	require.Equal(t, result.Figures, got)
	got, err = figures(&result, &all)
	require.NoError(t, err)
	require.Equal(t, result.Samples, got)
}

func TestEveryCaseHasARow(t *testing.T) {
	names := map[string]bool{}
	for _, c := range append(goCases(2), tokioCases(0)...) {
		w, err := find(&c)
		require.NoError(t, err)
		require.False(t, w.IsProbe(), c.Name())
		require.False(t, names[c.Name()], c.Name())
		names[c.Name()] = true
		if c.Program != "" {
			require.Contains(t, w.Elsewhere, c.Impl, c.Name())
			require.Positive(t, c.Units, c.Name())
			require.NotEmpty(t, c.ID, c.Name())
		}
	}
}

// A name in a list that no row has would leave its row out of it.
func TestRowsOfTheListsAreConfinedAndHaveLongSamples(t *testing.T) {
	var confined, long []string
	names := map[string]string{} // of tokio's rows
	for _, c := range slices.Concat(goCases(2), tokioCases(0)) {
		if c.Confined {
			confined = append(confined, c.Name())
		}
		if c.Long {
			long = append(long, c.Name())
		}
		if c.Program != "" {
			names[c.Bench] = c.Name()
		}
	}
	tokio := func(rows ...string) (all []string) {
		for _, row := range rows {
			require.Contains(t, names, row)
			all = append(all, names[row])
		}
		return all
	}
	goroutines := []string{"yield_many/go", "timeout_yield_1000tasks/go", "sem_contended_hold/go"}
	require.Len(t, yielding, len(goroutines))
	require.ElementsMatch(t, append(tokio(slices.Concat(notifying, busy, anew)...), goroutines...), long)
	if canConfine {
		require.ElementsMatch(t, tokio(slices.Concat(waiting, notifying)...), confined)
	} else {
		require.Empty(t, confined)
	}
}

func TestTokiosOwnChoiceOfWorkersIsToldToBoth(t *testing.T) {
	for _, c := range tokioCases(3) {
		switch c.Bench {
		case "remote_spawn_t1", "remote_spawn_t2", "spawn_blocking_c1", "spawn_blocking_c2":
			require.Equal(t, goruntime.NumCPU(), c.Workers, c.Name())
		}
	}
	t.Setenv("TOKIO_WORKER_THREADS", "9")
	c := stew
	c.Workers = 7
	h := fakeCriterion(t, `[ "$TOKIO_WORKER_THREADS" = 7 ] || exit 3
mkdir -p "$CRITERION_HOME/pot/stew.1/new"
`+growing("30 60 90 120 150 180 210 240 270 300"))
	_, err := h.Measure(t.Context(), &c)
	require.NoError(t, err)
}

func TestBenchesOfSeveralWorkersMayHaveBeenBuiltWithAnotherNumber(t *testing.T) {
	own, built := tokioCases(0), tokioCases(3)
	seen := map[int]int{}
	for i := range own {
		if want := own[i].Workers; want == 4 || want == 6 {
			seen[want]++
			require.Equal(t, 3, built[i].Workers, own[i].Name())
		} else {
			require.Equal(t, want, built[i].Workers, own[i].Name())
		}
	}
	require.Len(t, seen, 2)
}

func TestTheRoundsHaveTheSamplesThatARowNeeds(t *testing.T) {
	require.GreaterOrEqual(t, defaultRounds*shortSamples.number, measure.MinRounds)
	require.GreaterOrEqual(t, defaultRounds*longSamples.number, 2*settlers)
}
