package report_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/report"
)

func html(t *testing.T) string {
	var out strings.Builder
	require.NoError(t, report.HTML(&out, sample()))
	return out.String()
}

func TestThePageHasEveryRowAndFact(t *testing.T) {
	run, page := sample(), html(t)
	for _, r := range run.Results {
		name := r.Bench
		if len(r.Workload.Scales) > 1 {
			name = regexp.QuoteMeta(name) + " n=[0-9]+"
		}
		require.Regexp(t, `<tr( class="noted")?><th scope="row">`+name+`</th><th scope="row">`+r.Impl+`</th>`, page)
		require.Contains(t, page, `<section id="`+r.Bench+`">`)
	}
	for _, text := range []string{
		"abacus", "Cooks stew. Unit of work: a bowl. After grandmother. Constants: bowls=7.",
		`<td class="win">-  win</td>`, `<td class="loss">+  LOSS</td>`, `<td class="loss">FAILED</td>`, "disturbed: others used 0.7 cores",
	} {
		require.Contains(t, strings.ReplaceAll(page, "&#43;", "+"), text)
	}
}

func TestANoteStandsBelowItsRowAsWideAsTheTable(t *testing.T) {
	require.Regexp(t, `(?s)<tr class="noted">[^\n]*>tokio<[^\n]*</tr>\n<tr class="note"><td colspan="\d+"><p>disturbed: others used 0.7 cores</p></td></tr>`, html(t))
}

func TestThePageNeedsNoNetwork(t *testing.T) {
	page := html(t)
	require.NotRegexp(t, `(?i)(src|href)\s*=\s*["']?(https?:)?//`, page)
	require.NotRegexp(t, `(?i)@import|\burl\(|sourceMappingURL`, page)
	require.Contains(t, page, "Released under the MIT License")
	require.Contains(t, page, "Chart.js v4")
}

func TestWhatPeersSayIsNoMarkup(t *testing.T) {
	page := html(t)
	require.NotContains(t, page, "<b>burnt")
	require.NotContains(t, page, "<cargo>")
	require.Contains(t, page, "&lt;b&gt;burnt")
}

// pageChart is a chart as the page's script reads it.
type pageChart struct {
	ID, Kind, Label, Axis string
	Steps                 []string
	Series                []struct {
		Name   string
		Values []*float64
		Points []struct{ X, Y float64 }
	}
}

func charts(t *testing.T) map[string]pageChart {
	found := regexp.MustCompile(`const charts = (\[.*\]);`).FindStringSubmatch(html(t))
	require.Len(t, found, 2)
	var all []pageChart
	require.NoError(t, json.Unmarshal([]byte(found[1]), &all))
	byID := map[string]pageChart{}
	for _, c := range all {
		byID[c.ID] = c
	}
	return byID
}

func TestEachChartHasItsCanvasAndSaysWhatItShows(t *testing.T) {
	page := html(t)
	for id, c := range charts(t) {
		require.Regexp(t, `<canvas id="`+id+`" role="img" aria-label="`+regexp.QuoteMeta(c.Label), page)
	}
}

func TestChartsShowCostScaleAndLatency(t *testing.T) {
	all := charts(t)
	require.Len(t, all, 5)
	cost := all["stew-0"]
	require.Equal(t, "bars", cost.Kind)
	require.Equal(t, []string{"simmer", "simmer-async", "go", "tokio"}, cost.Steps, "what failed has no bar")
	require.Equal(t, "minimum", cost.Series[0].Name)
	require.EqualValues(t, 40, *cost.Series[0].Values[0])
	require.EqualValues(t, 50, *cost.Series[1].Values[0])
	scale := all["pots-0"]
	require.Equal(t, "scale", scale.Kind)
	require.Len(t, scale.Series, 2)
	for _, s := range scale.Series {
		require.Len(t, s.Points, 2)
		require.EqualValues(t, 1000, s.Points[0].X)
	}
	latency := all["calls-1"]
	require.Equal(t, "percentiles", latency.Kind)
	require.Equal(t, []string{"p50", "p90", "p99", "p99.9", "max"}, latency.Steps)
	require.Len(t, latency.Series[0].Values, 5)
	require.Len(t, all["calls-0"].Series, 1, "one sample has no minimum beside its median")
	require.Contains(t, all, "rate-0")
}

// TestThePageForABrowser keeps the sample page where SIMMER_TEST_PAGE says, to be looked at.
func TestThePageForABrowser(t *testing.T) {
	name := os.Getenv("SIMMER_TEST_PAGE")
	if name == "" {
		t.Skip("SIMMER_TEST_PAGE names no file")
	}
	require.NoError(t, os.WriteFile(name, []byte(html(t)), 0o666))
}
