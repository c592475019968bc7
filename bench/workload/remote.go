package workload

import (
	"sync"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/runtime"
)

const (
	spawnsBesideChains = 1000
	spawnsOfThreads    = 12_800
)

// remote spawns n empty tasks from a goroutine that is no worker, and awaits all. The handles are kept in one array.
func (s style) remote(rt *runtime.Runtime, n int) (iterate func() uint64) {
	handles := make([]*runtime.JoinHandle[none], 0, n)
	return func() uint64 {
		for range n {
			handles = append(handles, s.empty(rt))
		}
		joined := blockOn(rt, s.join(handles))
		clear(handles)
		handles = handles[:0]
		return joined
	}
}

// remoteGo is remote with goroutines. Wait returns when as many have ended as were started: one that is lost leaves it waiting.
func remoteGo(n int) func() uint64 {
	return func() (started uint64) {
		var all sync.WaitGroup
		for range n {
			all.Go(func() {})
			started++
		}
		all.Wait()
		return started
	}
}

// SpawnManyRemote spawns tasks from outside.
func SpawnManyRemote() Workload {
	row := func(s style) Impl {
		on := func(rt *runtime.Runtime) func(int64) uint64 { return each(s.remote(rt, spawns)) }
		return Impl{Name: s.name, Start: onRuntime(on), On: on}
	}
	return Workload{
		Name: "spawn_many_remote", Group: "core", Unit: "spawn and run a task", Metric: Time,
		Title:  "A thread or goroutine that is no worker spawns 10,000 empty tasks and awaits all",
		Source: "tokio benches/rt_multi_threaded.rs, spawn_many_remote_idle", Elsewhere: []string{"tokio"},
		Units: spawns, Check: spawns, Constants: []Constant{{"spawns", spawns}},
		Impls: append([]Impl{row(machines), row(bodies), onGo(remoteGo(spawns))}, emptyOnPools()...),
	}
}

// beside makes an Impl that spawns n tasks from outside beside a load, which is there during requests only.
func (s style) beside(n int, start func(rt *runtime.Runtime, workers int) *load) Impl {
	return Impl{Name: s.name, Metered: func(workers int) (func(int64, Clock) Figures, func()) {
		rt := newRuntime(workers)
		return duringLoad(s.remote(rt, n), func() *load { return start(rt, workers) }), func() { must(rt.Close()) }
	}}
}

// besideGo is beside with goroutines.
func besideGo(n int, start func(workers int) *load) Impl {
	return Impl{Name: "go", Metered: func(workers int) (func(int64, Clock) Figures, func()) {
		return duringLoad(remoteGo(n), func() *load { return start(workers) }), func() {}
	}}
}

// duringLoad makes the run of an Impl whose iterations run beside a load.
func duringLoad(iterate func() uint64, start func() *load) func(int64, Clock) Figures {
	return func(iterations int64, clock Clock) (f Figures) {
		l := start()
		defer l.end()
		clock(func() { f.Check = each(iterate)(iterations) })
		return f
	}
}

// SpawnManyRemoteBusy1 spawns tasks from outside beside tasks that yield.
func SpawnManyRemoteBusy1() Workload {
	return Workload{
		Name: "spawn_many_remote_busy1", Group: "spawn", Unit: "spawn and run a task", Metric: Time,
		Title:  "The same beside two tasks a worker that yield and stall for 10 us, again and again",
		Source: "tokio benches/rt_multi_threaded.rs, spawn_many_remote_busy1", Elsewhere: []string{"tokio"},
		Units: spawns, Check: spawns, Constants: []Constant{{"spawns", spawns}, {"stall_us", stallTime.Microseconds()}},
		Impls: []Impl{
			machines.beside(spawns, func(rt *runtime.Runtime, workers int) *load { return machines.repeating(rt, 2*workers, stall) }),
			bodies.beside(spawns, func(rt *runtime.Runtime, workers int) *load { return bodies.repeating(rt, 2*workers, stall) }),
			besideGo(spawns, func(workers int) *load { return repeatingGo(2*workers, stall) }),
		},
	}
}

