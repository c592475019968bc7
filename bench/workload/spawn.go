package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	spawns = 10_000
	links  = 1000
)

// SpawnMany spawns tasks from a worker.
func SpawnMany() Workload {
	return alsoOutside(Workload{
		Name: "spawn_many", Group: "core", Unit: "spawn and run a task", Metric: Time,
		Title:  "A task spawns 10,000 tasks and waits until all have run",
		Source: "tokio benches/rt_multi_threaded.rs, spawn_many_local", Elsewhere: []string{"tokio", "tokio-outside"},
		Units: spawns, Check: spawns, Constants: []Constant{{"spawns", spawns}},
		Impls: append([]Impl{
			fromWorker("simmer", func(*runtime.Runtime) body {
				return &counted{n: spawns, worth: 1, start: func(cx *future.Context, c *countdown) {
					for range spawns {
						runtime.SpawnValue(runtime.Detached(cx), &counter{c})
					}
				}}
			}),
			fromWorker("simmer-boxed", func(*runtime.Runtime) body {
				return &counted{n: spawns, worth: 1, start: func(cx *future.Context, c *countdown) {
					for range spawns {
						runtime.Spawn(runtime.Detached(cx), future.Future[none](&counter{c}))
					}
				}}
			}),
			countedBody(spawns, 1, func(cx *future.Context, c *countdown) {
				for range spawns {
					runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
						c.count(cx)
						return none{}, nil
					})
				}
			}),
			countedGo(spawns, 1, func(c *goCountdown) {
				for range spawns {
					go c.count()
				}
			}),
		}, countedOnPools()...),
	})
}

// spawnRows are about spawning, beside those of the core.
func spawnRows() []Workload {
	return []Workload{
		SpawnManyRemoteBusy1(), SpawnManyRemoteBusy2(), RemoteSpawn1(), RemoteSpawn2(), SpawnJoinBatch(), SpawnYieldJoin(),
		SpawnYieldJoin10(), SpawnBlocking1(), SpawnBlocking2(),
	}
}

// empty is a task that does nothing.
type empty struct{}

func (*empty) Poll(*future.Context) (none, bool, error) { return none{}, true, nil }

// joinAll awaits handles in order.
type joinAll struct {
	handles []*runtime.JoinHandle[none]
	joined  int
}

func (j *joinAll) Poll(cx *future.Context) (uint64, bool, error) {
	for ; j.joined < len(j.handles); j.joined++ {
		if _, ready, err := j.handles[j.joined].Poll(cx); !ready {
			return 0, false, nil
		} else if err != nil {
			return 0, true, err
		}
	}
	return uint64(j.joined), true, nil
}

// one is a task that returns 1.
type one struct{ n uint64 }

func (o *one) Poll(*future.Context) (uint64, bool, error) { return o.n, true, nil }

// joiner spawns tasks and awaits each before the next.
type joiner struct {
	joined int
	sum    uint64
	h      *handle
}

func (j *joiner) Poll(cx *future.Context) (uint64, bool, error) {
	for ; j.joined < spawns; j.joined++ {
		if j.h == nil {
			j.h = runtime.SpawnValue(cx, &one{1})
		}
		n, ready, err := j.h.Poll(cx)
		if !ready {
			return 0, false, nil
		}
		must(err)
		j.h = nil
		j.sum += n
	}
	sum := j.sum
	*j = joiner{}
	return sum, true, nil
}

// SpawnJoin spawns and awaits one task after the other.
func SpawnJoin() Workload {
	return alsoOutside(Workload{
		Name: "spawn_join", Group: "core", Unit: "spawn a task and await it", Metric: Time,
		Title:     "A task spawns 10,000 tasks that return 1, each after it has awaited the one before",
		Elsewhere: []string{"tokio", "tokio-outside"},
		Units:     spawns, Check: spawns, Constants: []Constant{{"spawns", spawns}},
		Impls: []Impl{
			fromWorker("simmer", func(*runtime.Runtime) body { return &joiner{} }),
			fromBody(func(cx *future.Context) (sum uint64) {
				for range spawns {
					n, err := runtime.Go(cx, func(*future.Context) (uint64, error) { return 1, nil }).Await(cx)
					must(err)
					sum += n
				}
				return sum
			}),
			onGo(func() (sum uint64) {
				for range spawns {
					result := make(chan int, 1)
					go func() { result <- 1 }()
					sum += uint64(<-result)
				}
				return sum
			}),
		},
	})
}

// link spawns the next link of a chain and ends.
type link struct {
	*countdown
	number int
}

func (l *link) Poll(cx *future.Context) (none, bool, error) {
	if l.number == links {
		l.count(cx)
	} else {
		runtime.SpawnValue(runtime.Detached(cx), &link{l.countdown, l.number + 1})
	}
	return none{}, true, nil
}

// ChainedSpawn spawns a task that spawns the next.
func ChainedSpawn() Workload {
	const chains = 1
	return alsoOutside(Workload{
		Name: "chained_spawn", Group: "core", Unit: "spawn and run one link", Metric: Time,
		Title:  "A task spawns a task that spawns the next, 1,000 deep",
		Source: "tokio benches/rt_multi_threaded.rs, chained_spawn", Elsewhere: []string{"tokio", "tokio-outside"},
		Units: links, Check: links, Constants: []Constant{{"links", links}},
		Impls: []Impl{
			fromWorker("simmer", func(*runtime.Runtime) body {
				return &counted{n: chains, worth: links, start: func(cx *future.Context, c *countdown) {
					runtime.SpawnValue(runtime.Detached(cx), &link{c, 0})
				}}
			}),
			countedBody(chains, links, func(cx *future.Context, c *countdown) {
				var next func(cx *future.Context, number int)
				next = func(cx *future.Context, number int) {
					if number == links {
						c.count(cx)
						return
					}
					runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
						next(cx, number+1)
						return none{}, nil
					})
				}
				next(cx, 0)
			}),
			countedGo(chains, links, func(c *goCountdown) {
				var next func(number int)
				next = func(number int) {
					if number == links {
						c.count()
						return
					}
					go next(number + 1)
				}
				go next(0)
			}),
		},
	})
}
