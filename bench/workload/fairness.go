package workload

import (
	goruntime "runtime"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

const (
	watchedYields = 200 // pairs of goroutines keep a processor for 10 ms, so that a yield beside them takes long
	busyYielders  = 32
	busyPairs     = 16
)

// relay is one of two tasks that hand a Notify to and fro. It stalls before it hands it over.
type relay struct {
	mine, theirs *lock.Notify
	place        lock.Waiter
}

func (r *relay) Poll(cx *future.Context) (none, bool, error) {
	for {
		if _, ready, err := r.mine.PollNotified(cx, &r.place); !ready || err != nil {
			return none{}, ready, err
		}
		stall()
		r.theirs.NotifyOne(cx)
	}
}

// Drop leaves the queue.
func (r *relay) Drop(cx *future.Context) { r.place.Drop(cx) }

// watched is a task that spawns the busy ones, so that all begin in one queue, and then yields and takes the time until its next
// poll.
type watched struct {
	spawn   func(on runtime.Spawner)
	yielded time.Time // zero before the first poll
	delays  []time.Duration
}

func (w *watched) Poll(cx *future.Context) ([]time.Duration, bool, error) {
	if w.yielded.IsZero() {
		w.spawn(runtime.Detached(cx))
	} else {
		w.delays = append(w.delays, time.Since(w.yielded))
		if len(w.delays) == cap(w.delays) {
			return w.delays, true, nil
		}
	}
	w.yielded = time.Now()
	cx.Again()
	return nil, false, nil
}

// Fairness measures how long one task that yields waits among many busy ones.
func Fairness() Workload {
	return Workload{
		Name: "fairness", Group: "latency", Unit: "one delay, from a yield to the next poll", Metric: Worst,
		Title:     "A task spawns 32 tasks that stall for 10 us and yield, and 16 pairs that stall and wake each other, and yields beside them",
		Elsewhere: []string{"tokio"}, Units: 1, Check: 1, Scales: []int64{watchedYields}, Samples: latencyProbes, Limit: slow,
		Constants: []Constant{{"yielders", busyYielders}, {"pairs", busyPairs}, {"stall_us", stallTime.Microseconds()}},
		Impls: []Impl{
			{Name: "simmer", Probe: func(workers int, scale int64, clock Clock) Figures {
				rt := newRuntime(workers)
				var l *load
				var delays []time.Duration
				clock(func() {
					delays = blockOn(rt, &watched{delays: make([]time.Duration, 0, scale), spawn: func(on runtime.Spawner) {
						l = machines.repeating(on, busyYielders, stall)
						for range busyPairs {
							a, b := notifies()
							runtime.SpawnValue(on, &relay{mine: a, theirs: b})
							runtime.SpawnValue(on, &relay{mine: b, theirs: a})
						}
					}})
				})
				l.end()
				must(rt.Close())
				return latencies(delays)
			}},
			{Name: "simmer-async", Probe: func(workers int, scale int64, clock Clock) Figures {
				rt := newRuntime(workers)
				var l *load
				var delays []time.Duration
				clock(func() {
					delays = blockOn(rt, future.Async(func(cx *future.Context) ([]time.Duration, error) {
						on := runtime.Detached(cx)
						l = bodies.repeating(on, busyYielders, stall)
						for range busyPairs {
							a, b := notifies()
							runtime.Go(on, func(cx *future.Context) (none, error) { return none{}, relayBody(cx, a, b) })
							runtime.Go(on, func(cx *future.Context) (none, error) { return none{}, relayBody(cx, b, a) })
						}
						delays := make([]time.Duration, 0, scale)
						for range scale {
							start := time.Now()
							must(future.Yield(cx))
							delays = append(delays, time.Since(start))
						}
						return delays, nil
					}))
				})
				l.end()
				must(rt.Close())
				return latencies(delays)
			}},
			{Name: "go", Probe: func(_ int, scale int64, clock Clock) Figures {
				var l *load
				var delays []time.Duration
				stop := make(chan none)
				clock(func() {
					// A goroutine that stalled would let others in meanwhile, and they would all stall at the same time.
					l = repeatingGo(busyYielders, spin)
					for range busyPairs {
						a, b := make(chan none, 1), make(chan none, 1)
						a <- none{}
						l.all.Go(func() { relayGo(a, b, stop) })
						l.all.Go(func() { relayGo(b, a, stop) })
					}
					delays = make([]time.Duration, 0, scale)
					for range scale {
						start := time.Now()
						goruntime.Gosched()
						delays = append(delays, time.Since(start))
					}
				})
				close(stop)
				l.end()
				return latencies(delays)
			}},
		},
	}
}

// notifies are those of a pair, of which the first is to begin.
func notifies() (a, b *lock.Notify) {
	a, b = new(lock.Notify), new(lock.Notify)
	a.NotifyOne(nil)
	return a, b
}

func relayBody(cx *future.Context, mine, theirs *lock.Notify) error {
	for {
		if err := mine.Wait(cx); err != nil {
			return err
		}
		stall()
		theirs.NotifyOne(cx)
	}
}

// relayGo ends when stop is closed.
func relayGo(mine <-chan none, theirs chan<- none, stop <-chan none) {
	for {
		select {
		case <-mine:
		case <-stop:
			return
		}
		spin()
		theirs <- none{}
	}
}
