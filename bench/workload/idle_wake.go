package workload

import (
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	wakes     = 500
	idleFirst = 200 * time.Microsecond // long enough for every worker to be asleep
)

// stamp sends the time of its poll.
type stamp struct{ at chan<- time.Time }

func (s *stamp) Poll(*future.Context) (none, bool, error) {
	s.at <- time.Now() //simmer:ignore blocking it has room
	return none{}, true, nil
}

// IdleWake measures how long it takes from a spawn from outside, when all workers sleep, to the task's first poll.
func IdleWake() Workload {
	return Workload{
		Name: "idle_wake", Group: "latency", Unit: "from a spawn from outside to the first poll",
		Title:     "A goroutine that is no worker spawns a task while all workers sleep",
		Elsewhere: []string{"tokio"},
		Units:     1, Check: 1, Constants: []Constant{{"idle_us", idleFirst.Microseconds()}},
		Metric: Latency, Scales: []int64{wakes},
		Impls: []Impl{
			{Name: "simmer", Probe: func(workers int, scale int64) Figures {
				rt, err := runtime.New(runtime.Config{Workers: workers})
				must(err)
				at := make(chan time.Time, 1)
				samples := wakeSamples(at, scale, func() { runtime.SpawnValue(rt, &stamp{at}) })
				must(rt.Close())
				return latencies(samples)
			}},
			{Name: "go", Probe: func(_ int, scale int64) Figures {
				in, at := make(chan none), make(chan time.Time, 1)
				go func() { // ends when in is closed
					for range in {
						at <- time.Now()
					}
				}()
				defer close(in)
				return latencies(wakeSamples(at, scale, func() { in <- none{} }))
			}},
		},
	}
}

func wakeSamples(at <-chan time.Time, scale int64, wake func()) []time.Duration {
	var samples []time.Duration
	for range scale {
		time.Sleep(idleFirst)
		start := time.Now()
		wake()
		samples = append(samples, (<-at).Sub(start))
	}
	return samples
}
