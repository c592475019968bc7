package workload

import (
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

const (
	mixClients      = 1000
	mixRequests     = 20 // of each client
	mixPermits      = 500
	mixBackends     = 3
	mixLimit        = 5 * time.Second
	mixBackendDelay = time.Millisecond
	mixParse        = 200 // steps of work
	mixAnswer       = 300
	mixRender       = 200
	mixCheck        = 2_623_970_852
)

func mixChance(client int) xorshift { return xorshift(work(seed+uint64(client), 8)) }

// sleepsFirst reports whether the backend with this question must wait for something. The others only wait for their turn.
func sleepsFirst(q uint64) bool { return q%4 == 0 }

func mixAnswered(q uint64) uint64 { return low(work(q|1, mixAnswer)) }

func mixRendered(sum uint64) uint64 { return sum + low(work(sum|1, mixRender)) }

// Mix is a service in miniature.
func Mix() Workload { return mix(mixClients, mixCheck) }

func mix(clients int, check uint64) Workload {
	return Workload{
		Name: "mix", Group: "mixture", Unit: "one request", Metric: Time,
		Title:     "1,000 clients make 20 requests each, with a time limit, a shared semaphore and 3 backends to ask",
		Elsewhere: []string{"tokio"}, Units: int64(clients * mixRequests), Check: check,
		Constants: []Constant{
			{"clients", int64(clients)},
			{"requests", mixRequests},
			{"permits", mixPermits},
			{"backends", mixBackends},
			{"limit_ms", mixLimit.Milliseconds()},
			{"backend_delay_us", mixBackendDelay.Microseconds()},
			{"parse", mixParse},
			{"answer", mixAnswer},
			{"render", mixRender},
		},
		Impls: []Impl{
			mixOnSimmer("simmer", clients, func(cx *future.Context, number int, permits *lock.Semaphore) *handleOf[mixed] {
				return runtime.SpawnValue(cx, &mixClient{chance: mixChance(number), request: mixRequest{permits: permits}})
			}),
			mixOnSimmer("simmer-async", clients, func(cx *future.Context, number int, permits *lock.Semaphore) *handleOf[mixed] {
				return runtime.Go(cx, func(cx *future.Context) (mixed, error) { return mixClientBody(cx, number, permits), nil })
			}),
			{Name: "go", Metered: func(int) (func(int64, Clock) Figures, func()) {
				return mixFigures(func() []mixed {
					permits, results := make(chan none, mixPermits), make([]chan mixed, clients)
					for number := range results {
						result := make(chan mixed, 1)
						results[number] = result
						go func() { result <- mixClientGo(number, permits) }()
					}
					all := make([]mixed, 0, clients)
					for _, result := range results {
						all = append(all, <-result)
					}
					return all
				}), func() {}
			}},
		},
	}
}

type handleOf[T any] = runtime.JoinHandle[T]

// mixed is what a client has done.
type mixed struct {
	sum  uint64
	took []time.Duration // for each request
}

// mixFigures makes the run of an Impl whose iteration returns what the clients have done.
func mixFigures(iterate func() []mixed) func(int64, Clock) Figures {
	return func(iterations int64, clock Clock) Figures {
		var clients []mixed
		clock(func() {
			for range iterations {
				clients = append(clients, iterate()...)
			}
		})
		var check uint64
		var took []time.Duration
		for _, c := range clients {
			check += c.sum
			took = append(took, c.took...)
		}
		f := latencies(took)
		f.Check = check
		return f
	}
}

func mixOnSimmer(name string, clients int, spawn func(cx *future.Context, number int, permits *lock.Semaphore) *handleOf[mixed]) Impl {
	return Impl{Name: name, Metered: func(workers int) (func(int64, Clock) Figures, func()) {
		rt := newRuntime(workers)
		return mixFigures(func() []mixed {
			permits := lock.NewSemaphore(mixPermits)
			return blockOn(rt, &gather[mixed]{spawn: func(cx *future.Context) (handles []*handleOf[mixed]) {
				for number := range clients {
					handles = append(handles, spawn(cx, number, permits))
				}
				return handles
			}})
		}), func() { must(rt.Close()) }
	}}
}

// gather spawns tasks and is ready with all that they return, in their order.
type gather[T any] struct {
	spawn   func(cx *future.Context) []*handleOf[T]
	handles []*handleOf[T]
	values  []T
}

func (g *gather[T]) Poll(cx *future.Context) ([]T, bool, error) {
	if g.handles == nil {
		g.handles = g.spawn(cx)
	}
	for len(g.values) < len(g.handles) {
		value, ready, err := g.handles[len(g.values)].Poll(cx)
		if !ready {
			return nil, false, nil
		}
		if err != nil {
			return nil, true, err
		}
		g.values = append(g.values, value)
	}
	return g.values, true, nil
}
