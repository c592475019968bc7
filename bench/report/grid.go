package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// column is a column of a table of results.
type column struct {
	title string
	cell  func(r *measure.Result) string // empty if it does not apply
}

// grid has the rows that are compared by the same metric, as cells. Both reports show it.
type grid struct {
	Titles []string
	Rows   []gridRow
}

type gridRow struct {
	Result *measure.Result
	Cells  []string
	First  bool // of its workload and scale
}

// LastColumn is the number of the last column, which has the verdict.
func (g grid) LastColumn() int { return len(g.Titles) - 1 }

// failed stands in place of a verdict.
const failed = "FAILED"

// The first columns name the row; their cells stand left.
const nameColumns = 2

var names = []column{
	{"bench", func(r *measure.Result) string { return r.Bench + step(r) }},
	{"impl", func(r *measure.Result) string { return r.Impl }},
}

// step is the scale of a row, where its workload has more than one.
func step(r *measure.Result) string {
	if len(r.Workload.Scales) > 1 {
		return fmt.Sprintf(" n=%d", r.N)
	}
	return ""
}

var timeColumns = []column{
	{"min ns", func(r *measure.Result) string { return number(r.NsMin) }},
	{"median", func(r *measure.Result) string { return number(r.NsMedian) }},
	{"p95", func(r *measure.Result) string { return number(r.NsP95) }},
	{"spread", func(r *measure.Result) string {
		if part, ok := r.Spread(); ok {
			return fmt.Sprintf("%.0f%%", 100*part)
		}
		return ""
	}},
	{"CPU ns", func(r *measure.Result) string { return number(r.CPUNs) }},
	{"allocs", func(r *measure.Result) string { return number(r.Allocs) }},
	{"bytes", func(r *measure.Result) string { return number(r.Bytes) }},
	{"RSS MiB", func(r *measure.Result) string {
		if r.RSSBytes == 0 {
			return ""
		}
		return fmt.Sprintf("%.0f", r.RSSBytes/(1<<20))
	}},
}

// extraColumns are those of a probe: its metric, what else the answers have, CPU.
func extraColumns(m workload.Metric, rows []*measure.Result) []column {
	columns := []column{{m.Label, extra(m.Name)}}
	for _, e := range []struct{ name, title string }{
		{protocol.P50, "p50 us"}, {protocol.P90, "p90 us"}, {protocol.P99, "p99 us"}, {protocol.P999, "p99.9 us"}, {protocol.Max, "max us"},
		{protocol.LatenessMean, "late mean us"}, {protocol.LatenessP50, "late p50 us"}, {protocol.LatenessP99, "late p99 us"}, {protocol.LatenessMax, "late max us"},
		{protocol.ReqPerS, "req/s"},
	} {
		for _, r := range rows {
			if _, ok := r.Extra[e.name]; ok && e.name != m.Name {
				columns = append(columns, column{e.title, extra(e.name)})
				break
			}
		}
	}
	return append(columns,
		column{"CPU ns", func(r *measure.Result) string { return number(r.CPUNs) }},
		column{"runs", func(r *measure.Result) string { return strconv.Itoa(r.Runs) }},
	)
}

func extra(name string) func(r *measure.Result) string {
	return func(r *measure.Result) string {
		if value, ok := r.Extra[name]; ok {
			return number(&value)
		}
		return ""
	}
}

// grids groups results by metric, in the order of their first row.
func grids(results []measure.Result) []grid {
	var metrics []workload.Metric
	byMetric := map[workload.Metric][]*measure.Result{}
	for i := range results {
		m := results[i].Workload.Metric
		if byMetric[m] == nil {
			metrics = append(metrics, m)
		}
		byMetric[m] = append(byMetric[m], &results[i])
	}
	var all []grid
	for _, m := range metrics {
		columns := timeColumns
		if m != workload.Time {
			columns = extraColumns(m, byMetric[m])
		}
		all = append(all, makeGrid(slices.Concat(names, columns, verdictColumns(results)), byMetric[m]))
	}
	return all
}

func makeGrid(columns []column, rows []*measure.Result) grid {
	var t grid
	for _, c := range columns {
		t.Titles = append(t.Titles, c.title)
	}
	for i, r := range rows {
		row := gridRow{Result: r, First: i == 0 || rows[i-1].Bench != r.Bench || rows[i-1].N != r.N}
		for _, c := range columns {
			row.Cells = append(row.Cells, c.cell(r))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func verdictColumns(results []measure.Result) []column {
	cell := func(show func(v Verdict) string) func(r *measure.Result) string {
		return func(r *measure.Result) string {
			if v, ok := judge(r, results); ok {
				return show(v)
			}
			return ""
		}
	}
	return []column{
		{"x min", cell(func(v Verdict) string { return ratio(v.Min) })},
		{"x median", cell(func(v Verdict) string { return ratio(v.Median) })},
		{"verdict", func(r *measure.Result) string {
			if r.Failed {
				return failed
			}
			return cell(Verdict.Word)(r)
		}},
	}
}

// number shows three digits at least, and no more than two behind the point.
func number(value *float64) string {
	if value == nil {
		return ""
	}
	switch size := math.Abs(*value); {
	case size >= 100:
		return strconv.FormatFloat(*value, 'f', 0, 64)
	case size >= 10:
		return strconv.FormatFloat(*value, 'f', 1, 64)
	}
	return strconv.FormatFloat(*value, 'f', 2, 64)
}
