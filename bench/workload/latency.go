package workload

import (
	"slices"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
)

// latencies are the figures of a probe whose every unit of work is one sample. It sorts them; there must be at least one.
func latencies(samples []time.Duration) Figures {
	slices.Sort(samples)
	return Figures{Units: int64(len(samples)), Check: uint64(len(samples)), Extra: map[string]float64{
		protocol.P50: quantile(samples, 500), protocol.P90: quantile(samples, 900), protocol.P99: quantile(samples, 990),
		protocol.P999: quantile(samples, 999), protocol.Max: quantile(samples, 1000),
	}}
}

// lateness is latencies for timers that were late. The check counts those that were not early.
func lateness(late []time.Duration) Figures {
	slices.Sort(late)
	var sum time.Duration
	for _, l := range late {
		sum += l
	}
	early, _ := slices.BinarySearch(late, 0)
	return Figures{Units: int64(len(late)), Check: uint64(len(late) - early), Extra: map[string]float64{
		protocol.LatenessMean: microseconds(sum) / float64(len(late)), protocol.LatenessP50: quantile(late, 500),
		protocol.LatenessP99: quantile(late, 990), protocol.LatenessMax: quantile(late, 1000),
	}}
}

// quantile is the sample below which the part of all samples lies that permille says, in microseconds.
func quantile(sorted []time.Duration, permille int) float64 {
	return microseconds(sorted[min(len(sorted)*permille/1000, len(sorted)-1)])
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
