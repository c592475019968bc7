package workload_test

import (
	goruntime "runtime"
	"testing"
	"time"

	"github.com/simmer-go/simmer/bench/workload"
)

// benchWarmUp is run before the clock: a runtime that was just built has empty pools, a fresh process a small heap.
const benchWarmUp = 20 * time.Millisecond

// BenchmarkTimed runs the timed workloads in this process, on as many workers as -cpu says. ns/op is for one iteration, ns/unit
// for one unit of work.
//
// It gives all b.N iterations to the body as one request, as the runner does, and so does without b.Loop: one iteration of some
// rows is too short to begin a request for each. Package agreement lays its figures beside the runner's.
func BenchmarkTimed(b *testing.B) {
	for _, w := range workload.All() {
		if w.IsProbe() {
			continue
		}
		for _, impl := range w.Impls {
			b.Run(w.Name+"/"+impl.Name, func(b *testing.B) {
				b.StopTimer()
				b.ReportAllocs()
				run, stop := impl.Begin(goruntime.GOMAXPROCS(0))
				defer stop()
				for warm := time.Duration(0); warm < benchWarmUp; {
					run(1, func(work func()) {
						start := time.Now()
						work()
						warm += time.Since(start)
					})
				}
				f := run(int64(b.N), func(work func()) {
					b.StartTimer()
					work()
					b.StopTimer()
				})
				if want := uint64(b.N) * w.Check; f.Check != want {
					b.Fatalf("computed %d, not %d", f.Check, want)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(w.Units), "ns/unit")
			})
		}
	}
}
