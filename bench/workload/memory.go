package workload

import (
	goruntime "runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/usage"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	residents = 1_000_000
	children  = 10_000_000
	longSleep = time.Hour
	slow      = 3 * time.Minute // a million goroutines on a busy machine
)

// rss returns the resident bytes of this process after a collection.
func rss() float64 {
	debug.FreeOSMemory()
	bytes, err := usage.RSS()
	must(err)
	return float64(bytes)
}

// parked waits for a message that never comes.
type parked struct {
	polled *sync.WaitGroup // nil once it has been told
	shot   *oneshot
}

func (p *parked) Poll(cx *future.Context) (none, bool, error) {
	_, isReady, err := p.shot.PollRecv(cx)
	if p.polled != nil {
		p.polled.Done()
		p.polled = nil
	}
	return none{}, isReady, err
}

// sleeper sleeps for an hour.
type sleeper struct {
	polled *sync.WaitGroup // nil once it has been told
	delay  timer.Delay
}

func (s *sleeper) Poll(cx *future.Context) (none, bool, error) {
	_, isReady, err := s.delay.Poll(cx)
	if !isReady && s.polled != nil {
		s.polled.Done()
		s.polled = nil
	}
	return none{}, isReady, err
}

func (s *sleeper) Drop(cx *future.Context) { s.delay.Drop(cx) }

// residentTasks measures the memory of scale tasks. spawner returns what spawns one; the task tells polled when it waits.
func residentTasks(spawner func(rt *runtime.Runtime, scale int64, polled *sync.WaitGroup) (spawn func())) func(int, int64) Figures {
	return func(workers int, scale int64) Figures {
		// A million bodies take some seconds to unwind.
		rt, err := runtime.New(runtime.Config{Workers: workers, CloseTimeout: time.Minute})
		must(err)
		before := rss()
		var polled sync.WaitGroup
		polled.Add(int(scale))
		spawn := spawner(rt, scale, &polled)
		for range scale {
			spawn()
		}
		polled.Wait()
		after := rss()
		must(rt.Close())
		return memory(before, after, scale)
	}
}

// residentGoroutines is residentTasks for goroutines. end makes them end.
func residentGoroutines(starter func(scale int64) (start func(started func()), end func())) func(int, int64) Figures {
	return func(_ int, scale int64) Figures {
		before := rss()
		var started sync.WaitGroup
		started.Add(int(scale))
		start, end := starter(scale)
		for range scale {
			start(started.Done)
		}
		started.Wait()
		after := rss()
		end()
		return memory(before, after, scale)
	}
}

func memory(before, after float64, scale int64) Figures {
	return Figures{Units: scale, Check: uint64(scale), Extra: map[string]float64{
		protocol.RSSPerTask: (after - before) / float64(scale),
	}}
}

// ParkedMemory measures tasks that wait for a message.
func ParkedMemory() Workload {
	return Workload{
		Name: "memory_parked", Group: "memory", Unit: "one waiting task", Metric: RSSPerTask,
		Title:     "Tasks that wait on a oneshot each, whose senders are kept in one array",
		Elsewhere: []string{"tokio"}, Units: 1, Check: 1, Scales: []int64{residents}, Limit: slow,
		Impls: []Impl{
			{Name: "simmer", Probe: residentTasks(func(rt *runtime.Runtime, scale int64, polled *sync.WaitGroup) func() {
				senders := make([]*oneshot, 0, scale)
				return func() {
					shot := new(oneshot)
					senders = append(senders, shot)
					runtime.SpawnValue(rt, &parked{polled, shot})
				}
			})},
			{Name: "simmer-async", MaxScale: residents, Probe: residentTasks(func(rt *runtime.Runtime, scale int64, polled *sync.WaitGroup) func() {
				senders := make([]*oneshot, 0, scale)
				return func() {
					shot := new(oneshot)
					senders = append(senders, shot)
					runtime.Go(rt, func(cx *future.Context) (none, error) {
						polled.Done()
						shot.recv(cx)
						return none{}, nil
					})
				}
			})},
			{Name: "go", MaxScale: residents, Probe: residentGoroutines(func(scale int64) (func(func()), func()) {
				senders := make([]chan none, 0, scale)
				var ended sync.WaitGroup
				return func(started func()) {
						shot := make(chan none, 1)
						senders = append(senders, shot)
						ended.Go(func() {
							started()
							<-shot
						})
					}, func() {
						for _, shot := range senders {
							close(shot)
						}
						ended.Wait()
					}
			})},
		},
	}
}

// SleepingMemory measures tasks that sleep.
func SleepingMemory() Workload {
	return Workload{
		Name: "memory_sleeping", Group: "memory", Unit: "one sleeping task", Metric: RSSPerTask,
		Title:     "Tasks that sleep for an hour",
		Elsewhere: []string{"tokio"}, Units: 1, Check: 1, Scales: []int64{residents}, Limit: slow,
		Constants: []Constant{{"sleep_seconds", int64(longSleep.Seconds())}},
		Impls: []Impl{
			{Name: "simmer", Probe: residentTasks(func(rt *runtime.Runtime, _ int64, polled *sync.WaitGroup) func() {
				return func() { runtime.SpawnValue(rt, &sleeper{polled: polled, delay: *timer.After(longSleep)}) }
			})},
			{Name: "go", MaxScale: residents, Probe: residentGoroutines(func(int64) (func(func()), func()) {
				stop := make(chan none)
				var ended sync.WaitGroup
				return func(started func()) {
						ended.Go(func() {
							t := time.NewTimer(longSleep)
							defer t.Stop()
							started()
							select {
							case <-t.C:
							case <-stop:
							}
						})
					}, func() {
						close(stop)
						ended.Wait()
					}
			})},
		},
	}
}

// nursery spawns short children, a batch a poll, and lives on.
type nursery struct {
	left    int64
	spawned chan<- none
}

func (n *nursery) Poll(cx *future.Context) (none, bool, error) {
	for range 100 {
		if n.left == 0 {
			n.spawned <- none{}       //simmer:ignore blocking it has room
			return none{}, false, nil //simmer:ignore wakerless it lives until the runtime is closed
		}
		n.left--
		runtime.SpawnValue(cx, &one{1}) //simmer:ignore losthandle what finished children leave behind is what is measured
	}
	cx.Again()
	return none{}, false, nil
}

// RetainedChildren measures what a living task that has spawned short children keeps of them.
func RetainedChildren() Workload {
	return Workload{
		Name: "retained_children", Group: "memory", Unit: "one child", Title: "A task spawns short children and lives on",
		Units: 1, Check: 1, Metric: HeapKept, Scales: []int64{children}, Limit: slow,
		Impls: []Impl{
			{Name: "simmer", Probe: func(workers int, scale int64) Figures {
				rt, err := runtime.New(runtime.Config{Workers: workers})
				must(err)
				spawned := make(chan none)
				before := heap()
				runtime.SpawnValue(rt, &nursery{left: scale, spawned: spawned})
				<-spawned
				kept := heap() - before
				must(rt.Close())
				return Figures{Units: scale, Check: uint64(scale), Extra: map[string]float64{protocol.HeapKept: max(kept, 0)}}
			}},
		},
	}
}

func heap() float64 {
	goruntime.GC()
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
