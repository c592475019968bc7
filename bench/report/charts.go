package report

import (
	"fmt"
	"strings"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/protocol"
)

// chart is a picture of the HTML report, as its script reads it. What it shows stands in the section's table too.
type chart struct {
	ID     string   `json:"id"`
	Kind   kind     `json:"kind"`
	Label  string   `json:"label"` // what the picture shows, for those who do not see it too
	Axis   string   `json:"axis"`  // the unit of the values
	Steps  []string `json:"steps"` // bars: impls; percentiles: their names
	Series []series `json:"series"`
}

type kind string

// The kinds of charts.
const (
	bars        kind = "bars"        // minimum and median of each impl
	scale       kind = "scale"       // cost against the number of tasks, both axes logarithmic
	percentiles kind = "percentiles" // latency at some percentiles
)

// series is one colour of a chart.
type series struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values,omitempty"` // for each step; nil where there is none
	Points []point    `json:"points,omitempty"` // of a scale
}

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// charts returns the pictures of one workload's results: those that have something to show.
func charts(results []measure.Result) []chart {
	w := results[0].Workload
	var all []chart
	if w.IsProbe() && len(w.Scales) > 1 {
		all = append(all, scaleChart(results))
	} else {
		all = append(all, barChart(results))
	}
	for _, n := range scalesOf(results) {
		all = append(all, percentileChart(results, n))
	}
	var shown []chart
	for i, c := range all {
		if len(c.Series) > 0 {
			c.ID = fmt.Sprintf("%s-%d", w.Name, i)
			shown = append(shown, c)
		}
	}
	return shown
}

func barChart(results []measure.Result) chart {
	w := results[0].Workload
	c := chart{Kind: bars, Axis: w.Metric.Label, Label: fmt.Sprintf("%s, %s: %s.", w.Name, w.Unit, w.Metric.Label)}
	best, median := series{Name: "minimum"}, series{Name: "median"}
	differ := false
	var told []string
	for i := range results {
		lowest, middle, ok := results[i].Value()
		if !ok {
			continue
		}
		c.Steps = append(c.Steps, results[i].Impl)
		best.Values, median.Values = append(best.Values, &lowest), append(median.Values, &middle)
		differ = differ || lowest != middle
		told = append(told, fmt.Sprintf("%s %s", results[i].Impl, number(&lowest)))
	}
	c.Label += " " + strings.Join(told, ", ")
	switch {
	case len(c.Steps) == 0:
	case differ:
		c.Series = []series{best, median}
	default:
		median.Name = w.Metric.Label
		c.Series = []series{median}
	}
	return c
}

func scaleChart(results []measure.Result) chart {
	w := results[0].Workload
	c := chart{Kind: scale, Axis: w.Metric.Label, Label: fmt.Sprintf("%s: %s against the number of tasks", w.Name, w.Metric.Label)}
	for i := range results {
		value, _, ok := results[i].Value()
		if !ok || value <= 0 { // logarithmic axes have no zero
			continue
		}
		c.add(results[i].Impl, point{float64(results[i].N), value})
	}
	return c
}

// add adds a point to the series of that name.
func (c *chart) add(name string, p point) {
	for i := range c.Series {
		if c.Series[i].Name == name {
			c.Series[i].Points = append(c.Series[i].Points, p)
			return
		}
	}
	c.Series = append(c.Series, series{Name: name, Points: []point{p}})
}

// scalesOf returns the scales of results, in their order.
func scalesOf(results []measure.Result) (scales []int64) {
	for i := range results {
		if i == 0 || results[i].N != results[i-1].N {
			scales = append(scales, results[i].N)
		}
	}
	return scales
}

var quantiles = []struct{ step, latency, lateness string }{
	{"p50", protocol.P50, protocol.LatenessP50},
	{"p90", protocol.P90, ""},
	{"p99", protocol.P99, protocol.LatenessP99},
	{"p99.9", protocol.P999, ""},
	{"max", protocol.Max, protocol.LatenessMax},
}

// percentileChart is empty if results have no latencies at scale n.
func percentileChart(results []measure.Result, n int64) chart {
	w := results[0].Workload
	c := chart{Kind: percentiles, Axis: "us", Label: fmt.Sprintf("%s, n=%d: latency in microseconds by percentile", w.Name, n)}
	for _, q := range quantiles {
		c.Steps = append(c.Steps, q.step)
	}
	for i := range results {
		s := series{Name: results[i].Impl}
		some := 0
		for _, q := range quantiles {
			value, ok := results[i].Extra[q.latency]
			if !ok {
				value, ok = results[i].Extra[q.lateness]
			}
			if !ok || value <= 0 {
				s.Values = append(s.Values, nil)
				continue
			}
			s.Values = append(s.Values, &value)
			some++
		}
		if some > 1 && results[i].N == n {
			c.Series = append(c.Series, s)
		}
	}
	return c
}
