package report_test

import (
	"github.com/simmer-go/simmer/bench/machine"
	"github.com/simmer-go/simmer/bench/measure"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/report"
	"github.com/simmer-go/simmer/bench/row"
	"github.com/simmer-go/simmer/bench/workload"
)

var (
	stew = &workload.Workload{
		Name: "stew", Title: "Cooks stew", Unit: "a bowl", Source: "grandmother", Metric: workload.Time, Constants: []workload.Constant{{Name: "bowls", Value: 7}},
	}
	pots  = &workload.Workload{Name: "pots", Title: "Pots on the shelf", Unit: "a pot", Metric: workload.RSSPerTask, Scales: []int64{1000, 1_000_000}}
	calls = &workload.Workload{Name: "calls", Title: "Calls for soup", Unit: "a call", Metric: workload.Latency, Scales: []int64{500}}
	rate  = &workload.Workload{Name: "rate", Title: "Soup for many", Unit: "a bowl", Metric: workload.ReqPerS, Scales: []int64{50}}
)

// timed is a result of stew.
func timed(impl string, low, median float64) measure.Result {
	p95 := 2 * median
	return measure.Result{
		Row:      row.Row{Bench: "stew", Impl: impl, Unit: "a bowl", N: 10, NsMin: &low, NsMedian: &median, NsP95: &p95, CPUNs: &median, Workers: 2},
		Workload: stew, RSSBytes: 3 << 20,
	}
}

// probed is a result of a probe.
func probed(w *workload.Workload, impl string, n int64, extra map[string]float64) measure.Result {
	return measure.Result{
		Row: row.Row{Bench: w.Name, Impl: impl, Unit: w.Unit, N: n, Runs: 3, Workers: 2}, Workload: w, Extra: extra, Figures: []float64{extra[w.Metric.Name]},
	}
}

func failed(impl string) measure.Result {
	r := measure.Result{Row: row.Row{Bench: "stew", Impl: impl, Workers: 2}, Workload: stew, Failed: true}
	r.Mark("failed: <b>burnt</b>")
	return r
}

// sample has every kind of row.
func sample() report.Run {
	run := report.Run{
		Facts: []machine.Fact{{Name: "CPU", Value: "abacus"}, {Name: "peer tokio", Value: "left out: no <cargo>"}},
		Results: []measure.Result{
			timed("simmer", 40, 50), timed("simmer-async", 120, 140), timed("go", 100, 130), timed("tokio", 110, 120), failed("pond"),
		},
	}
	for _, n := range pots.Scales {
		run.Results = append(run.Results,
			probed(pots, "simmer", n, map[string]float64{protocol.RSSPerTask: 96}),
			probed(pots, "go", n, map[string]float64{protocol.RSSPerTask: 2700}))
	}
	run.Results = append(run.Results,
		probed(calls, "simmer", 500, latencies(9)), probed(calls, "go", 500, latencies(3)),
		probed(rate, "simmer", 50, map[string]float64{protocol.ReqPerS: 120_000}),
		probed(rate, "go", 50, map[string]float64{protocol.ReqPerS: 100_000}))
	for i := range run.Results {
		if run.Results[i].Impl == "tokio" {
			run.Results[i].MarkDisturbed(0.7)
		}
	}
	return run
}

func latencies(us float64) map[string]float64 {
	return map[string]float64{protocol.P50: us, protocol.P90: 2 * us, protocol.P99: 5 * us, protocol.P999: 9 * us, protocol.Max: 20 * us}
}
