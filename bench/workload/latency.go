package workload

import (
	"slices"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
)

// latencies are the figures of a probe whose every unit of work is one sample.
func latencies(samples []time.Duration) Figures {
	slices.Sort(samples)
	at := func(permille int) float64 {
		return float64(samples[min(len(samples)*permille/1000, len(samples)-1)].Nanoseconds()) / 1000
	}
	return Figures{Units: int64(len(samples)), Check: uint64(len(samples)), Extra: map[string]float64{
		protocol.P50: at(500), protocol.P90: at(900), protocol.P99: at(990), protocol.P999: at(999), protocol.Max: at(1000),
	}}
}
