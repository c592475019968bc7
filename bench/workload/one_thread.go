package workload

import (
	goruntime "runtime"
	"slices"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const spawnsOneThread = 1000

// onOneThread makes an Impl of i with one worker and one processor, whatever is asked for.
func onOneThread(i Impl) Impl {
	if i.outside != nil {
		i.Start, i.On, i.outside = i.outside, nil, nil
	}
	if start := i.Start; start != nil {
		i.Start = func(int) (func(int64) uint64, func()) {
			restore := oneProcessor()
			run, stop := start(1)
			return run, func() {
				stop()
				restore()
			}
		}
	}
	if start := i.Metered; start != nil {
		i.Metered = func(int) (func(int64, Clock) Figures, func()) {
			restore := oneProcessor()
			run, stop := start(1)
			return run, func() {
				stop()
				restore()
			}
		}
	}
	return i
}

func oneProcessor() (restore func()) {
	before := goruntime.GOMAXPROCS(1)
	return func() { goruntime.GOMAXPROCS(before) }
}

// oneThread is w on one thread, each round of it a BlockOn.
func oneThread(w Workload) Workload {
	w.Group, w.Metric, w.Elsewhere = "one_thread", Time, []string{"tokio"}
	w.Workers = 1
	var impls []Impl
	for _, i := range w.Impls {
		if slices.Contains([]string{"simmer", "simmer-async", "go"}, i.Name) {
			impls = append(impls, onOneThread(i))
		}
	}
	w.Impls = impls
	return w
}

// sisterOnOneThread is oneThread under a name of its own.
func sisterOnOneThread(w Workload) Workload {
	w.Title = w.Name + " with one worker and one processor, driven from outside"
	w.Name = "ct_" + w.Name // for tokio's current_thread
	return oneThread(w)
}

// SpawnManyOneThread spawns tasks from the one worker.
func SpawnManyOneThread() Workload {
	emptyHandles := func(s style) func(cx *future.Context) []*runtime.JoinHandle[none] {
		return func(cx *future.Context) (handles []*runtime.JoinHandle[none]) {
			for range spawnsOneThread {
				handles = append(handles, s.empty(cx))
			}
			return handles
		}
	}
	return oneThread(Workload{
		Name: "ct_spawn_many", Unit: "spawn and run a task",
		Title:  "A task spawns 1,000 empty tasks and awaits all in order",
		Source: "tokio benches/rt_current_thread.rs, spawn_many_local",
		Units:  spawnsOneThread, Check: spawnsOneThread, Constants: []Constant{{"spawns", spawnsOneThread}},
		Impls: []Impl{
			fromOutside("simmer", func(rt *runtime.Runtime) uint64 {
				return uint64(len(blockOn(rt, &gather[none]{spawn: emptyHandles(machines)})))
			}),
			fromOutside("simmer-async", func(rt *runtime.Runtime) uint64 {
				return blockOn(rt, future.Async(func(cx *future.Context) (joined uint64, err error) {
					for _, h := range emptyHandles(bodies)(cx) {
						if _, err := h.Await(cx); err != nil {
							return joined, err
						}
						joined++
					}
					return joined, nil
				}))
			}),
			onGo(remoteGo(spawnsOneThread)),
		},
	})
}

// SpawnManyRemoteOneThread spawns tasks for the one worker from outside.
func SpawnManyRemoteOneThread() Workload {
	row := func(s style) Impl {
		return Impl{Name: s.name, Start: onRuntime(func(rt *runtime.Runtime) func(int64) uint64 { return each(s.remote(rt, spawnsOneThread)) })}
	}
	return oneThread(Workload{
		Name: "ct_spawn_many_remote", Unit: "spawn and run a task",
		Title:  "A thread or goroutine that is no worker spawns 1,000 empty tasks and awaits all",
		Source: "tokio benches/rt_current_thread.rs, spawn_many_remote_idle",
		Units:  spawnsOneThread, Check: spawnsOneThread, Constants: []Constant{{"spawns", spawnsOneThread}},
		Impls: []Impl{row(machines), row(bodies), onGo(remoteGo(spawnsOneThread))},
	})
}

// SpawnManyRemoteBusyOneThread does that beside a task that always spawns its successor.
func SpawnManyRemoteBusyOneThread() Workload {
	idle := func() {}
	row := func(s style) Impl {
		return Impl{Name: s.name, Metered: func(workers int) (func(int64, Clock) Figures, func()) {
			rt := newRuntime(workers)
			return duringLoad(s.remote(rt, spawnsOneThread), func() *load { return s.spawning(rt, 1, idle) }), func() { must(rt.Close()) }
		}}
	}
	return oneThread(Workload{
		Name: "ct_spawn_many_remote_busy", Unit: "spawn and run a task",
		Title:  "The same beside one chain of tasks that only spawn their successor",
		Source: "tokio benches/rt_current_thread.rs, spawn_many_remote_busy",
		Units:  spawnsOneThread, Check: spawnsOneThread, Constants: []Constant{{"spawns", spawnsOneThread}},
		Impls: []Impl{
			row(machines), row(bodies),
			{Name: "go", Metered: func(int) (func(int64, Clock) Figures, func()) {
				return duringLoad(remoteGo(spawnsOneThread), func() *load { return spawningGo(1, idle) }), func() {}
			}},
		},
	})
}

// oneThreadRows are those on one thread.
func oneThreadRows() []Workload {
	rows := []Workload{SpawnManyOneThread(), SpawnManyRemoteOneThread(), SpawnManyRemoteBusyOneThread()}
	for _, sister := range []Workload{
		SpawnJoin(), SpawnYieldJoin(), SpawnYieldJoin10(), YieldMany(), PingPong(), ChainedSpawn(), TimeoutReady(), TimeoutYield(), SleepCreateDrop(), Now(),
	} {
		rows = append(rows, sisterOnOneThread(sister))
	}
	return rows
}
