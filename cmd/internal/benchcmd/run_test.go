package benchcmd_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/row"
	"github.com/simmer-go/simmer/cmd/internal/benchcmd"
)

// quiet is a machine with nobody else on it.
type quiet struct{}

func (quiet) Busy() (time.Duration, error) { return 0, nil }

// options measure one small row on simmer and goroutines. out and err get what is printed.
func options(t *testing.T) (o benchcmd.Options, out, err *bytes.Buffer) {
	program, problem := os.Executable()
	require.NoError(t, problem)
	out, err = new(bytes.Buffer), new(bytes.Buffer)
	return benchcmd.Options{
		Filter: "^chained_spawn$", Peers: []string{"simmer", "go"}, Rounds: 1, Workers: 2, Cores: 2, Load: quiet{},
		Self: []string{program, asPeer}, Command: "simmer bench", Out: out, Err: err,
	}, out, err
}

// oldRow is a file of an earlier run.
const oldRow = `{"bench":"a","impl":"b","ns_median":1}` + "\n"

func readRows(t *testing.T, name string) []row.Row {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	rows, err := row.Read(bytes.NewReader(text))
	require.NoError(t, err)
	return rows
}

func TestARunPrintsATableAndWritesTheFiles(t *testing.T) {
	o, out, progress := options(t)
	dir := t.TempDir()
	o.JSON, o.HTML, o.Compare = filepath.Join(dir, "rows.json"), filepath.Join(dir, "page.html"), filepath.Join(dir, "rows.json")
	old := `{"bench":"chained_spawn","impl":"go","n":1000,"ns_min":1,"ns_median":1,"workers":2}` + "\n" +
		`{"bench":"spawn_many","impl":"go","n":10000,"ns_min":1,"ns_median":1,"workers":2}` + "\n"
	require.NoError(t, os.WriteFile(o.JSON, []byte(old), 0o666))
	require.NoError(t, benchcmd.Run(t.Context(), o))
	require.Regexp(t, `(?m)^ chained_spawn +simmer .*x `, out.String())
	require.Regexp(t, `(?m)^ chained_spawn +go `, out.String())
	require.Contains(t, out.String(), "1 sample\n")
	require.Contains(t, out.String(), "peer go")
	require.Regexp(t, `^chained_spawn +about \d+s left\n$`, progress.String())

	rows := readRows(t, o.JSON)
	require.Len(t, rows, 2, "the old rows are replaced")
	require.Equal(t, "simmer", rows[0].Impl)
	require.Equal(t, "go", rows[1].Impl)
	require.Positive(t, *rows[1].NsMin)

	page, err := os.ReadFile(o.HTML)
	require.NoError(t, err)
	require.Contains(t, string(page), `<section id="chained_spawn">`)

	require.Regexp(t, `(?m)^ chained_spawn +go +1000 +ns_median +1.00 .* SLOWER$`, out.String(), "the old rows were read before they were replaced")
	require.Regexp(t, `(?m)^ chained_spawn +simmer .* new$`, out.String())
	require.NotContains(t, out.String(), "gone", "what was not asked for is not gone")
}

func TestJSONToStandardOutputLeavesItToPrograms(t *testing.T) {
	o, out, errs := options(t)
	o.JSON, o.Peers = "-", []string{"go"}
	require.NoError(t, benchcmd.Run(t.Context(), o))
	rows, err := row.Read(out)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Contains(t, errs.String(), "chained_spawn  go")
}

func TestNothingIsMeasuredForFilesThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	spoiled := filepath.Join(dir, "spoiled.json")
	require.NoError(t, os.WriteFile(spoiled, []byte("soup"), 0o666))
	bare := filepath.Join(dir, "bare.json")
	require.NoError(t, os.WriteFile(bare, []byte(oldRow+`{"bench":"a","impl":"go"}`), 0o666))
	missing := filepath.Join(dir, "missing", "file")
	empty, link := filepath.Join(dir, "empty.json"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o666))
	require.NoError(t, os.Symlink(empty, link))
	for want, change := range map[string]func(o *benchcmd.Options){
		"--json: open " + missing:                 func(o *benchcmd.Options) { o.JSON = missing },
		"--html: open " + missing:                 func(o *benchcmd.Options) { o.HTML = missing },
		"--compare: open " + missing:              func(o *benchcmd.Options) { o.Compare = missing },
		"--compare: " + spoiled + ": row: line 1": func(o *benchcmd.Options) { o.Compare = spoiled },
		"--compare: " + bare + ": row: line 2: a": func(o *benchcmd.Options) { o.Compare, o.JSON = bare, bare },
		"--compare: " + dir + ": not a regular":   func(o *benchcmd.Options) { o.Compare = dir },
		"--compare: " + empty + ": no row":        func(o *benchcmd.Options) { o.Compare = empty },
		empty + " is " + link:                     func(o *benchcmd.Options) { o.JSON, o.HTML = empty, link },
	} {
		o, out, errs := options(t)
		change(&o)
		require.ErrorContains(t, benchcmd.Run(t.Context(), o), want)
		require.Empty(t, out.String())
		require.Empty(t, errs.String())
	}
	text, err := os.ReadFile(bare)
	require.NoError(t, err)
	require.Contains(t, string(text), oldRow, "what cannot be compared with is not replaced either")
}

func TestAFileKeepsItsRowsIfNothingIsMeasured(t *testing.T) {
	o, _, errs := options(t)
	o.JSON = filepath.Join(t.TempDir(), "rows.json")
	require.NoError(t, os.WriteFile(o.JSON, []byte(oldRow), 0o666))
	o.Self = []string{"/does/not/exist"}
	require.ErrorIs(t, benchcmd.Run(t.Context(), o), benchcmd.ErrNoPeer)
	require.Len(t, readRows(t, o.JSON), 1)
	require.Equal(t, 2, strings.Count(errs.String(), "is left out: fork/exec /does/not/exist: no such file or directory"))
}

func TestAPeerThatIsNotToBeHadIsToldAndTheOthersAreMeasured(t *testing.T) {
	o, out, errs := options(t)
	t.Setenv("PATH", t.TempDir())
	o.Peers = []string{"tokio", "go"}
	require.NoError(t, benchcmd.Run(t.Context(), o))
	const reason = "cargo is not installed, so the Rust program cannot be built"
	require.Contains(t, errs.String(), "peer tokio is left out: "+reason)
	require.Contains(t, out.String(), "left out: "+reason)
	require.Regexp(t, `(?m)^ chained_spawn +go `, out.String())
}

func TestTooFewCoresAreTold(t *testing.T) {
	o, out, _ := options(t)
	o.Cores = 1
	require.NoError(t, benchcmd.Run(t.Context(), o))
	require.Contains(t, out.String(), "one core: nothing runs at the same time")
	require.Contains(t, out.String(), "more than cores")
	require.Contains(t, out.String(), "2 workers on 1 core")
}

