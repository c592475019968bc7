package workload

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// spawner spawns the tasks of a round and appends their handles.
type spawner = func(cx *future.Context, to []*handle) []*handle

// fanOutMachineOf is fanOutMachine for rounds that share something: make is called once.
func fanOutMachineOf(make func() spawner) Impl {
	return fromWorker("simmer", func(*runtime.Runtime) body { return &fanOut{spawn: make()} })
}

// bandOf is the spawner of a band of tasks that spawn makes one of.
func bandOf(spawn func(cx *future.Context) *handle) spawner {
	return func(cx *future.Context, to []*handle) []*handle {
		for range band {
			to = append(to, spawn(cx))
		}
		return to
	}
}

// bandGo is a round of a band of goroutines that do a task. make is called once and returns the task.
func bandGo(make func() (task func())) Impl {
	return onGoWith(func() (func() uint64, func()) {
		task := make()
		return func() uint64 { return sum(together(band, task)) }, func() {}
	})
}

// together has goroutines do a task and waits for them. Each leaves a 1.
func together(goroutines int, task func()) []uint64 {
	done := make([]uint64, goroutines)
	var all sync.WaitGroup
	for i := range done {
		all.Go(func() {
			task()
			done[i] = 1
		})
	}
	all.Wait()
	return done
}
