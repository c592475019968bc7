package workload

import (
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const spawns = 10_000

// counter is the task of the spawn rows: it counts down, and the last one ends the run.
type counter struct {
	left *atomic.Int64
	done chan<- none
}

func (c *counter) Poll(*future.Context) (none, bool, error) {
	c.count()
	return none{}, true, nil
}

func (c *counter) count() {
	if c.left.Add(-1) == 0 {
		c.done <- none{}
	}
}

// SpawnMany spawns 10,000 tasks from a worker and waits until all have run.
func SpawnMany() Workload {
	var left atomic.Int64
	return Workload{Name: "spawn_many", Unit: "spawn and run a task, from a worker", Ops: spawns, Impls: []Impl{
		onSimmer("simmer", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(spawns)
			root(rt, func(cx *future.Context) {
				for range spawns {
					runtime.SpawnValue(runtime.Detached(cx), &counter{&left, done})
				}
			})
		}),
		onSimmer("simmer-boxed", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(spawns)
			root(rt, func(cx *future.Context) {
				for range spawns {
					runtime.Spawn(runtime.Detached(cx), future.Future[none](&counter{&left, done}))
				}
			})
		}),
		onSimmer("simmer-async", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(spawns)
			rootBody(rt, func(cx *future.Context) {
				for range spawns {
					runtime.Go(runtime.Detached(cx), func(*future.Context) (none, error) {
						(&counter{&left, done}).count()
						return none{}, nil
					})
				}
			})
		}),
		onGo(func(done chan<- none) {
			left.Store(spawns)
			go func() {
				for range spawns {
					go (&counter{&left, done}).count()
				}
			}()
		}),
	}}
}

// SpawnManyRemote spawns 10,000 tasks from outside and waits until all have run.
func SpawnManyRemote() Workload {
	var left atomic.Int64
	return Workload{Name: "spawn_many_remote", Unit: "spawn and run a task, from outside", Ops: spawns, Impls: []Impl{
		onSimmer("simmer", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(spawns)
			for range spawns {
				runtime.SpawnValue(rt, &counter{&left, done})
			}
		}),
		onSimmer("simmer-async", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(spawns)
			for range spawns {
				runtime.Go(rt, func(*future.Context) (none, error) {
					(&counter{&left, done}).count()
					return none{}, nil
				})
			}
		}),
		onGo(func(done chan<- none) {
			left.Store(spawns)
			for range spawns {
				go (&counter{&left, done}).count()
			}
		}),
	}}
}

// one is a task that returns 1.
type one struct{ n int }

func (o *one) Poll(*future.Context) (int, bool, error) { return o.n, true, nil }

// joiner spawns tasks and awaits each before the next, as a state machine.
type joiner struct {
	left int
	h    *runtime.JoinHandle[int]
	done chan<- none
}

func (j *joiner) Poll(cx *future.Context) (none, bool, error) {
	for {
		if j.h != nil {
			n, ready, err := j.h.Poll(cx)
			if !ready {
				return none{}, false, nil
			}
			must(err)
			j.h = nil
			j.left -= n
		}
		if j.left == 0 {
			j.done <- none{}
			return none{}, true, nil
		}
		j.h = runtime.SpawnValue(cx, &one{1})
	}
}

// SpawnJoin spawns 10,000 tasks, each after it has awaited the one before.
func SpawnJoin() Workload {
	return Workload{Name: "spawn_join", Unit: "spawn a task and await it", Ops: spawns, Impls: []Impl{
		onSimmer("simmer", func(rt *runtime.Runtime, done chan<- none) {
			runtime.SpawnValue(rt, &joiner{left: spawns, done: done})
		}),
		onSimmer("simmer-async", func(rt *runtime.Runtime, done chan<- none) {
			rootBody(rt, func(cx *future.Context) {
				for range spawns {
					_, err := runtime.Go(cx, func(*future.Context) (int, error) { return 1, nil }).Await(cx)
					must(err)
				}
				done <- none{}
			})
		}),
		onGo(func(done chan<- none) {
			go func() {
				for range spawns {
					result := make(chan int, 1)
					go func() { result <- 1 }()
					<-result
				}
				done <- none{}
			}()
		}),
	}}
}

const links = 1000

// link spawns the next link of a chain and ends.
type link struct {
	left int
	done chan<- none
}

func (l *link) Poll(cx *future.Context) (none, bool, error) {
	if l.left == 0 {
		l.done <- none{}
	} else {
		runtime.SpawnValue(runtime.Detached(cx), &link{l.left - 1, l.done})
	}
	return none{}, true, nil
}

// ChainedSpawn spawns a task that spawns the next, 1,000 deep.
func ChainedSpawn() Workload {
	return Workload{Name: "chained_spawn", Unit: "one link", Ops: links, Impls: []Impl{
		onSimmer("simmer", func(rt *runtime.Runtime, done chan<- none) {
			runtime.SpawnValue(rt, &link{links, done})
		}),
		onSimmer("simmer-async", func(rt *runtime.Runtime, done chan<- none) {
			var next func(cx *future.Context, left int)
			next = func(cx *future.Context, left int) {
				if left == 0 {
					done <- none{}
					return
				}
				runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
					next(cx, left-1)
					return none{}, nil
				})
			}
			rootBody(rt, func(cx *future.Context) { next(cx, links) })
		}),
		onGo(func(done chan<- none) {
			var next func(left int)
			next = func(left int) {
				if left == 0 {
					done <- none{}
					return
				}
				go next(left - 1)
			}
			go next(links)
		}),
	}}
}
