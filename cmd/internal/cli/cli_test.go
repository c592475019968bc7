package cli_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/simmer-go/simmer/cmd/internal/cli"
	"github.com/stretchr/testify/require"
)

// simmer runs a command line to its end.
func simmer(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = cli.Main(args, &out, &err)
	return status, out.String(), err.String()
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

func soup(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "soup") }

func TestWrongUsageIsToldOnceWithStatusTwo(t *testing.T) {
	for line, want := range map[string]string{
		"cook":                       `unknown command "cook" for "simmer"`,
		"--nope":                     "unknown flag: --nope",
		"serve":                      "what to serve is missing: simmer serve echo",
		"serve soup":                 `unknown command "soup" for "simmer serve"`,
		"serve echo extra":           `unexpected argument "extra": simmer serve echo takes none`,
		"serve echo --addr nonsense": "--addr: address nonsense: missing port in address",
		"serve echo --addr h:999999": "--addr: address h:999999: invalid port",
		"serve echo --workers -1":    "--workers must not be negative: -1",
		"serve echo --workers many":  `invalid argument "many" for "-w, --workers" flag: strconv.ParseInt: parsing "many": invalid syntax`,
		"bench extra":                `unexpected argument "extra": simmer bench takes none`,
		"bench --rounds 0":           "--rounds must be at least 1: 0",
		"bench --workers -1":         "--workers must not be negative: -1",
		"bench --peers rayon":        `--peers: unknown peer "rayon"; the peers are simmer, simmer-async, simmer-outside, go, pools, tokio, c-epoll`,
		"bench --filter (":           "--filter: error parsing regexp: missing closing ): `(`",
		"bench --filter [":           "--filter: error parsing regexp: missing closing ]: `[`",
		"version extra":              `unexpected argument "extra": simmer version takes none`,
		"fetch --workers -2":         "--workers must not be negative: -2",
		"fetch --timeout -1s":        "--timeout must not be negative: -1s",
		"fetch --timeout soon":       `invalid argument "soon" for "-t, --timeout" flag: time: invalid duration "soon"`,
		"fetch --retries -1":         "--retries must not be negative: -1",
		"fetch --out=":               "--out must name a directory",
		"fetch --out":                "flag needs an argument: --out",
		"fetch --retries 1000001":    "--retries must be at most 1000000: 1000001",
		"fetch --cacert ":            "--cacert must not be empty",
		"serve echo --addr ":         "--addr must not be empty",
		"bench --rounds 1000001":     "--rounds must be at most 1000000: 1000001",
		"bench --json ":              "--json must not be empty",
		"bench --html ":              "--html must not be empty",
		"bench --compare ":           "--compare must not be empty",
		"bench --peers ":             "--peers must not be empty",
		"bench --json x --html ./x":  "--json and --html must be two files: x",
		"bench --json - --html -":    "--json and --html must be two files: -",
		"bench --list --filter soup": `--filter: "soup" matches no workload, which --list prints, and none of the groups: core, spawn, sync, time, memory, latency, mixture, one_thread, echo`,
		"bench --long":               "--long is for --list",
		"bench --list --peers go":    "--peers does not go with --list",
		"vet --only ":                "--only must not be empty",
		"help soup":                  `no help topic "soup"`,
		"help serve soup":            `no help topic "serve soup"`,
		"completion tcsh":            `unknown command "tcsh" for "simmer completion"`,
		"completion bash extra":      `unexpected argument "extra": simmer completion bash takes none`,
		"--version extra":            `unknown command "extra" for "simmer"`,
	} {
		status, stdout, stderr := simmer(strings.Split(line, " ")...)
		require.Equal(t, 2, status, line)
		require.Empty(t, stdout, line)
		require.Regexp(t, `^simmer: `+regexp.QuoteMeta(want)+`\nRun 'simmer[a-z ]* --help' for usage.\n$`, stderr)
	}
}

func TestWhatFailsForAFileOrTheMachineEndsWithStatusOne(t *testing.T) {
	const missing = "/does/not/exist"
	for line, want := range map[string]string{
		"fetch --cacert " + missing:                     "--cacert: open " + missing + ": no such file or directory",
		"fetch --cacert " + os.Args[0]:                  "--cacert: no certificate in " + os.Args[0],
		"fetch --out " + os.Args[0] + " http://[::1]:1": "cannot make the output directory: mkdir " + os.Args[0] + ": not a directory",
		"bench --compare " + missing:                    "--compare: open " + missing + ": no such file or directory",
		"bench --json " + missing + "/x":                "--json: open " + missing + "/x: no such file or directory",
		"bench --html " + missing + "/x":                "--html: open " + missing + "/x: no such file or directory",
		"serve echo --addr 127.0.0.1:nosuchservice":     "listen tcp: lookup tcp/nosuchservice: ",
	} {
		status, stdout, stderr := simmer(strings.Split(line, " ")...)
		require.Equal(t, 1, status, line)
		require.Empty(t, stdout, line)
		require.Contains(t, stderr, want, line)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
}

func TestMistypedCommandIsProposed(t *testing.T) {
	status, _, stderr := simmer("fech")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "Did you mean this?\n\tfetch\n")
}

