package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// handle is that of a task that returns its part of the check.
type handle = runtime.JoinHandle[uint64]

// fanOut is the body that spawns tasks, keeps their handles, and awaits all in order. Its check is the sum of what they return.
type fanOut struct {
	spawn   func(cx *future.Context, to []*handle) []*handle
	handles []*handle
	joined  int
	sum     uint64
}

func (f *fanOut) Poll(cx *future.Context) (uint64, bool, error) {
	if len(f.handles) == 0 {
		f.handles = f.spawn(cx, f.handles)
	}
	for ; f.joined < len(f.handles); f.joined++ {
		value, ready, err := f.handles[f.joined].Poll(cx)
		if !ready {
			return 0, false, nil
		}
		must(err)
		f.handles[f.joined] = nil
		f.sum += value
	}
	sum := f.sum
	f.handles, f.joined, f.sum = f.handles[:0], 0, 0
	return sum, true, nil
}

// fanOutMachine is fanOut as the impl simmer.
func fanOutMachine(spawn func(cx *future.Context, to []*handle) []*handle) Impl {
	return fromWorker("simmer", func(*runtime.Runtime) body { return &fanOut{spawn: spawn} })
}

// fanOutBody is fanOut as straight-line code.
func fanOutBody(spawn func(cx *future.Context, to []*handle) []*handle) Impl {
	return fanOutBodyOf(func() spawner { return spawn })
}

// fanOutBodyOf is fanOutBody for rounds that share something: make is called once.
func fanOutBodyOf(make func() spawner) Impl {
	return fromBodyOf(func(*runtime.Runtime) func(*future.Context) uint64 {
		spawn := make()
		var handles []*handle
		return func(cx *future.Context) uint64 {
			handles = spawn(cx, handles[:0])
			return awaitAll(cx, handles)
		}
	})
}

// awaitAll awaits handles in order and returns the sum of their values.
func awaitAll(cx *future.Context, handles []*handle) (sum uint64) {
	for i, h := range handles {
		value, err := h.Await(cx)
		must(err)
		handles[i] = nil
		sum += value
	}
	return sum
}

// fanOutGo is fanOut with goroutines.
func fanOutGo(start func(to []chan uint64) []chan uint64) Impl {
	var results []chan uint64
	return onGo(func() (sum uint64) {
		results = start(results[:0])
		for i, result := range results {
			sum += <-result
			results[i] = nil
		}
		return sum
	})
}

// goTask runs task on a goroutine and returns where its result will be.
func goTask(task func() uint64) chan uint64 {
	result := make(chan uint64, 1)
	go func() { result <- task() }()
	return result
}
