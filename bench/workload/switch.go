package workload

import (
	goruntime "runtime"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	yielders = 200
	yields   = 1000
	pings    = 1000
)

// yielder yields some times.
type yielder struct {
	*countdown
	left int
}

func (y *yielder) Poll(cx *future.Context) (none, bool, error) {
	if y.left > 0 {
		y.left--
		cx.Again()
		return none{}, false, nil
	}
	y.count(cx)
	return none{}, true, nil
}

// YieldMany has tasks yield.
func YieldMany() Workload { return yieldMany(yields) }

func yieldMany(yields int64) Workload {
	check := yielders * uint64(yields)
	return alsoOutside(Workload{
		Name: "yield_many", Group: "core", Unit: "one yield", Metric: Time,
		Title:  "200 tasks yield 1,000 times each",
		Source: "tokio benches/rt_multi_threaded.rs, yield_many", Elsewhere: []string{"tokio", "tokio-outside"},
		Units: yielders * yields, Check: check, Constants: []Constant{{"yielders", yielders}, {"yields", yields}},
		Impls: []Impl{
			fromWorker("simmer", func(*runtime.Runtime) body {
				return &counted{n: yielders, worth: uint64(yields), start: func(cx *future.Context, c *countdown) {
					for range yielders {
						runtime.SpawnValue(runtime.Detached(cx), &yielder{c, int(yields)})
					}
				}}
			}),
			countedBody(yielders, uint64(yields), func(cx *future.Context, c *countdown) {
				for range yielders {
					runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
						for range yields {
							must(future.Yield(cx))
						}
						c.count(cx)
						return none{}, nil
					})
				}
			}),
			countedGo(yielders, uint64(yields), func(c *goCountdown) {
				for range yielders {
					go func() {
						for range yields {
							goruntime.Gosched()
						}
						c.count()
					}()
				}
			}),
		},
	})
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
	*countdown
	pong *oneshot
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
	p.count(cx)
	return none{}, true, nil
}

// PingPong has pairs of tasks exchange one ping and one pong.
func PingPong() Workload {
	return alsoOutside(Workload{
		Name: "ping_pong", Group: "core", Unit: "spawn two tasks that exchange two messages", Metric: Time,
		Title:  "1,000 pairs of tasks exchange one ping and one pong over two oneshot channels",
		Source: "tokio benches/rt_multi_threaded.rs, ping_pong", Elsewhere: []string{"tokio", "tokio-outside"},
		Units: pings, Check: pings, Constants: []Constant{{"pings", pings}},
		Impls: []Impl{
			fromWorker("simmer", func(*runtime.Runtime) body {
				return &counted{n: pings, worth: 1, start: func(cx *future.Context, c *countdown) {
					for range pings {
						runtime.SpawnValue(runtime.Detached(cx), &pinger{countdown: c})
					}
				}}
			}),
			countedBody(pings, 1, func(cx *future.Context, c *countdown) {
				for range pings {
					runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
						ping, pong := new(oneshot), new(oneshot)
						runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
							ping.recv(cx)
							pong.send(cx)
							return none{}, nil
						})
						ping.send(cx)
						pong.recv(cx)
						c.count(cx)
						return none{}, nil
					})
				}
			}),
			countedGo(pings, 1, func(c *goCountdown) {
				for range pings {
					go func() {
						ping, pong := make(chan none, 1), make(chan none, 1)
						go func() {
							<-ping
							pong <- none{}
						}()
						ping <- none{}
						<-pong
						c.count()
					}()
				}
			}),
		},
	})
}
