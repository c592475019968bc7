package guard

import (
	"slices"

	"github.com/simmer-go/simmer/bench/workload"
	"github.com/simmer-go/simmer/runtime"
)

// minOperations is what the shorter of a path's two runs does at least. The monitor thread's share is small beside that.
const minOperations = 10_000

// Path is something whose instructions are counted.
type Path struct {
	Name string
	// Operations and Check are those of one iteration.
	Operations int64
	Check      uint64
	// On returns what does iterations on rt and tells the sum of what they have computed.
	On func(rt *runtime.Runtime) (run func(iterations int64) (check uint64))
}

// iterations is the length of the shorter run.
func (p *Path) iterations() int64 { return (minOperations + p.Operations - 1) / p.Operations }

// Paths returns the paths that are guarded, in the order of the reports.
func Paths() []Path {
	var paths []Path
	for _, w := range workload.All() {
		if w.Group == "core" || w.Name == "mpsc_uncontended_bounded" {
			paths = append(paths, pathsOf(w)...)
		}
	}
	return slices.Concat(paths, lockPaths(), timerPaths(), echoPaths())
}

// pathsOf returns the state machines of w, and its Async bodies.
func pathsOf(w workload.Workload) []Path {
	var paths []Path
	for _, suffix := range []string{"", asyncSuffix} {
		for _, impl := range w.Impls {
			if impl.Name == "simmer"+suffix {
				paths = append(paths, Path{Name: w.Name + suffix, Operations: w.Units, Check: w.Check, On: impl.On})
			}
		}
	}
	return paths
}

// asyncSuffix marks the paths of Async bodies, as in the names of workload's impls.
const asyncSuffix = "-async"
