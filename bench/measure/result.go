package measure

import (
	"math"

	"github.com/montanaflynn/stats"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/row"
	"github.com/simmer-go/simmer/bench/workload"
)

// Result is a row with what only the reports of the same run need.
type Result struct {
	row.Row
	Workload *workload.Workload
	Peer     string

	Samples    []float64          // ns per unit of work, in the order in which they were taken
	Extra      map[string]float64 // medians over the samples
	Figures    []float64          // of the samples, if rows are compared by one that is not the time
	RSSBytes   float64            // resident memory of the process, the median over the samples
	CPUSeconds float64            // user and system time of all samples
	Failed     bool
}

// Value returns the figure that the workload's rows are compared by: the best of the samples, and their median. It reports false
// if there is none.
func (r *Result) Value() (best, median float64, ok bool) {
	if r.Failed {
		return 0, 0, false
	}
	if name := r.Workload.Metric.Name; name != workload.TimeName {
		median, ok := r.Extra[name]
		return r.best(), median, ok
	}
	if r.NsMin == nil {
		return 0, 0, false
	}
	return *r.NsMin, *r.NsMedian, true
}

// Spread returns how far the 95th percentile lies above the minimum, as a part of the median. It reports false if there is no
// time, or one sample alone.
func (r *Result) Spread() (part float64, ok bool) {
	if r.NsMin == nil || *r.NsMedian == 0 || r.Runs == 1 {
		return 0, false
	}
	return (*r.NsP95 - *r.NsMin) / *r.NsMedian, true
}

// summarize makes the figures of a row of its answers.
func (r *Result) summarize(answers []protocol.Answer) {
	var ns, cpu, allocs, bytes, rss []float64
	extra := map[string][]float64{}
	for _, a := range answers {
		units := float64(a.Units)
		if !r.Workload.IsProbe() {
			ns = append(ns, float64(a.WallNS)/units)
		}
		if ns, ok := a.Extra[protocol.CPUNS]; ok {
			cpu = append(cpu, ns)
		} else if a.CPUNS > 0 {
			cpu = append(cpu, float64(a.CPUNS)/units)
		}
		if a.Allocs != nil {
			allocs = append(allocs, float64(*a.Allocs)/units)
		}
		if a.Bytes != nil {
			bytes = append(bytes, float64(*a.Bytes)/units)
		}
		if a.RSSBytes > 0 {
			rss = append(rss, float64(a.RSSBytes))
		}
		for name, value := range a.Extra {
			extra[name] = append(extra[name], value)
		}
		r.CPUSeconds += float64(a.CPUNS) / 1e9
	}
	r.Samples, r.Runs = ns, len(answers)
	r.NsMin, r.NsMedian, r.NsP95 = figure(stats.Min(ns)), figure(stats.Median(ns)), figure(stats.PercentileNearestRank(ns, 95))
	r.CPUNs, r.Allocs, r.Bytes = figure(stats.Median(cpu)), figure(stats.Median(allocs)), figure(stats.Median(bytes))
	if m := figure(stats.Median(rss)); m != nil {
		r.RSSBytes = *m
	}
	r.Extra = map[string]float64{}
	for name, values := range extra {
		r.Extra[name] = *figure(stats.Median(values))
		r.Set(name, r.Extra[name]) // it has the same name in a row
		if name == r.Workload.Metric.Name {
			r.Figures = values
		}
	}
}

// metricOf returns the name in a row of what the rows of w are compared by.
func metricOf(w *workload.Workload) string {
	if w.Metric.Name == workload.TimeName {
		return row.Median
	}
	return w.Metric.Name
}

// best is 0 without figures.
func (r *Result) best() float64 {
	if len(r.Figures) == 0 {
		return 0
	}
	if r.Workload.Metric.HigherIsBetter {
		return *figure(stats.Max(r.Figures))
	}
	return *figure(stats.Min(r.Figures))
}

// figure is nil if there were no values. Hundredths are kept: more is noise.
func figure(value float64, err error) *float64 {
	if err != nil || math.IsNaN(value) {
		return nil
	}
	return new(math.Round(value*100) / 100)
}

// fail makes r a row of a peer that has failed.
func (r *Result) fail(err error) {
	r.Failed = true
	r.MarkFailed(err)
}
