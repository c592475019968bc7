package workload

import (
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/future"
)

const (
	idleWakes     = 500
	injectWakes   = 1000
	idleFirst     = 200 * time.Microsecond // long enough for every worker to be asleep
	latencyProbes = 3
)

// stamp sends the time of its poll.
type stamp struct{ at chan<- time.Time }

func (s *stamp) Poll(*future.Context) (none, bool, error) {
	s.at <- time.Now() //simmer:ignore blocking it has room
	return none{}, true, nil
}

func stampGo(at chan<- time.Time) { at <- time.Now() }

// wakes returns how long it takes each time from wake to the time that comes at.
func wakes(at <-chan time.Time, n int64, wake func()) []time.Duration {
	samples := make([]time.Duration, 0, n)
	for range n {
		start := time.Now()
		wake()
		samples = append(samples, (<-at).Sub(start))
	}
	return samples
}

// idleWakesOf is wakes with a pause before each.
func idleWakesOf(at <-chan time.Time, n int64, wake func()) []time.Duration {
	samples := make([]time.Duration, 0, n)
	for range n {
		time.Sleep(idleFirst)
		samples = append(samples, wakes(at, 1, wake)...)
	}
	return samples
}

// IdleWake measures how long it takes from a spawn from outside, when all workers sleep, to the task's first poll.
func IdleWake() Workload {
	row := func(s style) Impl {
		return Impl{Name: s.name, Probe: func(workers int, scale int64, clock Clock) Figures {
			rt := newRuntime(workers)
			at := make(chan time.Time, 1)
			var samples []time.Duration
			clock(func() { samples = idleWakesOf(at, scale, func() { s.stamp(rt, at) }) })
			must(rt.Close())
			return latencies(samples)
		}}
	}
	return Workload{
		Name: "idle_wake", Group: "latency", Unit: "from a spawn from outside to the first poll",
		Title:     "A goroutine that is no worker spawns a task while all workers sleep",
		Elsewhere: []string{"tokio"},
		Units:     1, Check: 1, Constants: []Constant{{"idle_us", idleFirst.Microseconds()}},
		Metric: Latency, Scales: []int64{idleWakes}, Samples: latencyProbes,
		Impls: []Impl{
			row(machines), row(bodies),
			{Name: "go", Probe: func(_ int, scale int64, clock Clock) Figures {
				in, at := make(chan none), make(chan time.Time, 1)
				go func() { // ends when in is closed
					for range in {
						stampGo(at)
					}
				}()
				defer close(in)
				var samples []time.Duration
				clock(func() { samples = idleWakesOf(at, scale, func() { in <- none{} }) })
				return latencies(samples)
			}},
		},
	}
}

// InjectWait measures how long a task from outside waits beside chains of tasks that stall and spawn their successor.
func InjectWait() Workload {
	row := func(s style) Impl {
		return Impl{Name: s.name, Probe: func(workers int, scale int64, clock Clock) Figures {
			rt := newRuntime(workers)
			l := s.spawning(rt, workers, stall)
			at := make(chan time.Time, 1)
			var samples []time.Duration
			clock(func() { samples = wakes(at, scale, func() { s.stamp(rt, at) }) })
			l.end()
			must(rt.Close())
			return injected(samples)
		}}
	}
	return Workload{
		Name: "inject_wait", Group: "latency", Unit: "from a spawn from outside to the first poll",
		Title:     "A goroutine that is no worker spawns a task beside a chain a worker of tasks that stall for 10 us and spawn their successor",
		Elsewhere: []string{"tokio"},
		Units:     1, Check: 1, Constants: []Constant{{"stall_us", stallTime.Microseconds()}},
		Metric: Worst, Scales: []int64{injectWakes}, Samples: latencyProbes,
		Impls: []Impl{
			row(machines), row(bodies),
			{Name: "go", Probe: func(workers int, scale int64, clock Clock) Figures {
				l := spawningGo(workers, stall)
				at := make(chan time.Time, 1)
				var samples []time.Duration
				clock(func() { samples = wakes(at, scale, func() { go stampGo(at) }) })
				l.end()
				return injected(samples)
			}},
		},
	}
}

func injected(samples []time.Duration) Figures {
	f := latencies(samples)
	f.Extra[protocol.WorstWait] = f.Extra[protocol.Max]
	return f
}

// latencyRows are the probes of delays.
func latencyRows() []Workload {
	return []Workload{IdleWake(), InjectWait(), Fairness(), PlainSleep(), Rescue()}
}
