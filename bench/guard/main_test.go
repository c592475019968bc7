package guard

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a check with a script in valgrind's place.
type bench struct {
	options
	program
	t *testing.T
}

// newBench makes one whose script counts, one run after the other, totals, for whichever path it runs.
func newBench(t *testing.T, filter string, totals ...string) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{t: t, options: options{filter: regexp.MustCompile(filter), dir: filepath.Join(dir, "counts")}}
	b.program = program{dir: dir, valgrind: filepath.Join(dir, "valgrind"), built: "os_arch_go"}
	script := `#!/bin/sh
for argument; do
	case $argument in --callgrind-out-file=*) profile=${argument#*=} ;; esac
done
read -r total <totals || { echo "no more runs" >&2; exit 1; }
rest=
{ read -r skip; while read -r line; do rest="$rest$line
"; done; } <totals
printf %s "$rest" >totals
printf 'events: Ir\n\ntotals: %s\n' "$total" >"$profile.2"
`
	require.NoError(t, os.WriteFile(b.valgrind, []byte(script), 0o777))
	b.totals(totals...)
	return b
}

// totals is what the next runs count.
func (b *bench) totals(totals ...string) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(filepath.Join(b.program.dir, "totals"), []byte(strings.Join(append(totals, ""), "\n")), 0o666))
}

// kept is the file of counts.
func (b *bench) kept() string { return filepath.Join(b.options.dir, b.built+".txt") }

// keeps writes the file of counts.
func (b *bench) keeps(lines ...string) {
	b.t.Helper()
	require.NoError(b.t, os.MkdirAll(b.options.dir, 0o777))
	require.NoError(b.t, os.WriteFile(b.kept(), []byte(strings.Join(append(lines, ""), "\n")), 0o666))
}

// check returns what it prints.
func (b *bench) check() (string, error) {
	var out strings.Builder
	err := b.checkWith(b.t.Context(), &b.program, &out)
	return out.String(), err
}

// one is a filter for one path, each of whose runs does onesOperations.
const (
	one            = "^timeout_ready$"
	onesOperations = 200_000
)

// costing is the total of a run of one whose operations take so many instructions each.
func costing(instructions float64) string { return fmt.Sprint(int64(instructions * onesOperations)) }

func TestAPathWithinTheToleranceSucceeds(t *testing.T) {
	b := newBench(t, one, costing(102.9))
	b.keeps("timeout_ready 100", "another 1")
	out, err := b.check()
	require.NoError(t, err)
	require.Regexp(t, `(?m)^timeout_ready +100\.0 +102\.9 +\+2\.9%  same$`, out)
}

func TestASlowerPathFailsAndIsNamed(t *testing.T) {
	b := newBench(t, one, costing(110), costing(105), costing(107))
	b.keeps("timeout_ready 100")
	out, err := b.check()
	require.ErrorContains(t, err, "timeout_ready SLOWER")
	require.Regexp(t, `(?m)^timeout_ready +100\.0 +105\.0 +\+5\.0%  SLOWER$`, out)
}

func TestASlowPathIsCountedAgain(t *testing.T) {
	b := newBench(t, one, costing(110), costing(101))
	b.keeps("timeout_ready 100")
	_, err := b.check()
	require.NoError(t, err)
}

func TestAFasterPathSucceedsAndSaysHowToKeepIt(t *testing.T) {
	b := newBench(t, one, costing(90))
	b.keeps("timeout_ready 100")
	out, err := b.check()
	require.NoError(t, err)
	require.Contains(t, out, "-10.0%  faster")
	require.Contains(t, out, "make guard-write")
}

func TestAPathThatNobodyGuardsFails(t *testing.T) {
	b := newBench(t, one, costing(90))
	b.keeps("another 100")
	out, err := b.check()
	require.ErrorContains(t, err, "timeout_ready NEW")
	require.Regexp(t, `(?m)^timeout_ready +- +90\.0 +NEW$`, out)
}