func TestHelpTellsFlagsDefaultsAndStatuses(t *testing.T) {
	for line, wants := range map[string][]string{
		"":                  {"fetch", "serve", "bench", "version", "completion", "Exit status", "a file is missing", "--version"},
		"help":              {"fetch", "serve"},
		"help serve echo":   {"--addr", "--help"},
		"completion":        {"bash", "fish"},
		"fetch --help":      {"--out", `"downloads"`, "--timeout", "30s", "--retries", "--sequential", "--cacert", "--workers", "130 interrupted"},
		"serve echo --help": {"--addr", "127.0.0.1:7000", "--workers", "5 s", "0 ended by a signal", "never 130"},
		"serve --help":      {"echo"},
		"bench --help":      {"--filter", "--peers", "--rounds", "10", "--workers", "--json", "--html", "--compare", "--list", "130 interrupted"},
		"bench --list":      {"spawn_many", "memory_parked", "one yield"},
		"bench --list --long --filter spawn_many": {"spawn_many", "tokio-outside", "tokio benches/rt_multi_threaded.rs"},
	} {
		status, stdout, stderr := simmer(strings.Fields(line)...)
		require.Zero(t, status, line)
		require.Empty(t, stderr, line)
		for _, want := range wants {
			require.Contains(t, stdout, want, line)
		}
	}
}

func TestCompletionKnowsCommandsAndFlags(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		status, stdout, _ := simmer("completion", shell)
		require.Zero(t, status)
		require.Contains(t, stdout, "simmer")
	}
	for line, want := range map[string]string{
		"fetch --se":            "--sequential",
		"fetch --cacert ":       "pem\ncrt\n:8",
		"fetch --out ":          ":16",
		"fetch --timeout ":      ":4",
		"serve ":                "echo",
		"help se":               "serve\t",
		"help serve ":           "echo\t",
		"serve echo --workers ": ":4",
		"bench --peers ":        "simmer-async\n",
		"bench --filter ":       ":4",
		"bench --html ":         "html\n:8",
	} {
		_, stdout, _ := simmer(append([]string{"__complete"}, strings.Split(line, " ")...)...)
		require.Contains(t, stdout, want, line)
	}
}

func TestFetchPrintsLinesTableAndTotalElsewhereThanOnATerminal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	status, stdout, stderr := simmer("fetch", "--out", dir, serve(t, soup)+"/menu.txt")
	require.Zero(t, status)
	require.Empty(t, stderr)
	require.Regexp(t, `^done menu.txt 200 4 B \d+ ms

FILE      STATUS  BYTES +MS
menu.txt  200         4 +\d+
1 file, 4 B in \d+ ms
$`, stdout)
	content, err := os.ReadFile(filepath.Join(dir, "menu.txt"))
	require.NoError(t, err)
	require.Equal(t, "soup", string(content))
}

func TestFetchGoesOnAfterAFailureAndEndsWithStatusOne(t *testing.T) {
	status, stdout, stderr := simmer("fetch", "--out", t.TempDir(), "--retries", "0",
		serve(t, http.NotFound)+"/gone", "mailto:cook", serve(t, soup)+"/menu.txt")
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "done menu.txt 200 4 B")
	require.Regexp(t, `gone +404 +- +\d+  404 Not Found\n`, stdout)
	require.Regexp(t, `mailto:cook +- +- +\d+  unsupported scheme "mailto"`, stdout)
	require.Contains(t, stdout, "1 of 3 files, 4 B in ")
	require.Equal(t, 2, strings.Count(stderr, "\n"), stderr)
	require.Contains(t, stderr, "/gone: 404 Not Found\n")
	require.Contains(t, stderr, "failed mailto:cook: unsupported scheme")
}

func TestFetchOfMalformedURLsOnlyEndsWithStatusOne(t *testing.T) {
	status, _, stderr := simmer("fetch", "--out", t.TempDir(), "", "http://")
	require.Equal(t, 1, status)
	require.Equal(t, 2, strings.Count(stderr, "malformed URL"), stderr)
}

