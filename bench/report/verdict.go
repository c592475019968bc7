package report

import (
	"fmt"
	"strings"

	"github.com/simmer-go/simmer/bench/measure"
)

// evenBand is how far two costs may lie apart and count as the same: two runs of the same program differ by as much.
const evenBand = 0.03

// Verdict is how a row of ours compares with the best peer. Ratios are of cost: below 1 is better than every peer.
type Verdict struct {
	Min, Median float64
	Best        string // the impl with the lowest minimum
}

// ours reports whether impl is simmer's.
func ours(impl string) bool { return impl == "simmer" || strings.HasPrefix(impl, "simmer-") }

// judge compares r with the peers among rows, which are of the same workload and scale. It reports false if r is a peer itself
// or there is nothing to compare.
func judge(r *measure.Result, rows []measure.Result) (v Verdict, ok bool) {
	mine, myMedian, measured := r.Value()
	if !ours(r.Impl) || !measured {
		return v, false
	}
	var best, bestMedian float64
	for i := range rows {
		peer := &rows[i]
		value, median, measured := peer.Value()
		if ours(peer.Impl) || !measured || peer.Bench != r.Bench || peer.N != r.N {
			continue
		}
		if v.Best == "" || better(r, value, best) {
			best, v.Best = value, peer.Impl
		}
		if bestMedian == 0 || better(r, median, bestMedian) {
			bestMedian = median
		}
	}
	if v.Best == "" || best <= 0 || bestMedian <= 0 || mine <= 0 || myMedian <= 0 {
		return v, false
	}
	v.Min, v.Median = mine/best, myMedian/bestMedian
	if r.Workload.Metric.HigherIsBetter {
		v.Min, v.Median = best/mine, bestMedian/myMedian
	}
	return v, true
}

func better(r *measure.Result, a, b float64) bool {
	if r.Workload.Metric.HigherIsBetter {
		return a > b
	}
	return a < b
}

// Word is the verdict for people, with its sign: minus is less cost than the best peer.
func (v Verdict) Word() string {
	low, high := min(v.Min, v.Median), max(v.Min, v.Median)
	switch {
	case high < 1-evenBand:
		return "-  win"
	case low > 1+evenBand:
		return "+  LOSS"
	case low >= 1-evenBand && high <= 1+evenBand:
		return "=  even"
	}
	return "?  mixed"
}

// ratio formats a ratio of costs.
func ratio(r float64) string { return fmt.Sprintf("%.2fx", r) }
