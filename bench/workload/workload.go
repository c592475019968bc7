package workload

import (
	"slices"
	"time"

	"github.com/simmer-go/simmer/runtime"
)

// Workload is one row of the table, or a row for each of its scales.
type Workload struct {
	Name   string // of the row, in lower case with underscores
	Group  string // what is chosen together: core, spawn, sync, time, memory, latency, mixture, one_thread, echo
	Title  string // what is done, in one line
	Unit   string // what one unit of work is
	Source string // the benchmark that the bodies mirror; empty if there is none

	// Units and Check are those of one iteration; for a probe those of one step of its scale.
	Units int64
	Check uint64
	// Constants are the numbers that every peer must use alike.
	Constants []Constant

	Metric Metric // what rows are compared by
	// Workers is the number of workers, or of Go processors, whatever is asked for; 0 is what is asked for.
	Workers int
	// Scales makes the workload a probe: it is run once in a fresh process for each sample, at each of these scales.
	Scales []int64
	// Samples is the number of samples of a probe at each scale. Default 1.
	Samples int
	// Lasts is how long a probe takes whatever its scale, roughly: it moves the progress bar.
	Lasts time.Duration
	// Limit is the longest time that one request may take. Default 30 s.
	Limit time.Duration

	Impls     []Impl   // in this program, simmer's first
	Elsewhere []string // the impls of peers that are programs of their own
}

// Constant is a number that the bodies of a workload share.
type Constant struct {
	Name  string
	Value int64
}

// Impl is a workload on one runtime: Start or Metered of a timed workload, Probe of a probe.
type Impl struct {
	Name string
	// MaxScale is the largest scale that is run; 0 is no limit.
	MaxScale int64
	// Start builds what the iterations share. run does iterations, returns when the last unit of work has ended, and tells the
	// sum of what they have computed; stop gives everything back.
	Start func(workers int) (run func(iterations int64) (check uint64), stop func())
	// On is Start on a runtime of the caller's own settings, who closes it. Nil if the impl has no such form.
	On func(rt *runtime.Runtime) (run func(iterations int64) (check uint64))
	// Metered stands in place of Start where only a part of a request counts, or where it gives further figures. run has clock
	// time that part, once or a few times; its Units are left to the caller.
	Metered func(workers int) (run func(iterations int64, clock Clock) Figures, stop func())
	// Probe measures once, in a process that has done nothing before. It has clock time, once, what each peer times: the spawning and
	// the waiting, not the building, the reading of memory, the sums of the samples and the closing.
	Probe func(workers int, scale int64, clock Clock) Figures

	// outside is Start with a BlockOn for each round; nil if Start is driven from outside already.
	outside func(workers int) (run func(iterations int64) (check uint64), stop func())
}

// Clock does work and measures what that costs.
type Clock func(work func())

// Begin is Start or Metered, whichever i has.
func (i *Impl) Begin(workers int) (run func(iterations int64, clock Clock) Figures, stop func()) {
	if i.Metered != nil {
		return i.Metered(workers)
	}
	iterate, stop := i.Start(workers)
	return func(iterations int64, clock Clock) (f Figures) {
		clock(func() { f.Check = iterate(iterations) })
		return f
	}, stop
}

// Figures is what a probe has measured.
type Figures struct {
	Units int64
	Check uint64
	Extra map[string]float64 // by the names of package protocol
}

// IsProbe reports whether w measures memory or latency in fresh processes instead of the time of many iterations.
func (w *Workload) IsProbe() bool { return len(w.Scales) > 0 }

// ProbeSamples returns the number of samples of a probe at each scale.
func (w *Workload) ProbeSamples() int { return max(w.Samples, 1) }

// RequestLimit returns the longest time that one request may take.
func (w *Workload) RequestLimit() time.Duration {
	const usual = 30 * time.Second
	if w.Limit == 0 {
		return usual
	}
	return w.Limit
}

// Fits reports whether impl is run at scale. The impls of other programs are run at all.
func (w *Workload) Fits(impl string, scale int64) bool {
	for _, i := range w.Impls {
		if i.Name == impl {
			return i.MaxScale == 0 || scale <= i.MaxScale
		}
	}
	return true
}

// All returns every workload, in the order of the reports.
func All() []Workload {
	return slices.Concat(
		coreRows(), spawnRows(), syncRows(), timeRows(), sleepRows(), memoryRows(), latencyRows(), mixtureRows(), oneThreadRows(),
		oneThreadSyncRows(), echoRows(),
	)
}

// coreRows are what is measured unless the user asks for something else.
func coreRows() []Workload {
	return []Workload{
		SpawnMany(), SpawnManyRemote(), SpawnJoin(), YieldMany(), PingPong(), ChainedSpawn(), TimeoutReady(), TimeoutYield(),
	}
}

// must panics if a workload has gone wrong: a figure of it would mean nothing.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
