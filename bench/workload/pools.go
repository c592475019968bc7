package workload

import (
	"sync"
	"sync/atomic"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

const (
	cacheLine   = 64
	countPlaces = 16 // more than there are tasks at the same time, on few cores
)

// The library starts goroutines for a pool that nobody asked for. They would run in every Go peer.
func init() { ants.Release() }

// batch gives a pool n tasks and returns when all have ended. next makes the task with that number.
type batch = func(n int, next func(i int) func())

// pools are the libraries that bound the number of goroutines, each in the way its users know. All are bounded to one goroutine a
// worker: the tasks compute, and other sizes made them no faster.
var pools = []struct {
	name string
	open func(workers int) (run batch, stop func())
}{
	{"ants", openAnts},
	{"pond", openPond},
	{"conc", func(workers int) (batch, func()) {
		return func(n int, next func(i int) func()) {
			p := pool.New().WithMaxGoroutines(workers)
			for i := range n {
				p.Go(next(i))
			}
			p.Wait()
		}, func() {}
	}},
	{"errgroup", func(workers int) (batch, func()) {
		return func(n int, next func(i int) func()) {
			var g errgroup.Group
			g.SetLimit(workers)
			for i := range n {
				task := next(i)
				g.Go(func() error {
					task()
					return nil
				})
			}
			must(g.Wait())
		}, func() {}
	}},
}

func openAnts(workers int) (batch, func()) {
	p, err := ants.NewPool(workers)
	must(err)
	return func(n int, next func(i int) func()) {
		var all sync.WaitGroup
		all.Add(n)
		for i := range n {
			task := next(i)
			must(p.Submit(func() {
				defer all.Done()
				task()
			}))
		}
		all.Wait()
	}, p.Release
}

func openPond(workers int) (batch, func()) {
	p := pond.NewPool(workers)
	return func(n int, next func(i int) func()) {
		g := p.NewGroup()
		for i := range n {
			g.Submit(next(i))
		}
		must(g.Wait())
	}, p.StopAndWait
}

// onPools makes an Impl for each pool. An iteration is n tasks; begin is called before each of them, and check after it.
func onPools(n int, begin func() (next func(i int) func(), check func() uint64)) []Impl {
	var impls []Impl
	for _, p := range pools {
		impls = append(impls, Impl{Name: p.name, Start: func(workers int) (func(int64) uint64, func()) {
			run, stop := p.open(workers)
			return each(func() uint64 {
				next, check := begin()
				run(n, next)
				return check()
			}), stop
		}})
	}
	return impls
}

// countedOnPools is onPools for tasks that only count.
func countedOnPools() []Impl {
	return onPools(spawns, func() (func(i int) func(), func() uint64) {
		c := new(countdown)
		c.left.Store(spawns)
		return func(int) func() { return func() { c.left.Add(-1) } }, func() uint64 { return uint64(spawns - c.left.Load()) }
	})
}

// emptyOnPools is onPools for tasks that do nothing but count, in turn in one of several places: a pool that loses a task is found,
// and those that run at the same time do not wait for one cache line.
func emptyOnPools() []Impl {
	type place struct {
		ran atomic.Uint64
		_   [cacheLine - 8]byte
	}
	return onPools(spawns, func() (func(i int) func(), func() uint64) {
		places := new([countPlaces]place)
		var tasks [countPlaces]func() // made once: the tasks allocate nothing
		for p := range places {
			tasks[p] = func() { places[p].ran.Add(1) }
		}
		return func(i int) func() { return tasks[i%countPlaces] }, func() (ran uint64) {
			for p := range places {
				ran += places[p].ran.Load()
			}
			return ran
		}
	})
}

func sum(values []uint64) (sum uint64) {
	for _, v := range values {
		sum += v
	}
	return sum
}
