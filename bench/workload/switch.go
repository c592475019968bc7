package workload

import (
	goruntime "runtime"
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	yielders = 200
	yields   = 1000
	pings    = 1000
)

// yielder yields many times.
type yielder struct {
	left int
	done *counter
}

func (y *yielder) Poll(cx *future.Context) (none, bool, error) {
	if y.left > 0 {
		y.left--
		cx.Again()
		return none{}, false, nil
	}
	y.done.count()
	return none{}, true, nil
}

// YieldMany has 200 tasks yield 1,000 times each.
func YieldMany() Workload {
	var left atomic.Int64
	return Workload{Name: "yield_many", Unit: "one yield", Ops: yielders * yields, Impls: []Impl{
		onSimmer("simmer", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(yielders)
			for range yielders {
				runtime.SpawnValue(rt, &yielder{yields, &counter{&left, done}})
			}
		}),
		onSimmer("simmer-async", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(yielders)
			for range yielders {
				rootBody(rt, func(cx *future.Context) {
					for range yields {
						must(future.Yield(cx))
					}
					(&counter{&left, done}).count()
				})
			}
		}),
		onGo(func(done chan<- none) {
			left.Store(yielders)
			for range yielders {
				go func() {
					for range yields {
						goruntime.Gosched()
					}
					(&counter{&left, done}).count()
				}()
			}
		}),
	}}
}

// ponger answers one ping.
type ponger struct{ ping, pong *oneshot }

func (p *ponger) Poll(cx *future.Context) (none, bool, error) {
	if _, ready, _ := p.ping.PollRecv(cx); !ready {
		return none{}, false, nil
	}
	p.pong.send(cx)
	return none{}, true, nil
}

// pinger spawns a ponger, sends it a ping and waits for the pong.
type pinger struct {
	pong    *oneshot
	counter counter
}

func (p *pinger) Poll(cx *future.Context) (none, bool, error) {
	if p.pong == nil {
		ping := new(oneshot)
		p.pong = new(oneshot)
		runtime.SpawnValue(runtime.Detached(cx), &ponger{ping, p.pong})
		ping.send(cx)
	}
	if _, ready, _ := p.pong.PollRecv(cx); !ready {
		return none{}, false, nil
	}
	p.counter.count()
	return none{}, true, nil
}

// PingPong has 1,000 pairs of tasks exchange one ping and one pong over two oneshot channels.
func PingPong() Workload {
	var left atomic.Int64
	return Workload{Name: "ping_pong", Unit: "spawn two tasks that exchange two messages", Ops: pings, Impls: []Impl{
		onSimmer("simmer", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(pings)
			root(rt, func(cx *future.Context) {
				for range pings {
					runtime.SpawnValue(runtime.Detached(cx), &pinger{counter: counter{&left, done}})
				}
			})
		}),
		onSimmer("simmer-async", func(rt *runtime.Runtime, done chan<- none) {
			left.Store(pings)
			rootBody(rt, func(cx *future.Context) {
				for range pings {
					runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
						ping, pong := new(oneshot), new(oneshot)
						runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
							must(ping.recv(cx))
							pong.send(cx)
							return none{}, nil
						})
						ping.send(cx)
						must(pong.recv(cx))
						(&counter{&left, done}).count()
						return none{}, nil
					})
				}
			})
		}),
		onGo(func(done chan<- none) {
			left.Store(pings)
			go func() {
				for range pings {
					go func() {
						ping, pong := make(chan none, 1), make(chan none, 1)
						go func() {
							<-ping
							pong <- none{}
						}()
						ping <- none{}
						<-pong
						(&counter{&left, done}).count()
					}()
				}
			}()
		}),
	}}
}
