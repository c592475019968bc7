package workload

import (
	"context"
	goruntime "runtime"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	timeouts       = 10_000
	timeoutTasks   = 1000
	timeoutsOfEach = 100
	timeoutLimit   = time.Second // it never passes
)

// ready is a future that is ready at its first poll.
type ready struct{}

func (ready) Poll(*future.Context) (uint64, bool, error) { return 1, true, nil }

// yieldOnce is ready at its second poll.
type yieldOnce struct{ polled bool }

func (y *yieldOnce) Poll(cx *future.Context) (uint64, bool, error) {
	if y.polled {
		return 1, true, nil
	}
	y.polled = true
	cx.Again()
	return 0, false, nil
}

// repeated is a piece of work that is repeated, in each style.
type repeated struct {
	machine func(times int) body
	body    func(cx *future.Context, times int) uint64
	goes    func(times int) uint64
}

// timeoutLoop puts a timeout around a new job, again and again.
type timeoutLoop struct {
	job   func() future.Future[uint64]
	times int
	f     timer.Limited[uint64]
	armed bool
	made  int
	sum   uint64
}

func (t *timeoutLoop) Poll(cx *future.Context) (uint64, bool, error) {
	for ; t.made < t.times; t.made++ {
		if !t.armed {
			t.f = timer.MakeTimeout(timeoutLimit, t.job())
			t.armed = true
		}
		value, isReady, err := t.f.Poll(cx)
		if !isReady {
			return 0, false, nil
		}
		must(err)
		t.armed = false
		t.sum += value
	}
	sum := t.sum
	t.made, t.sum = 0, 0
	return sum, true, nil
}

// timeoutsAround puts timeouts around new jobs.
func timeoutsAround(job func() future.Future[uint64], goJob func()) repeated {
	return repeated{
		machine: func(times int) body { return &timeoutLoop{job: job, times: times} },
		body: func(cx *future.Context, times int) (sum uint64) {
			for range times {
				value, err := timer.AwaitTimeout(cx, timeoutLimit, job())
				must(err)
				sum += value
			}
			return sum
		},
		goes: func(times int) (sum uint64) {
			for range times {
				ctx, cancel := context.WithTimeout(context.Background(), timeoutLimit)
				goJob()
				must(ctx.Err())
				cancel()
				sum++
			}
			return sum
		},
	}
}

var (
	aroundReady = timeoutsAround(func() future.Future[uint64] { return ready{} }, func() {})
	aroundYield = timeoutsAround(func() future.Future[uint64] { return &yieldOnce{} }, goruntime.Gosched)
)

// dropper makes sleeps and drops them without a poll.
type dropper struct{ times int }

func (d *dropper) Poll(cx *future.Context) (uint64, bool, error) {
	return droppedSleeps(cx, d.times), true, nil
}

func droppedSleeps(cx *future.Context, times int) (made uint64) {
	for range times {
		timer.After(timeoutLimit).Drop(cx)
		made++
	}
	return made
}

// sleepsDropped makes sleeps and drops them.
var sleepsDropped = repeated{
	machine: func(times int) body { return &dropper{times} },
	body:    droppedSleeps,
	goes: func(times int) (made uint64) {
		for range times {
			time.NewTimer(timeoutLimit).Stop()
			made++
		}
		return made
	},
}

// inOneTask is a row of one task that repeats. Outside, each iteration is a task of its own that spawns that task and awaits it.
func inOneTask(w Workload, r repeated) Workload {
	w.Metric, w.Elsewhere = Time, []string{"tokio", "tokio-outside"}
	w.Units, w.Check = timeouts, timeouts
	w.Constants = []Constant{{"times", timeouts}, {"limit_ms", timeoutLimit.Milliseconds()}}
	spawned := inTasks(Workload{}, r, 1, timeouts)
	w.Impls = []Impl{
		fromWorker("simmer", func(*runtime.Runtime) body { return r.machine(timeouts) }),
		fromBody(func(cx *future.Context) uint64 { return r.body(cx, timeouts) }),
		onGo(func() uint64 { return r.goes(timeouts) }),
	}
	for i := range w.Impls {
		w.Impls[i].outside = spawned.Impls[i].outside
	}
	return alsoOutside(w)
}