func TestAKeptPathThatIsGoneFails(t *testing.T) {
	b := newBench(t, "^timeout_ready", costing(100), costing(100))
	b.keeps("timeout_ready 100", "timeout_ready-async 100", "timeout_ready-once 7")
	out, err := b.check()
	require.ErrorContains(t, err, "timeout_ready-once GONE")
	require.NotContains(t, err.Error(), "timeout_ready-async")
	require.Regexp(t, `(?m)^timeout_ready-once +7\.0 +- +GONE$`, out)
}

func TestWithoutKeptCountsOneLineSaysSo(t *testing.T) {
	out, err := newBench(t, one).check() // no run: nothing is counted for nothing
	require.NoError(t, err)
	require.Equal(t, "guard: SKIPPED, no counts are kept for os_arch_go: see CONTRIBUTING.md\n", out)
}

func TestWritingKeepsTheLeastAndWhatTheFilterLeavesOut(t *testing.T) {
	b := newBench(t, one, costing(103), costing(101), costing(102))
	b.keeps("chained_spawn 7", "timeout_ready 5", "gone 3")
	b.write = true
	_, err := b.check()
	require.NoError(t, err)
	counts, err := readCounts(b.kept())
	require.NoError(t, err)
	require.Equal(t, []Count{{"chained_spawn", 7}, {"timeout_ready", 101}}, counts)
}

func TestWritingMakesTheFolder(t *testing.T) {
	b := newBench(t, one, costing(1), costing(1), costing(1))
	b.write = true
	_, err := b.check()
	require.NoError(t, err)
	require.FileExists(t, b.kept())
}

func TestWhatValgrindSaysIsInTheError(t *testing.T) {
	b := newBench(t, one)
	b.keeps("timeout_ready 100")
	_, err := b.check()
	require.ErrorContains(t, err, "path timeout_ready")
	require.ErrorContains(t, err, "no more runs")
}

func TestAFilterThatMatchesNothingFails(t *testing.T) {
	_, err := newBench(t, "^nothing$").check()
	require.ErrorContains(t, err, `"^nothing$"`)
}

func TestWithoutValgrindOneLineSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out strings.Builder
	require.Zero(t, Main(t.Context(), nil, &out, io.Discard))
	require.Equal(t, "guard: SKIPPED, no instructions are counted: valgrind is not installed\n", out.String())
}

func TestWrongArgumentsAreNamed(t *testing.T) {
	for args, want := range map[string]string{"-filter (": "missing closing )", "-x": "-x", "path": `"path"`} {
		var out strings.Builder
		require.Equal(t, 2, Main(t.Context(), strings.Fields(args), io.Discard, &out), args)
		require.Contains(t, out.String(), want)
	}
}

func TestAnUnknownPathIsNoProbe(t *testing.T) {
	var out strings.Builder
	require.Equal(t, 1, Main(t.Context(), []string{probeMode, "nothing"}, io.Discard, &out))
	require.Equal(t, "guard: there is no path \"nothing\"\n", out.String())
}

// TestTheWholeCheck builds the program and counts one path under valgrind, where that is installed.
func TestTheWholeCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fmt.Sprintf("%s_%s_%s.txt", goruntime.GOOS, goruntime.GOARCH, goruntime.Version()))
	require.NoError(t, writeCounts(file, []Count{{"timeout_ready", 1e6}}))
	var out strings.Builder
	require.Zero(t, Main(t.Context(), []string{"-dir", dir, "-filter", one}, &out, &out), out.String())
	if _, err := exec.LookPath("valgrind"); err != nil {
		require.Contains(t, out.String(), "SKIPPED")
		return
	}
	require.Regexp(t, `(?m)^timeout_ready +1000000\.0 +[1-9]\d+\.\d +-\d.*%  faster$`, out.String())
}

func TestHelpTellsWhatTheProgramDoes(t *testing.T) {
	var help strings.Builder
	require.Zero(t, Main(t.Context(), []string{"-h"}, io.Discard, &help))
	require.Regexp(t, `^guard counts the instructions .*(?s:\n.*)-filter regexp\n`, help.String())
}
