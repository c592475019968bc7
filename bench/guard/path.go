package guard

import (
	"fmt"
	"slices"

	"github.com/simmer-go/simmer/bench/workload"
	"github.com/simmer-go/simmer/runtime"
)

// path is something whose instructions are counted.
type path struct {
	name string
	// operations and check are those of one iteration.
	operations int64
	check      uint64
	// iterations are counted: some ten million instructions, beside which the monitor thread's share is small.
	iterations int64
	// on returns what does iterations on rt and tells the sum of what they have computed.
	on func(rt *runtime.Runtime) (run func(iterations int64) (check uint64))
}

// asyncSuffix marks the paths of Async bodies, as in the names of workload's impls.
const asyncSuffix = "-async"

// guarded are the workloads that are paths, and their iterations.
var guarded = []struct {
	workload   string
	iterations int64
}{
	{"spawn_many", 2},
	{"spawn_many_remote", 2},
	{"spawn_join", 1},
	{"yield_many", 1},
	{"ping_pong", 10},
	{"chained_spawn", 20},
	{"timeout_ready", 20},
	{"timeout_yield", 1},
	{"mpsc_uncontended_bounded", 10},
	{"mutex_uncontended", 20},
}

// paths returns what is guarded, in the order of the reports.
func paths() []path {
	var all []path
	workloads := workload.All()
	for _, g := range guarded {
		i := slices.IndexFunc(workloads, func(w workload.Workload) bool { return w.Name == g.workload })
		if i < 0 {
			panic(fmt.Sprintf("guard: there is no workload %s", g.workload))
		}
		all = append(all, pathsOf(workloads[i], g.iterations)...)
	}
	return slices.Concat(all, timerPaths(), echoPaths())
}

// pathsOf returns the state machines of w, and its Async bodies.
func pathsOf(w workload.Workload, iterations int64) []path {
	var both []path
	for _, suffix := range []string{"", asyncSuffix} {
		for _, impl := range w.Impls {
			if impl.Name == "simmer"+suffix {
				both = append(both, path{
					name: w.Name + suffix, operations: w.Units, check: w.Check, iterations: iterations, on: impl.On,
				})
			}
		}
	}
	return both
}
