package bench_test

import (
	"testing"

	"github.com/simmer-go/simmer/bench/workload"
)

// BenchmarkCore runs the core table, each row with the goroutines' figure beside ours. ns/op is for one run of Ops
// operations; ns/unit is what the table compares.
func BenchmarkCore(b *testing.B) {
	for _, w := range workload.Core() {
		for _, impl := range w.Impls {
			b.Run(w.Name+"/"+impl.Name, func(b *testing.B) {
				run, stop := impl.Start()
				defer stop()
				b.ReportAllocs()
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(w.Ops), "ns/unit")
			})
		}
	}
}
