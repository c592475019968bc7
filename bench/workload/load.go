package workload

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const stallTime = 10 * time.Microsecond

// stall uses a processor for 10 us, as a poll would that computes. It gives the thread away in between, as tokio's benchmarks do.
func stall() {
	for start := time.Now(); time.Since(start) < stallTime; {
		goruntime.Gosched()
	}
}

// spin is stall without giving anything away.
func spin() {
	for start := time.Now(); time.Since(start) < stallTime; {
	}
}

// load is tasks that keep the workers busy until end is called.
type load struct {
	off atomic.Bool
	all sync.WaitGroup
}

// end ends the tasks and returns when all have.
func (l *load) end() {
	l.off.Store(true)
	l.all.Wait()
}

// repeater is a task that works and yields until its load ends.
type repeater struct {
	*load
	work func()
}

func (r *repeater) Poll(cx *future.Context) (none, bool, error) {
	if r.off.Load() {
		r.all.Done()
		return none{}, true, nil
	}
	r.work()
	cx.Again()
	return none{}, false, nil
}

// successor is a task that works, spawns its successor and ends, until its load ends.
type successor struct {
	*load
	work func()
}

func (s *successor) Poll(cx *future.Context) (none, bool, error) {
	if s.off.Load() {
		s.all.Done()
	} else {
		s.work()
		runtime.SpawnValue(runtime.Detached(cx), &successor{s.load, s.work})
	}
	return none{}, true, nil
}

// style is one way to write tasks. Its functions do the same in each.
type style struct {
	name string
	// empty spawns a task that does nothing.
	empty func(on runtime.Spawner) *runtime.JoinHandle[none]
	// join awaits empty tasks in order and tells how many.
	join func(handles []*runtime.JoinHandle[none]) future.Future[uint64]
	// stamp spawns a task that sends the time of its first poll.
	stamp func(rt *runtime.Runtime, at chan<- time.Time)
	// repeat spawns a task of l that works and yields, again and again.
	repeat func(on runtime.Spawner, l *load, work func())
	// chain spawns a task of l that works and spawns its successor.
	chain func(rt *runtime.Runtime, l *load, work func())
}

var machines = style{
	name:  "simmer",
	empty: func(on runtime.Spawner) *runtime.JoinHandle[none] { return runtime.SpawnValue(on, &empty{}) },
	join:  func(handles []*runtime.JoinHandle[none]) future.Future[uint64] { return &joinAll{handles: handles} },
	stamp: func(rt *runtime.Runtime, at chan<- time.Time) { runtime.SpawnValue(rt, &stamp{at}) },
	repeat: func(on runtime.Spawner, l *load, work func()) {
		runtime.SpawnValue(on, &repeater{l, work})
	},
	chain: func(rt *runtime.Runtime, l *load, work func()) { runtime.SpawnValue(rt, &successor{l, work}) },
}

var bodies = style{
	name: "simmer-async",
	empty: func(on runtime.Spawner) *runtime.JoinHandle[none] {
		return runtime.Go(on, func(*future.Context) (none, error) { return none{}, nil })
	},
	join: func(handles []*runtime.JoinHandle[none]) future.Future[uint64] {
		return future.Async(func(cx *future.Context) (joined uint64, err error) {
			for _, h := range handles {
				if _, err := h.Await(cx); err != nil {
					return joined, err
				}
				joined++
			}
			return joined, nil
		})
	},
	stamp: func(rt *runtime.Runtime, at chan<- time.Time) {
		runtime.Go(rt, func(*future.Context) (none, error) {
			at <- time.Now() //simmer:ignore blocking it has room
			return none{}, nil
		})
	},
	repeat: func(on runtime.Spawner, l *load, work func()) {
		runtime.Go(on, func(cx *future.Context) (none, error) {
			for !l.off.Load() {
				work()
				must(future.Yield(cx))
			}
			l.all.Done()
			return none{}, nil
		})
	},
	chain: func(rt *runtime.Runtime, l *load, work func()) { chainBody(rt, l, work) },
}

func chainBody(on runtime.Spawner, l *load, work func()) {
	runtime.Go(on, func(cx *future.Context) (none, error) {
		if l.off.Load() {
			l.all.Done()
			return none{}, nil
		}
		work()
		chainBody(runtime.Detached(cx), l, work)
		return none{}, nil
	})
}

// repeating starts n tasks that work and yield.
func (s style) repeating(on runtime.Spawner, n int, work func()) *load {
	l := new(load)
	l.all.Add(n)
	for range n {
		s.repeat(on, l, work)
	}
	return l
}

// spawning starts n chains of tasks that work and spawn their successor.
func (s style) spawning(rt *runtime.Runtime, n int, work func()) *load {
	l := new(load)
	l.all.Add(n)
	for range n {
		s.chain(rt, l, work)
	}
	return l
}

// repeatingGo is repeating with goroutines.
func repeatingGo(n int, work func()) *load {
	l := new(load)
	for range n {
		l.all.Go(func() { // ends with the load
			for !l.off.Load() {
				work()
				goruntime.Gosched()
			}
		})
	}
	return l
}

// spawningGo is spawning with goroutines.
func spawningGo(n int, work func()) *load {
	l := new(load)
	var chain func()
	chain = func() {
		if l.off.Load() {
			l.all.Done()
			return
		}
		work()
		go chain() // the chain ends with the load
	}
	l.all.Add(n)
	for range n {
		go chain()
	}
	return l
}
