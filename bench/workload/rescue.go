package workload

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	tickers   = 100
	ticks     = 100
	tickEvery = 10 * time.Millisecond
)

// ticker is a task that is due at regular times and notes how late it was. A tick that was late does not put the next one off.
type ticker struct {
	waits *sync.WaitGroup // told once it waits for its first tick
	due   time.Time
	late  []time.Duration
	delay timer.Delay
	begun bool
}

func (t *ticker) Poll(cx *future.Context) ([]time.Duration, bool, error) {
	if !t.begun {
		t.begun = true
		t.due = time.Now().Add(tickEvery)
		t.delay = *timer.At(t.due)
		t.waits.Done()
	}
	for {
		if _, ready, err := t.delay.Poll(cx); !ready || err != nil {
			return nil, ready, err
		}
		t.late = append(t.late, time.Since(t.due))
		if len(t.late) == cap(t.late) {
			return t.late, true, nil
		}
		t.due = t.due.Add(tickEvery)
		t.delay.ResetAt(t.due)
	}
}

// Drop disarms the timer.
func (t *ticker) Drop(cx *future.Context) { t.delay.Drop(cx) }

// Rescue measures how late other tasks are while one blocks its worker.
func Rescue() Workload { return rescue(ticks) }

// rescue is Rescue with so many ticks of each task; one task blocks for as long as they last.
func rescue(ticks int) Workload {
	blocked := time.Duration(ticks) * tickEvery
	row := func(name string, mode runtime.Blocked) Impl {
		return Impl{Name: name, Probe: func(workers int, scale int64, clock Clock) Figures {
			rt, err := runtime.New(runtime.Config{Workers: workers, Blocked: mode})
			must(err)
			var late [][]time.Duration
			clock(func() { late = tickBeside(rt, scale, ticks, blocked) })
			must(rt.Close())
			return latencies(slices.Concat(late...))
		}}
	}
	return Workload{
		Name: "rescue", Group: "latency", Unit: "one tick of a task that is due every 10 ms", Metric: P99,
		Title: "100 tasks are due every 10 ms while one task blocks its worker for 1 s; simmer-rescue has a watchdog for that",
		Units: int64(ticks), Check: uint64(ticks), Scales: []int64{tickers}, Samples: latencyProbes, Lasts: blocked,
		Constants: []Constant{{"ticks", int64(ticks)}, {"every_us", tickEvery.Microseconds()}},
		Impls: []Impl{
			row("simmer", runtime.BlockedOff), row("simmer-rescue", runtime.BlockedRescue),
			{Name: "go", Probe: func(_ int, scale int64, clock Clock) Figures {
				var late [][]time.Duration
				clock(func() { late = tickBesideGo(scale, ticks, blocked) })
				return latencies(slices.Concat(late...))
			}},
		},
	}
}

// tickBeside runs so many tickers. Once all wait, one more task blocks its worker.
func tickBeside(rt *runtime.Runtime, tickers int64, ticks int, blocked time.Duration) [][]time.Duration {
	var waits sync.WaitGroup
	waits.Add(int(tickers))
	late := make(chan [][]time.Duration, 1)
	go func() { // ends with the tickers
		late <- blockOn(rt, &gather[[]time.Duration]{spawn: func(cx *future.Context) (handles []*handleOf[[]time.Duration]) {
			for range tickers {
				handles = append(handles, runtime.SpawnValue(cx, &ticker{waits: &waits, late: make([]time.Duration, 0, ticks)}))
			}
			return handles
		}})
	}()
	waits.Wait()
	blocker := runtime.Spawn(rt, future.Func(func(*future.Context) (none, bool, error) {
		time.Sleep(blocked) //simmer:ignore blocking that is what is measured
		return none{}, true, nil
	}))
	_, err := blocker.Wait(context.Background())
	must(err)
	return <-late
}

// tickBesideGo is tickBeside with goroutines.
func tickBesideGo(tickers int64, ticks int, blocked time.Duration) [][]time.Duration {
	late := make([][]time.Duration, tickers)
	var all sync.WaitGroup
	for i := range late {
		all.Go(func() {
			due := time.Now()
			for range ticks {
				due = due.Add(tickEvery)
				time.Sleep(time.Until(due))
				late[i] = append(late[i], time.Since(due))
			}
		})
	}
	all.Go(func() { time.Sleep(blocked) })
	all.Wait()
	return late
}
