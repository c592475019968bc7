package agreement

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrongArgumentsAreNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for want, args := range map[string][]string{
		"-filter: error parsing regexp: missing closing )": {"-filter", "("},
		"-rounds must be at least 1: 0":                    {"-rounds", "0"},
		"-most must be at least -rounds, 4: 3":             {"-rounds", "4", "-most", "3"},
		"-most must be at least -rounds, 3: -1":            {"-most", "-1"},
		"-workers must be from 1 to 65535: -2":             {"-workers", "-2"},
		"-workers must be from 1 to 65535: 65536":          {"-workers", "65536"},
		`no row matches "soup/go"; without`:                {"-filter", "soup/go"},
		`no row matches "soup/go"` + "\n":                  {"-filter", "soup/go", "-criterion", t.TempDir()},
		`unexpected argument "soup"`:                       {"soup"},
		"flag provided but not defined: -soup":             {"-soup"},
		"-criterion: stat /does/not/exist: no such file":   {"-criterion", "/does/not/exist"},
		"-criterion: " + file + " is no folder":            {"-criterion", file},
	} {
		var said strings.Builder
		require.Equal(t, 2, Main(t.Context(), args, strings.NewReader(""), io.Discard, &said), args)
		require.Contains(t, said.String(), want)
	}
	var help strings.Builder
	require.Zero(t, Main(t.Context(), []string{"-h"}, strings.NewReader(""), io.Discard, &help))
	require.Regexp(t, `^agreement measures rows .*(?s:\n.*)-criterion folder\n`, help.String(), "what it does, then its flags")
}

func TestAFilterThatMatchesNothingFails(t *testing.T) {
	var said strings.Builder
	require.Equal(t, 2, Main(t.Context(), []string{"-filter", "ping_pong/tokio"}, strings.NewReader(""), io.Discard, &said))
	require.Equal(t, "agreement: no row matches \"ping_pong/tokio\"; without -criterion there are no rows of tokio\n", said.String())
}

func TestWhatWouldFailAtTheEndFailsAtOnce(t *testing.T) {
	dir := t.TempDir()
	for want, args := range map[string][]string{
		"agreement: -markdown: open " + dir + ": is a directory":                          {"-filter", "ping_pong/go", "-markdown", dir},
		"agreement: -criterion: no benchmark rt_multi_threaded in " + dir + " or its rel": {"-filter", "ping_pong", "-criterion", dir},
	} {
		var out, said strings.Builder
		require.Equal(t, 1, Main(t.Context(), args, strings.NewReader(""), &out, &said))
		require.True(t, strings.HasPrefix(said.String(), want), said.String())
		require.Empty(t, out.String())
	}
	page := filepath.Join(dir, "page.md")
	require.NoError(t, os.WriteFile(page, []byte("old"), 0o666))
	o := options{markdown: page}
	require.NoError(t, o.ready(nil))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, "old", string(text), "until there is a new one")
}

func TestBothSidesOfARowAreConfinedOrNone(t *testing.T) {
	for _, free := range []bool{false, true} {
		o := options{criterion: "benches", filter: regexp.MustCompile(`^(request_reply|ping_pong)/tokio`), free: free}
		pairs := o.pairs(&runner{}, &gotest{})
		require.Len(t, pairs, 2)
		for _, p := range pairs {
			want := canConfine && !free && p.Bench == "request_reply"
			_, ours := p.ours.(confined)
			_, independent := p.independent.(confined)
			require.Equal(t, [3]bool{want, want, want}, [3]bool{p.Confined, ours, independent}, "%s, free %t", p.Name(), free)
		}
	}
}

func TestAnUnknownPeerFails(t *testing.T) {
	var said strings.Builder
	require.Equal(t, 1, Main(t.Context(), []string{peerMode, "cook"}, strings.NewReader(""), io.Discard, &said))
	require.Equal(t, "agreement: gopeer: no peer \"cook\"\n", said.String())
}

// TestTheWholeComparison builds the benchmarks and runs one row.
func TestTheWholeComparison(t *testing.T) {
	t.Setenv(asPeer, "yes") // for the processes that Main starts: they are this program
	t.Setenv(keeps, "yes")
	for _, k := range keepers {
		t.Setenv(k[0], "")
		require.NoError(t, os.Unsetenv(k[0])) // t.Setenv puts back what was there
	}
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	page := filepath.Join(t.TempDir(), "page.md")
	var out, said strings.Builder
	status := Main(t.Context(), []string{"-filter", "^chained_spawn/go$", "-rounds", "1", "-most", "1", "-workers", "1", "-markdown", page},
		strings.NewReader(""), &out, &said)
	require.Zero(t, status, said.String())
	require.Contains(t, said.String(), "round 1, at most 1, row 1 of 1: chained_spawn/go")
	require.Regexp(t, `(?m)^chained_spawn/go  1  +[0-9]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +(yes|no) +[0-9.]+ +5 x 20ms`, out.String())
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(text), "- peer go: go1.")
	require.Contains(t, string(text), "- MALLOC_TRIM_THRESHOLD_: 1073741824\n- MALLOC_MMAP_THRESHOLD_: 33554432\n")
	for _, k := range keepers {
		_, there := os.LookupEnv(k[0])
		require.False(t, there, "after the end")
	}
	require.Contains(t, string(text), "| chained_spawn/go | 1 |")
}

func TestWhoChoosesALimitOfTheAllocatorHasItAlone(t *testing.T) {
	t.Setenv(keepers[0][0], "")
	require.NoError(t, os.Unsetenv(keepers[0][0])) // t.Setenv puts back what was there
	t.Setenv(keepers[1][0], "4096")
	undo, err := keepFreed()
	require.NoError(t, err)
	require.NoError(t, undo())
	require.Equal(t, "4096", os.Getenv(keepers[1][0]))
	require.Empty(t, os.Getenv(keepers[0][0]))
}