func TestWhatWasMeasuredBeforeTheEndIsReported(t *testing.T) {
	o, out, _ := options(t)
	o.Filter, o.Peers, o.Rounds = "^(chained_spawn|timeout_ready)$", []string{"go"}, 1
	dir := t.TempDir()
	o.JSON, o.HTML = filepath.Join(dir, "rows.json"), filepath.Join(dir, "page.html")
	for _, name := range []string{o.JSON, o.HTML} {
		require.NoError(t, os.WriteFile(name, []byte(strings.Repeat(oldRow, 100)), 0o666))
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	closing := errors.New("closing time")
	o.Err = &trigger{word: "timeout_ready", do: func() { cancel(closing) }}
	require.ErrorIs(t, benchcmd.Run(ctx, o), closing)
	require.Regexp(t, `(?m)^ chained_spawn +go `, out.String())
	require.NotContains(t, out.String(), " timeout_ready ")
	const note = "ended early: closing time; workloads that are here: 1, the others are missing"
	require.Contains(t, out.String(), note)
	rows := readRows(t, o.JSON)
	require.Len(t, rows, 1)
	require.Equal(t, "chained_spawn", rows[0].Bench)
	page, err := os.ReadFile(o.HTML)
	require.NoError(t, err)
	require.Contains(t, string(page), note)
	require.Contains(t, string(page), `<section id="chained_spawn">`)
	require.True(t, strings.HasSuffix(string(page), "</html>\n"), "nothing of the old content is left")
}

func TestARunThatEndsBeforeItsFirstRowLeavesTheFiles(t *testing.T) {
	for _, isOld := range []bool{false, true} {
		o, _, _ := options(t)
		dir := t.TempDir()
		o.JSON, o.HTML = filepath.Join(dir, "rows.json"), filepath.Join(dir, "page.html")
		names := []string{}
		if isOld {
			names = []string{"page.html", "rows.json"}
			for _, name := range names {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(oldRow), 0o666))
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		o.Err = &trigger{word: "chained_spawn", do: cancel}
		require.ErrorIs(t, benchcmd.Run(ctx, o), context.Canceled)
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, files, len(names))
		for i, file := range files {
			require.Equal(t, names[i], file.Name())
			text, err := os.ReadFile(filepath.Join(dir, file.Name()))
			require.NoError(t, err)
			require.Equal(t, oldRow, string(text))
		}
	}
}

// trigger does something when a word is printed.
type trigger struct {
	word string
	do   func()
}

func (t *trigger) Write(b []byte) (int, error) {
	if strings.Contains(string(b), t.word) {
		t.do()
	}
	return len(b), nil
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	for want, change := range map[string]func(o *benchcmd.Options){
		"--rounds must be at most 1000000: 1000001":                    func(o *benchcmd.Options) { o.Rounds = 1_000_001 },
		"--json and --html must be two files: a/../b":                  func(o *benchcmd.Options) { o.JSON, o.HTML = "a/../b", "b" },
		"--rounds must be at least 1: 0":                               func(o *benchcmd.Options) { o.Rounds = 0 },
		`--filter: "soup" matches no workload, which --list prints, a`: func(o *benchcmd.Options) { o.Filter = "soup" },
		"--filter: error parsing regexp: missing closing )":            func(o *benchcmd.Options) { o.Filter = "(" },
		`--peers: unknown peer "rayon"; the peers are simmer, simmer-`: func(o *benchcmd.Options) { o.Peers = []string{"rayon"} },
	} {
		o, _, _ := options(t)
		require.NoError(t, o.Check())
		change(&o)
		require.ErrorContains(t, o.Check(), want)
	}
}

func TestTheBarEndsWhereverItIs(t *testing.T) {
	o, out, _ := options(t)
	o.Terminal, o.Peers = true, []string{"go"}
	require.NoError(t, benchcmd.Run(t.Context(), o))
	require.Regexp(t, `(?m)^ chained_spawn +go `, out.String())
}

func TestRowsThatNoPeerHasAreAnErrorAndLeaveTheFiles(t *testing.T) {
	o, out, errs := options(t)
	o.JSON, o.Peers = filepath.Join(t.TempDir(), "rows.json"), []string{"pools"}
	require.NoError(t, os.WriteFile(o.JSON, []byte(oldRow), 0o666))
	require.ErrorIs(t, benchcmd.Run(t.Context(), o), benchcmd.ErrNoRow)
	require.Len(t, readRows(t, o.JSON), 1)
	require.Empty(t, out.String())
	require.Empty(t, errs.String(), "no row was begun")
	o.Peers = []string{"c-epoll"}
	require.ErrorIs(t, benchcmd.Run(t.Context(), o), benchcmd.ErrNoRow, "it has echo rows alone")
}
