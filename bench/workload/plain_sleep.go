package workload

import "time"

const (
	plainSleeps = 200
	plainSleep  = time.Millisecond
)

// PlainSleep measures how late a plain goroutine's sleeps end beside workers that are busy with polls that give nothing away.
func PlainSleep() Workload {
	row := func(s style) Impl {
		return Impl{Name: s.name, Probe: func(workers int, scale int64, clock Clock) Figures {
			rt := newRuntime(workers)
			l := s.repeating(rt, 2*workers, spin)
			var late []time.Duration
			clock(func() { late = plainSleepers(scale) })
			l.end()
			must(rt.Close())
			return lateness(late)
		}}
	}
	return Workload{
		Name: "plain_sleep", Group: "latency", Unit: "one sleep of 1 ms of a plain goroutine", Metric: MeanLate,
		Title: "A plain goroutine sleeps for 1 ms beside two tasks a worker that compute for 10 us and yield",
		Units: 1, Check: 1, Scales: []int64{plainSleeps}, Samples: latencyProbes, Lasts: plainSleeps * plainSleep,
		Constants: []Constant{{"sleep_us", plainSleep.Microseconds()}, {"compute_us", stallTime.Microseconds()}},
		Impls: []Impl{
			row(machines), row(bodies),
			{Name: "go", Probe: func(workers int, scale int64, clock Clock) Figures {
				l := repeatingGo(2*workers, spin)
				var late []time.Duration
				clock(func() { late = plainSleepers(scale) })
				l.end()
				return lateness(late)
			}},
		},
	}
}

func plainSleepers(n int64) []time.Duration {
	late := make([]time.Duration, 0, n)
	for range n {
		start := time.Now()
		time.Sleep(plainSleep)
		late = append(late, time.Since(start)-plainSleep)
	}
	return late
}
