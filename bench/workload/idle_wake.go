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
	s.at <- time.Now()
	return none{}, true, nil
}

// IdleWake measures how long it takes from a spawn from outside, when all workers sleep, to the task's first poll.
func IdleWake() Probe {
	return Probe{Name: "idle_wake", Unit: "us from a spawn from outside to the first poll, all workers asleep", Impls: []ProbeImpl{
		{Name: "simmer", Measure: func() []float64 {
			rt, err := runtime.New(runtime.Config{Workers: Workers})
			must(err)
			at := make(chan time.Time, 1)
			samples := wakeSamples(at, func() { runtime.SpawnValue(rt, &stamp{at}) })
			must(rt.Close())
			return samples
		}},
		{Name: "go", Measure: func() []float64 {
			in, at := make(chan none), make(chan time.Time, 1)
			go func() { // ends when in is closed
				for range in {
					at <- time.Now()
				}
			}()
			defer close(in)
			return wakeSamples(at, func() { in <- none{} })
		}},
	}}
}

func wakeSamples(at <-chan time.Time, wake func()) []float64 {
	var samples []float64
	for range wakes {
		time.Sleep(idleFirst)
		start := time.Now()
		wake()
		samples = append(samples, float64((<-at).Sub(start).Nanoseconds())/1000)
	}
	return samples
}
