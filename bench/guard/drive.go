package guard

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

type none = struct{}

// must panics if a path has gone wrong: its count would mean nothing.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// blockOn runs f as a task and waits for its value.
func blockOn[T any](rt *runtime.Runtime, f future.Future[T]) T {
	value, err := runtime.BlockOn(context.Background(), rt, f)
	must(err)
	return value
}

// tasks makes the On of a path each of whose iterations is carried out by some tasks, which return their part of the check.
func tasks(n int, spawn func(cx *future.Context, number int) *runtime.JoinHandle[uint64]) func(*runtime.Runtime) func(int64) uint64 {
	return func(rt *runtime.Runtime) func(int64) uint64 {
		handles := make([]*runtime.JoinHandle[uint64], n)
		return func(iterations int64) uint64 {
			return blockOn(rt, future.Async(func(cx *future.Context) (sum uint64, err error) {
				for range iterations {
					for i := range handles {
						handles[i] = spawn(cx, i)
					}
					for _, h := range handles {
						part, err := h.Await(cx)
						must(err)
						sum += part
					}
				}
				return sum, nil
			}))
		}
	}
}
