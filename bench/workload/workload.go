// Package workload defines what the benchmarks do: each workload once, with its unit of work, in one implementation per
// runtime. The shapes are those of tokio's own benchmarks (tokio, benches/rt_multi_threaded.rs, spawn.rs).
package workload

// Workers is the number of workers of every runtime that a workload builds. Set it before the first Start.
var Workers = 2 // the reference machine has two cores

// Workload is one row of the table.
type Workload struct {
	Name  string
	Unit  string // what one operation is
	Ops   int    // operations in one run
	Impls []Impl
}

// Impl is a workload on one runtime.
type Impl struct {
	Name string
	// Start builds what the runs share. run does Ops operations and returns when the last has ended; it panics if the result
	// is wrong. stop gives everything back.
	Start func() (run func(), stop func())
}

// Core returns the rows of the core table, in order.
func Core() []Workload {
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
