package workload_test

import (
	"testing"

	"github.com/simmer-go/simmer/bench/workload"
)

// BenchmarkTimed runs the timed workloads in this process, for profiles. ns/op is for one iteration, ns/unit for one unit of work.
func BenchmarkTimed(b *testing.B) {
	for _, w := range workload.All() {
		if w.IsProbe() {
			continue
		}
		for _, impl := range w.Impls {
			b.Run(w.Name+"/"+impl.Name, func(b *testing.B) {
				run, stop := impl.Begin(workers)
				defer stop()
				b.ReportAllocs()
				for b.Loop() {
					run(1, func(work func()) { work() })
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(w.Units), "ns/unit")
			})
		}
	}
}