// inTasks is a row of several tasks that repeat so often each.
func inTasks(w Workload, r repeated, tasks, times int) Workload {
	units := int64(tasks * times)
	w.Metric, w.Elsewhere = Time, []string{"tokio"}
	w.Units, w.Check = units, uint64(units)
	w.Constants = []Constant{{"tasks", int64(tasks)}, {"times", int64(times)}, {"limit_ms", timeoutLimit.Milliseconds()}}
	w.Impls = []Impl{
		fanOutMachine(func(cx *future.Context, to []*handle) []*handle {
			for range tasks {
				to = append(to, runtime.Spawn(cx, r.machine(times)))
			}
			return to
		}),
		fanOutBody(func(cx *future.Context, to []*handle) []*handle {
			for range tasks {
				to = append(to, runtime.Go(cx, func(cx *future.Context) (uint64, error) { return r.body(cx, times), nil }))
			}
			return to
		}),
		fanOutGo(func(to []chan uint64) []chan uint64 {
			for range tasks {
				to = append(to, goTask(func() uint64 { return r.goes(times) }))
			}
			return to
		}),
	}
	return w
}

// TimeoutReady puts a timeout around what is ready at once.
func TimeoutReady() Workload {
	return inOneTask(Workload{
		Name: "timeout_ready", Group: "core", Unit: "one timeout around a ready future",
		Title:  "A task puts a timeout around a future that is ready at once, 10,000 times",
		Source: "tokio benches/time_timeout.rs",
	}, aroundReady)
}

// TimeoutYield puts a timeout around one yield.
func TimeoutYield() Workload {
	return inOneTask(Workload{
		Name: "timeout_yield", Group: "core", Unit: "one timeout around one yield",
		Title:  "A task puts a timeout around one yield, 10,000 times",
		Source: "tokio benches/time_timeout.rs, with a yield inside",
	}, aroundYield)
}

// SleepCreateDrop makes sleeps that nobody awaits.
func SleepCreateDrop() Workload {
	return inOneTask(Workload{
		Name: "sleep_create_drop", Group: "time", Unit: "make and drop a sleep",
		Title:  "A task makes a sleep of 1 s and drops it without a poll, 10,000 times",
		Source: "tokio benches/time_timeout.rs",
	}, sleepsDropped)
}

// Now reads the clock.
func Now() Workload {
	w := Workload{
		Name: "time_now", Group: "time", Unit: "read the clock", Metric: Time,
		Title:  "A task reads the runtime's clock, 10,000 times",
		Source: "tokio benches/time_now.rs", Elsewhere: []string{"tokio", "tokio-outside"},
		Units: timeouts, Check: timeouts, Constants: []Constant{{"times", timeouts}},
		Impls: inRounds(timeouts,
			fromWorker("simmer", func(*runtime.Runtime) body {
				return future.Func(func(cx *future.Context) (uint64, bool, error) { return told(timer.Now(cx)), true, nil })
			}),
			fromBody(func(cx *future.Context) uint64 { return told(timer.Now(cx)) }),
			onGo(func() uint64 { return told(time.Now()) }),
		),
	}
	return alsoOutside(w)
}

// told is 1 for a time that was read.
func told(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return 1
}

// timeRows are about timers, beside those of the core.
func timeRows() []Workload {
	const p2 = 2
	row := func(name, unit, title string, r repeated, tasks, times int) Workload {
		return inTasks(Workload{Name: name, Group: "time", Unit: unit, Title: title}, r, tasks, times)
	}
	return []Workload{
		SleepCreateDrop(),
		row("timeout_ready_p2", "one timeout around a ready future", "Two tasks share what timeout_ready does", aroundReady, p2, timeouts/p2),
		row("timeout_yield_p2", "one timeout around one yield", "Two tasks share what timeout_yield does", aroundYield, p2, timeouts/p2),
		row("sleep_create_drop_p2", "make and drop a sleep", "Two tasks share what sleep_create_drop does", sleepsDropped, p2, timeouts/p2),
		row("timeout_yield_1000tasks", "one timeout around one yield", "1,000 tasks put a timeout around one yield, 100 times each",
			aroundYield, timeoutTasks, timeoutsOfEach),
		Now(),
	}
}
