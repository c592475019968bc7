package workload

import (
	"slices"
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	manySleepers   = 100_000
	steadySleepers = 10_000
	lightSleepers  = 100
	steadySleeps   = 20
	lightSleeps    = 10
	sleepPeriod    = 100 * time.Millisecond
)

// sleepPlan is what one task does: a first sleep that does not count, and then some that do.
type sleepPlan struct {
	stagger time.Duration
	length  time.Duration
	times   int
}

// sleeper is a task that carries out its plan and returns how late each sleep was.
type sleeper struct {
	sleepPlan
	late   []time.Duration
	start  time.Time
	delay  timer.Delay
	sleeps bool
}

func (s *sleeper) Poll(cx *future.Context) ([]time.Duration, bool, error) {
	for {
		if !s.sleeps {
			d := s.stagger
			if d == 0 {
				if len(s.late) == s.times {
					return s.late, true, nil
				}
				d = s.length
			}
			s.start, s.sleeps = time.Now(), true
			s.delay = *timer.After(d)
		}
		if _, ready, err := s.delay.Poll(cx); !ready || err != nil {
			return nil, ready, err
		}
		s.sleeps = false
		if s.stagger > 0 {
			s.stagger = 0
			continue
		}
		s.late = append(s.late, time.Since(s.start)-s.length)
	}
}

// Drop disarms the timer.
func (s *sleeper) Drop(cx *future.Context) { s.delay.Drop(cx) }

// sleepsOf carries out a plan with sleep, which blocks or awaits.
func sleepsOf(p sleepPlan, sleep func(d time.Duration)) []time.Duration {
	late := make([]time.Duration, 0, p.times)
	if p.stagger > 0 {
		sleep(p.stagger)
	}
	for range p.times {
		start := time.Now()
		sleep(p.length)
		late = append(late, time.Since(start)-p.length)
	}
	return late
}

// sleepRow is a probe of tasks that sleep. plan tells what task i of n does.
func sleepRow(w Workload, plan func(i, n int64) sleepPlan) Workload {
	row := func(name string, spawn func(cx *future.Context, p sleepPlan) *handleOf[[]time.Duration]) Impl {
		return Impl{Name: name, Probe: func(workers int, scale int64, clock Clock) Figures {
			rt := newRuntime(workers)
			var late [][]time.Duration
			clock(func() {
				late = blockOn(rt, &gather[[]time.Duration]{spawn: func(cx *future.Context) (handles []*handleOf[[]time.Duration]) {
					for i := range scale {
						handles = append(handles, spawn(cx, plan(i, scale)))
					}
					return handles
				}})
			})
			must(rt.Close())
			return lateness(slices.Concat(late...))
		}}
	}
	w.Group, w.Metric, w.Elsewhere, w.Samples, w.Limit = "time", Lateness, []string{"tokio"}, latencyProbes, slow
	w.Impls = []Impl{
		row("simmer", func(cx *future.Context, p sleepPlan) *handleOf[[]time.Duration] {
			return runtime.SpawnValue(cx, &sleeper{sleepPlan: p, late: make([]time.Duration, 0, p.times)})
		}),
		row("simmer-async", func(cx *future.Context, p sleepPlan) *handleOf[[]time.Duration] {
			return runtime.Go(cx, func(cx *future.Context) ([]time.Duration, error) {
				return sleepsOf(p, func(d time.Duration) { must(timer.Sleep(cx, d)) }), nil
			})
		}),
		{Name: "go", Probe: func(_ int, scale int64, clock Clock) Figures {
			var late [][]time.Duration
			clock(func() {
				late = make([][]time.Duration, scale)
				var all sync.WaitGroup
				for i := range scale {
					all.Go(func() { late[i] = sleepsOf(plan(i, scale), time.Sleep) })
				}
				all.Wait()
			})
			return lateness(slices.Concat(late...))
		}},
	}
	return w
}

// SleepMany has many tasks sleep once, for different times.
func SleepMany() Workload {
	return sleepRow(Workload{
		Name: "sleep_many", Unit: "one sleep", Units: 1, Check: 1, Scales: []int64{manySleepers},
		Title: "Tasks are spawned at once and sleep for 10 to 100 ms each",
	}, func(i, _ int64) sleepPlan {
		return sleepPlan{length: time.Duration(10+i%91) * time.Millisecond, times: 1}
	})
}

// periodicSleeps has tasks that sleep again and again, spread evenly over the period.
func periodicSleeps(name, title string, scale int64, times int, period time.Duration) Workload {
	return sleepRow(Workload{
		Name: name, Unit: "one sleep", Units: int64(times), Check: uint64(times), Scales: []int64{scale}, Title: title,
		Constants: []Constant{{"sleeps", int64(times)}, {"period_ms", period.Milliseconds()}},
	}, func(i, n int64) sleepPlan {
		return sleepPlan{stagger: period * time.Duration(i) / time.Duration(n), length: period, times: times}
	})
}

// SleepSteady has many tasks sleep again and again.
func SleepSteady() Workload {
	return periodicSleeps("sleep_steady", "10,000 tasks sleep for 100 ms, 20 times, evenly spread", steadySleepers, steadySleeps, sleepPeriod)
}

// SleepLight has few tasks sleep again and again.
func SleepLight() Workload {
	return periodicSleeps("sleep_light", "100 tasks sleep for 100 ms, 10 times, evenly spread", lightSleepers, lightSleeps, sleepPeriod)
}

// sleepRows are the probes of sleeping.
func sleepRows() []Workload { return []Workload{SleepMany(), SleepSteady(), SleepLight()} }

// mixtureRows are like programs.
func mixtureRows() []Workload { return []Workload{Skewed(), Mix()} }
