package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	skewedTasks     = 2000
	skewedShortest  = 16 // steps of work
	skewedDoublings = 11
	skewedCheck     = 65_393_753
)

// skewedWork is what the task that was given r does: the longest do 1,024 times the work of the shortest.
func skewedWork(r uint64) uint64 { return low(work(r, skewedShortest<<(r%skewedDoublings))) }

// worker is a task that only works.
type worker struct{ r uint64 }

func (w *worker) Poll(*future.Context) (uint64, bool, error) { return skewedWork(w.r), true, nil }

// Skewed has one task spawn many whose work differs much in length: what stealing is for.
func Skewed() Workload { return skewed(skewedTasks, skewedCheck) }

// skewed is Skewed with so many tasks. check is the sum of their results.
func skewed(tasks int, check uint64) Workload {
	return alsoOutside(Workload{
		Name: "skewed", Group: "mixture", Unit: "one task", Metric: Time,
		Title:     "A task spawns 2,000 tasks that work from 16 to 16,384 steps, drawn at random, and awaits all in order",
		Elsewhere: []string{"tokio", "tokio-outside"},
		Units:     int64(tasks), Check: check,
		Constants: []Constant{{"tasks", int64(tasks)}, {"shortest", skewedShortest}, {"doublings", skewedDoublings}},
		Impls: append([]Impl{
			fanOutMachine(func(cx *future.Context, to []*handle) []*handle {
				for chance := xorshift(seed); len(to) < tasks; {
					to = append(to, runtime.SpawnValue(cx, &worker{chance.next()}))
				}
				return to
			}),
			fanOutBody(func(cx *future.Context, to []*handle) []*handle {
				for chance := xorshift(seed); len(to) < tasks; {
					r := chance.next()
					to = append(to, runtime.Go(cx, func(*future.Context) (uint64, error) { return skewedWork(r), nil }))
				}
				return to
			}),
			fanOutGo(func(to []chan uint64) []chan uint64 {
				for chance := xorshift(seed); len(to) < tasks; {
					r := chance.next()
					to = append(to, goTask(func() uint64 { return skewedWork(r) }))
				}
				return to
			}),
		}, onPools(tasks, func() (func(i int) func(), func() uint64) {
			chance, results := xorshift(seed), make([]uint64, tasks)
			return func(i int) func() {
				r := chance.next()
				return func() { results[i] = skewedWork(r) }
			}, func() uint64 { return sum(results) }
		})...),
	})
}
