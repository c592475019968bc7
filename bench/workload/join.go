package workload

import (
	goruntime "runtime"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const yieldJoins = 1000

// SpawnJoinBatch spawns many tasks and awaits them afterwards.
func SpawnJoinBatch() Workload {
	return alsoOutside(Workload{
		Name: "spawn_join_batch", Group: "spawn", Unit: "spawn a task and await it", Metric: Time,
		Title:     "A task spawns 10,000 tasks that return 1, and awaits all in order",
		Elsewhere: []string{"tokio", "tokio-outside"},
		Units:     spawns, Check: spawns, Constants: []Constant{{"spawns", spawns}},
		Impls: append([]Impl{
			fanOutMachine(func(cx *future.Context, to []*handle) []*handle {
				for range spawns {
					to = append(to, runtime.SpawnValue(cx, &one{1}))
				}
				return to
			}),
			fanOutBody(func(cx *future.Context, to []*handle) []*handle {
				for range spawns {
					to = append(to, runtime.Go(cx, func(*future.Context) (uint64, error) { return 1, nil }))
				}
				return to
			}),
			fanOutGo(func(to []chan uint64) []chan uint64 {
				for range spawns {
					to = append(to, goTask(func() uint64 { return 1 }))
				}
				return to
			}),
		}, onPools(spawns, func() (next func(i int) func(), check func() uint64) {
			results := make([]uint64, spawns)
			return func(i int) func() { return func() { results[i] = 1 } }, func() uint64 { return sum(results) }
		})...),
	})
}

// adder computes a sum, yields, and returns it.
type adder struct {
	a, b    uint64
	sum     uint64
	yielded bool
}

func (a *adder) Poll(cx *future.Context) (uint64, bool, error) {
	if !a.yielded {
		a.sum = a.a + a.b
		a.yielded = true
		cx.Again()
		return 0, false, nil
	}
	return a.sum, true, nil
}

// spawnYieldJoin is a row whose rounds spawn so many tasks that compute 1 + 1, yield and return it, and await them in order.
func spawnYieldJoin(name, title string, atOnce int64) Workload {
	const worth = 2
	return alsoOutside(Workload{
		Name: name, Group: "spawn", Unit: "spawn a task and await it", Metric: Time, Title: title,
		Source: "tokio benches/spawn.rs", Elsewhere: []string{"tokio", "tokio-outside"},
		Units: yieldJoins, Check: worth * yieldJoins, Constants: []Constant{{"spawns", yieldJoins}, {"at_once", atOnce}},
		Impls: inRounds(yieldJoins/atOnce,
			fanOutMachine(func(cx *future.Context, to []*handle) []*handle {
				for range atOnce {
					to = append(to, runtime.SpawnValue(cx, &adder{a: 1, b: 1}))
				}
				return to
			}),
			fanOutBody(func(cx *future.Context, to []*handle) []*handle {
				for range atOnce {
					to = append(to, runtime.Go(cx, func(cx *future.Context) (uint64, error) {
						a, b := uint64(1), uint64(1)
						sum := a + b
						must(future.Yield(cx))
						return sum, nil
					}))
				}
				return to
			}),
			fanOutGo(func(to []chan uint64) []chan uint64 {
				for range atOnce {
					to = append(to, goTask(func() uint64 {
						a, b := uint64(1), uint64(1)
						sum := a + b
						goruntime.Gosched()
						return sum
					}))
				}
				return to
			}),
		),
	})
}

// SpawnYieldJoin spawns and awaits one task that yields after the other.
func SpawnYieldJoin() Workload {
	return spawnYieldJoin("spawn_yield_join", "A task spawns a task that yields once, and awaits it, 1,000 times", 1)
}

// SpawnYieldJoin10 spawns tasks that yield ten at a time, and awaits them.
func SpawnYieldJoin10() Workload {
	return spawnYieldJoin("spawn_yield_join10", "A task spawns ten tasks that yield once, and awaits them in order, 100 times", 10)
}
