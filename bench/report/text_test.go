package report_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/report"
	"github.com/simmer-go/simmer/bench/row"
)

func text(t *testing.T, run report.Run) string {
	var out strings.Builder
	require.NoError(t, report.Text(&out, run))
	return out.String()
}

// line returns the line of text that begins with these words.
func line(t *testing.T, text string, words ...string) string {
	for l := range strings.Lines(text) {
		fields := strings.Fields(l)
		if len(fields) >= len(words) && strings.Join(fields[:len(words)], " ") == strings.Join(words, " ") {
			return strings.Join(fields, " ")
		}
	}
	t.Fatalf("no line %v in\n%s", words, text)
	return ""
}

func TestEachRowOfOursHasItsRatioSignAndWord(t *testing.T) {
	out := text(t, sample())
	require.Equal(t, "stew simmer 40.0 50.0 100 120% 50.0 3 0.40x 0.42x - win", line(t, out, "stew", "simmer"))
	require.Equal(t, "stew simmer-async 120 140 280 114% 140 3 1.20x 1.17x + LOSS", line(t, out, "stew", "simmer-async"))
	require.Equal(t, "stew go 100 130 260 123% 130 3", line(t, out, "stew", "go"), "a peer is judged by nobody")
	require.Contains(t, line(t, out, "calls", "simmer"), "3.00x 3.00x + LOSS")
	require.Contains(t, line(t, out, "rate", "simmer"), "0.83x 0.83x - win", "more requests are less cost")
	require.Contains(t, line(t, out, "pots", "n=1000000", "simmer"), "96.0")
}

func TestMarksStandBelowTheTableAndFailuresInIt(t *testing.T) {
	out := text(t, sample())
	require.Equal(t, "stew pond FAILED [2]", line(t, out, "stew", "pond"))
	require.Equal(t, "[2] failed: <b>burnt</b>", line(t, out, "[2]"))
	require.Equal(t, "[1] disturbed: others used 0.7 cores", line(t, out, "[1]"))
	require.Equal(t, "CPU abacus", line(t, out, "CPU"))
}

func TestTheVerdictNeedsMinimumAndMedian(t *testing.T) {
	for _, c := range []struct {
		low, median float64
		want        string
	}{
		{97, 97, "=  even"}, {96, 96, "-  win"}, {103, 100, "=  even"}, {104, 104, "+  LOSS"}, {90, 110, "?  mixed"}, {100, 110, "?  mixed"},
	} {
		out := text(t, report.Run{Results: []measure.Result{timed("simmer", c.low, c.median), timed("go", 100, 100)}})
		require.Contains(t, out, c.want, "%v %v", c.low, c.median)
	}
}

func TestTheBestPeerIsTheOneToBeat(t *testing.T) {
	out := text(t, report.Run{Results: []measure.Result{
		timed("simmer", 50, 60), timed("go", 100, 120), timed("tokio", 80, 200), timed("simmer-boxed", 10, 10), failed("pond"),
	}})
	require.Contains(t, line(t, out, "stew", "simmer"), "0.62x 0.50x - win")
}

func TestWithoutAPeerThereIsNoVerdict(t *testing.T) {
	out := text(t, report.Run{Results: []measure.Result{timed("simmer", 50, 60), timed("simmer-async", 60, 70)}})
	require.Equal(t, "stew simmer 50.0 60.0 120 117% 60.0 3", line(t, out, "stew", "simmer"))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	require.ErrorContains(t, report.Text(broken{}, sample()), "disk full")
	require.ErrorContains(t, report.HTML(broken{}, sample()), "disk full")
	require.ErrorContains(t, report.Changes(broken{}, "old", nil), "disk full")
}

func TestChangesTellFiguresPercentAndVerdict(t *testing.T) {
	old, now := timed("simmer", 40, 50).Row, timed("simmer", 80, 100).Row
	var out strings.Builder
	require.NoError(t, report.Changes(&out, "old.json", row.Compare([]row.Row{old}, []row.Row{now})))
	require.Equal(t, "stew simmer 10 ns_median 50.0 100 +100.0% SLOWER", line(t, out.String(), "stew", "simmer"))
	require.Contains(t, out.String(), "Since old.json:")
	require.Contains(t, out.String(), "1 SLOWER.")
}

func Example() {
	_ = report.Text(os.Stdout, report.Run{Results: []measure.Result{timed("simmer", 40, 50), timed("go", 100, 130)}})
	// Output:
	//
	//  bench  impl    min ns  median  p95  spread  CPU ns  allocs  bytes  RSS MiB  x min  x median  verdict  note
	//  stew   simmer    40.0    50.0  100    120%    50.0                       3  0.40x     0.38x  -  win
	//  stew   go         100     130  260    123%     130                       3
	//
	// ns: nanoseconds per unit of work. spread: from minimum to 95th percentile, as a part of the median. CPU: user and system time.
	// runs: processes that a probe was run in; its figures are their medians.
	// x: our cost as a part of the best peer's, of minima (of a probe: the best run) and of medians. - win: less on both; + LOSS: more on both; = even: within 3 %; ? mixed.
}