func TestFetchIntoAnUnusableDirectoryIsOneError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	status, stdout, stderr := simmer("fetch", "--out", file, "http://127.0.0.1:1/x")
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Equal(t, "simmer: cannot make the output directory: mkdir "+file+": not a directory\n", stderr)
}

func TestFetchTrustsTheAuthoritiesOfCacert(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(soup))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(file, block, 0o666))
	status, stdout, stderr := simmer("fetch", "--out", t.TempDir(), "--cacert", file, server.URL+"/menu.txt")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "done menu.txt 200 4 B")
}

func TestFetchWithoutURLsFetchesFromItsOwnServers(t *testing.T) {
	for _, flags := range [][]string{{}, {"--workers", "1"}, {"--sequential"}} {
		dir := t.TempDir()
		status, stdout, stderr := simmer(append([]string{"fetch", "--out", dir}, flags...)...)
		require.Zero(t, status, stderr)
		require.Empty(t, stderr)
		require.Equal(t, 3, strings.Count(stdout, " ms, in pieces for 75 ms more: http"), stdout)
		require.Equal(t, 3, strings.Count(stdout, "done "))
		require.Regexp(t, `3 files, 2\.\d KiB in \d+ ms[;,] one after the other`, stdout)
		for _, name := range []string{"app.json", "database.yaml", "features.toml"} {
			got, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			want, err := os.ReadFile(filepath.Join("..", "configserver", "files", name))
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		}
	}
}

func TestServeEchoOnAnAddressInUseEndsWithStatusOne(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	status, stdout, stderr := simmer("serve", "echo", "--addr", l.Addr().String())
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "address already in use")
	require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
}

func TestBenchOfAnUnreadableFileEndsWithStatusOneBeforeItMeasures(t *testing.T) {
	dir := t.TempDir()
	for file, want := range map[string]string{
		"/does/not/exist": "open /does/not/exist: no such file or directory",
		dir:               dir + ": not a regular file",
		os.DevNull:        os.DevNull + ": not a regular file",
	} {
		status, stdout, stderr := simmer("bench", "--compare", file)
		require.Equal(t, 1, status)
		require.Empty(t, stdout)
		require.Equal(t, "simmer: --compare: "+want+"\n", stderr)
	}
}

// broken is an output that cannot be written.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestOutputThatCannotBeWrittenIsAnErrorUnlessItsReaderHasGone(t *testing.T) {
	for _, line := range []string{"version", "--version", "help", "fetch --help", "completion bash", "bench --list", "fetch --out " + t.TempDir()} {
		var stderr bytes.Buffer
		require.Equal(t, 0, cli.Main(strings.Fields(line), broken{syscall.EPIPE}, &stderr), line)
		require.Empty(t, stderr.String(), line)
		require.Equal(t, 1, cli.Main(strings.Fields(line), broken{syscall.ENOSPC}, &stderr), line)
		require.Equal(t, "simmer: no space left on device\n", stderr.String(), line)
	}
}

func TestAFailureIsToldAlsoIfTheOutputCannotBeWritten(t *testing.T) {
	for _, err := range []error{syscall.EPIPE, syscall.ENOSPC} {
		var stderr bytes.Buffer
		require.Equal(t, 1, cli.Main([]string{"fetch", "--out", t.TempDir(), "nonsense"}, broken{err}, &stderr))
		require.Contains(t, stderr.String(), "failed nonsense: ")
	}
}

func TestServeEchoThatCannotTellItsAddressEndsWithStatusOne(t *testing.T) {
	var stderr bytes.Buffer
	require.Equal(t, 1, cli.Main([]string{"serve", "echo", "--addr", "127.0.0.1:0"}, broken{syscall.ENOSPC}, &stderr))
	require.Equal(t, "simmer: no space left on device\n", stderr.String())
}

func TestVersionIsOneLine(t *testing.T) {
	for _, line := range []string{"version", "--version", "-v"} {
		status, stdout, stderr := simmer(line)
		require.Zero(t, status, line)
		require.Empty(t, stderr, line)
		require.Regexp(t, `^simmer \S+ `+regexp.QuoteMeta(runtime.Version())+`\n$`, stdout, line)
	}
}

func TestBenchPeerIsHiddenAndTellsWhatIsWrong(t *testing.T) {
	_, help, _ := simmer("help")
	require.NotContains(t, help, "bench-peer")
	status, stdout, stderr := simmer("bench-peer", "soup")
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Equal(t, "simmer: gopeer: no peer \"soup\"\n", stderr)
}
