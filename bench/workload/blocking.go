package workload

import (
	"context"
	"errors"
	"io"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	blockingBatches = 100
	blockingBatch   = 16
)

// blockingCall stands for code that blocks.
func blockingCall(context.Context) (uint64, error) { return 1, nil }

// batches makes blocking calls, a set of them at a time.
type batches struct {
	set  runtime.JoinSet[uint64]
	done int
	sum  uint64
}

func (b *batches) Poll(cx *future.Context) (uint64, bool, error) {
	for ; b.done < blockingBatches; b.done++ {
		if b.set.Len() == 0 {
			spawnCalls(cx, &b.set)
		}
		for b.set.Len() > 0 {
			call, ready, err := b.set.PollJoinNext(cx)
			if !ready {
				return 0, false, nil
			}
			must(errors.Join(err, call.Err))
			b.sum += call.Value
		}
	}
	return b.sum, true, nil
}

func spawnCalls(cx *future.Context, set *runtime.JoinSet[uint64]) {
	for range blockingBatch {
		set.SpawnBlocking(cx, blockingCall)
	}
}

// spawnBlocking is a row of tasks that make blocking calls.
func spawnBlocking(name, title string, tasks int64) Workload {
	units := tasks * blockingBatches * blockingBatch
	return alsoOutside(Workload{
		Name: name, Group: "spawn", Unit: "one blocking call", Metric: Time, Title: title,
		Source: "tokio benches/spawn_blocking.rs", Elsewhere: []string{"tokio", "tokio-outside"},
		Units: units, Check: uint64(units), Constants: []Constant{{"tasks", tasks}, {"batches", blockingBatches}, {"batch", blockingBatch}},
		Impls: []Impl{
			fanOutMachine(func(cx *future.Context, to []*handle) []*handle {
				for range tasks {
					to = append(to, runtime.SpawnValue(cx, &batches{}))
				}
				return to
			}),
			fanOutBody(func(cx *future.Context, to []*handle) []*handle {
				for range tasks {
					to = append(to, runtime.Go(cx, func(cx *future.Context) (sum uint64, err error) {
						for range blockingBatches {
							var set runtime.JoinSet[uint64]
							spawnCalls(cx, &set)
							for call, err := set.JoinNext(cx); !errors.Is(err, io.EOF); call, err = set.JoinNext(cx) {
								must(errors.Join(err, call.Err))
								sum += call.Value
							}
						}
						return sum, nil
					}))
				}
				return to
			}),
			fanOutGo(func(to []chan uint64) []chan uint64 {
				for range tasks {
					to = append(to, goTask(func() (sum uint64) {
						for range blockingBatches {
							calls := make(chan uint64, blockingBatch)
							for range blockingBatch {
								go func() {
									value, _ := blockingCall(context.Background())
									calls <- value
								}()
							}
							for range blockingBatch {
								sum += <-calls
							}
						}
						return sum
					}))
				}
				return to
			}),
		},
	})
}

// SpawnBlocking1 has one task make blocking calls.
func SpawnBlocking1() Workload {
	return spawnBlocking("spawn_blocking_c1", "A task makes 16 blocking calls at once and awaits them, 100 times", 1)
}

// SpawnBlocking2 has two tasks make blocking calls.
func SpawnBlocking2() Workload {
	return spawnBlocking("spawn_blocking_c2", "Two tasks make 16 blocking calls at once each and await them, 100 times", 2)
}