// SpawnManyRemoteBusy2 spawns tasks from outside beside tasks that spawn their successors.
func SpawnManyRemoteBusy2() Workload {
	return Workload{
		Name: "spawn_many_remote_busy2", Group: "spawn", Unit: "spawn and run a task", Metric: Time,
		Title:  "1,000 such tasks beside a chain a worker of tasks that stall for 10 us and spawn their successor",
		Source: "tokio benches/rt_multi_threaded.rs, spawn_many_remote_busy2", Elsewhere: []string{"tokio"},
		Units: spawnsBesideChains, Check: spawnsBesideChains,
		Constants: []Constant{{"spawns", spawnsBesideChains}, {"stall_us", stallTime.Microseconds()}},
		Impls: []Impl{
			machines.beside(spawnsBesideChains, func(rt *runtime.Runtime, workers int) *load { return machines.spawning(rt, workers, stall) }),
			bodies.beside(spawnsBesideChains, func(rt *runtime.Runtime, workers int) *load { return bodies.spawning(rt, workers, stall) }),
			besideGo(spawnsBesideChains, func(workers int) *load { return spawningGo(workers, stall) }),
		},
	}
}

// remoteSpawn is a row of new goroutines that are no workers and spawn at the same time.
func remoteSpawn(name, title string, spawners int) Workload {
	row := func(s style) Impl {
		return Impl{Name: s.name, Metered: func(workers int) (func(int64, Clock) Figures, func()) {
			rt := newRuntime(workers)
			handles := make([]*runtime.JoinHandle[none], spawnsOfThreads)
			return fromSpawners(spawners, func(i int) { handles[i] = s.empty(rt) }, func(uint64) uint64 {
				joined := blockOn(rt, s.join(handles))
				clear(handles)
				return joined
			}), func() { must(rt.Close()) }
		}}
	}
	return Workload{
		Name: name, Group: "spawn", Unit: "spawn and run a task", Metric: Time, Title: title,
		Source: "tokio benches/remote_spawn.rs, which times the spawning alone", Elsewhere: []string{"tokio"},
		Units: spawnsOfThreads, Check: spawnsOfThreads, Constants: []Constant{{"spawns", spawnsOfThreads}, {"spawners", int64(spawners)}},
		Impls: []Impl{
			row(machines), row(bodies),
			{Name: "go", Metered: func(int) (func(int64, Clock) Figures, func()) {
				var all sync.WaitGroup
				return fromSpawners(spawners, func(int) { all.Go(func() {}) }, func(spawned uint64) uint64 {
					all.Wait()
					return spawned
				}), func() {}
			}},
		},
	}
}

// fromSpawners makes the run of an Impl whose iterations spawn from several goroutines at the same time, and then join. join awaits
// all that were spawned, and tells how many they were.
func fromSpawners(spawners int, spawn func(i int), join func(spawned uint64) uint64) func(int64, Clock) Figures {
	return func(iterations int64, clock Clock) (f Figures) {
		var spawning time.Duration
		clock(func() {
			for range iterations {
				start := time.Now()
				spawned := spawnTogether(spawners, spawn)
				spawning += time.Since(start)
				f.Check += join(spawned)
			}
		})
		f.Extra = map[string]float64{protocol.SpawningNS: float64(spawning.Nanoseconds()) / float64(iterations*spawnsOfThreads)}
		return f
	}
}

// spawnTogether returns how many were spawned.
func spawnTogether(spawners int, spawn func(i int)) uint64 {
	var ended, barrier sync.WaitGroup
	barrier.Add(spawners)
	spawned := make([]uint64, spawners)
	each := spawnsOfThreads / spawners
	for s := range spawners {
		ended.Go(func() {
			barrier.Done()
			barrier.Wait()
			var n uint64
			for i := s * each; i < (s+1)*each; i++ {
				spawn(i)
				n++
			}
			spawned[s] = n
		})
	}
	ended.Wait()
	return sum(spawned)
}

// RemoteSpawn1 spawns from a new goroutine.
func RemoteSpawn1() Workload {
	return remoteSpawn("remote_spawn_t1", "A new thread or goroutine spawns 12,800 empty tasks; then all are awaited", 1)
}

// RemoteSpawn2 spawns from two new goroutines.
func RemoteSpawn2() Workload {
	return remoteSpawn("remote_spawn_t2", "Two new threads or goroutines spawn 6,400 empty tasks each; then all are awaited", 2)
}
