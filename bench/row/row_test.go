package row_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/row"
)

func TestJSONHasTheAgreedKeysAndLeavesOutWhatDoesNotApply(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	full := row.Row{
		Bench: "b", Impl: "i", Unit: "u", N: 1, NsMin: v(2), NsMedian: v(3), NsP95: v(4), CPUNs: v(5), Allocs: v(0), Bytes: v(6),
		RSSPerTask: v(7), HeapKept: v(14), LatenessUsMean: v(12), LatenessUsP99: v(8), ReqPerS: v(9), P50Us: v(10),
		P99Us: v(11), MaxUs: v(13), Metric: "max_us", Runs: 3, Workers: 2, Note: "n",
	}
	var out bytes.Buffer
	require.NoError(t, full.Write(&out))
	require.Equal(t, `{"bench":"b","impl":"i","unit":"u","n":1,"ns_min":2,"ns_median":3,"ns_p95":4,"cpu_ns":5,"allocs":0,"bytes":6,`+
		`"rss_per_task":7,"heap_kept":14,"lateness_us_mean":12,"lateness_us_p99":8,"req_per_s":9,"p50_us":10,"p99_us":11,`+
		`"max_us":13,"metric":"max_us","runs":3,"workers":2,"note":"n"}`+"\n", out.String())
	out.Reset()
	bare := row.Row{Bench: "b", Impl: "i", Unit: "u", N: 1, Workers: 2}
	require.NoError(t, bare.Write(&out))
	require.Equal(t, `{"bench":"b","impl":"i","unit":"u","n":1,"workers":2}`+"\n", out.String())
}

func TestRowsThatWereWrittenAreRead(t *testing.T) {
	value := 1.25
	want := []row.Row{{Bench: "a", Impl: "go", NsMin: &value, Note: "x"}, {Bench: "b", Impl: "tokio", Workers: 2, Note: "1 run; failed: no gas"}}
	var out bytes.Buffer
	for _, r := range want {
		require.NoError(t, r.Write(&out))
		out.WriteString("\n")
	}
	got, err := row.Read(&out)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestReadNamesTheLineThatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`{"bench":"a","impl":"go","ns_median":1}` + "\nsoup\n": "row: line 2: invalid character",
		`{"impl":"go"}`: "row: line 1: bench or impl is missing",
		"\n{}":          "row: line 2: bench or impl is missing",
		`{"bench":"a","impl":"go","note":"1 run"}`: "row: line 1: a of go has no figure, and no note that it failed",
		`{"bench":"a","impl":"go","ns_median":1`:   "row: line 1: unexpected end of JSON input",
		strings.Repeat("x", 1<<20):                 "row: bufio.Scanner: token too long",
	} {
		_, err := row.Read(strings.NewReader(text))
		require.ErrorContains(t, err, want)
	}
}

func TestARowWithAnyFigureIsRead(t *testing.T) {
	for _, figure := range []string{
		"ns_min", "ns_median", "ns_p95", "cpu_ns", "allocs", "bytes", "rss_per_task", "heap_kept", "lateness_us_mean", "lateness_us_p99",
		"req_per_s", "p50_us", "p99_us", "max_us",
	} {
		rows, err := row.Read(strings.NewReader(`{"bench":"a","impl":"go","` + figure + `":0}`))
		require.NoError(t, err)
		require.Len(t, rows, 1)
	}
}

func TestMarksAreOneLine(t *testing.T) {
	var r row.Row
	r.Mark("failed: %s", "a\nb")
	require.False(t, r.Disturbed())
	r.MarkDisturbed(0.456)
	require.True(t, r.Disturbed())
	require.Equal(t, "failed: a b; disturbed: others used 0.5 cores", r.Note)
}
