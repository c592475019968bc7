package workload

import (
	"fmt"
	"os"
	goruntime "runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	residents = 1_000_000
	children  = 10_000_000
	longSleep = time.Hour
)

// rss returns the resident bytes of this process after a collection.
func rss() float64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	must(err)
	var size, resident int
	_, err = fmt.Sscan(string(text), &size, &resident)
	must(err)
	return float64(resident * os.Getpagesize())
}

// parked waits for a wake that never comes.
type parked struct {
	polled *sync.WaitGroup
	shot   oneshot
}

func (p *parked) Poll(cx *future.Context) (none, bool, error) {
	if p.shot.slot.IsEmpty() {
		p.polled.Done()
	}
	return p.shot.PollRecv(cx)
}

// sleeper sleeps for an hour.
type sleeper struct {
	polled *sync.WaitGroup
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

func residentTasks(spawn func(rt *runtime.Runtime, polled *sync.WaitGroup)) []float64 {
	// A million bodies take some seconds to unwind.
	rt, err := runtime.New(runtime.Config{Workers: Workers, CloseTimeout: time.Minute})
	must(err)
	before := rss()
	var polled sync.WaitGroup
	polled.Add(residents)
	for range residents {
		spawn(rt, &polled)
	}
	polled.Wait()
	bytes := (rss() - before) / residents
	must(rt.Close())
	return []float64{bytes}
}

func residentGoroutines(body func(stop <-chan none)) []float64 {
	before := rss()
	var started, ended sync.WaitGroup
	stop := make(chan none)
	started.Add(residents)
	for range residents {
		ended.Go(func() {
			started.Done()
			body(stop)
		})
	}
	started.Wait()
	bytes := (rss() - before) / residents
	close(stop)
	ended.Wait()
	return []float64{bytes}
}

// ParkedMemory measures a million tasks that wait for a message.
func ParkedMemory() Probe {
	return Probe{Name: "memory_parked", Unit: "bytes RSS per waiting task, of 1,000,000", Impls: []ProbeImpl{
		{Name: "simmer", Measure: func() []float64 {
			return residentTasks(func(rt *runtime.Runtime, polled *sync.WaitGroup) {
				runtime.SpawnValue(rt, &parked{polled: polled})
			})
		}},
		{Name: "simmer-async", Measure: func() []float64 {
			return residentTasks(func(rt *runtime.Runtime, polled *sync.WaitGroup) {
				runtime.Go(rt, func(cx *future.Context) (none, error) {
					polled.Done()
					var shot oneshot
					return none{}, shot.recv(cx)
				})
			})
		}},
		{Name: "go", Measure: func() []float64 {
			return residentGoroutines(func(stop <-chan none) { <-stop })
		}},
	}}
}

// SleepingMemory measures a million tasks that sleep.
func SleepingMemory() Probe {
	return Probe{Name: "memory_sleeping", Unit: "bytes RSS per sleeping task, of 1,000,000", Impls: []ProbeImpl{
		{Name: "simmer", Measure: func() []float64 {
			return residentTasks(func(rt *runtime.Runtime, polled *sync.WaitGroup) {
				runtime.SpawnValue(rt, &sleeper{polled: polled, delay: *timer.After(longSleep)})
			})
		}},
		{Name: "go", Measure: func() []float64 {
			return residentGoroutines(func(stop <-chan none) {
				t := time.NewTimer(longSleep)
				defer t.Stop()
				select {
				case <-t.C:
				case <-stop:
				}
			})
		}},
	}}
}

// nursery spawns short children, a batch a poll, and lives on.
type nursery struct {
	left    int
	spawned chan<- none
}

func (n *nursery) Poll(cx *future.Context) (none, bool, error) {
	for range 100 {
		if n.left == 0 {
			n.spawned <- none{}
			return none{}, false, nil
		}
		n.left--
		runtime.SpawnValue(cx, &one{1})
	}
	cx.Again()
	return none{}, false, nil
}

// RetainedChildren measures what a living task that has spawned ten million short children keeps of them.
func RetainedChildren() Probe {
	return Probe{Name: "retained_children", Unit: "bytes of heap kept after 10,000,000 children of one living task", Impls: []ProbeImpl{
		{Name: "simmer", Measure: func() []float64 {
			rt, err := runtime.New(runtime.Config{Workers: Workers})
			must(err)
			spawned := make(chan none)
			before := heap()
			runtime.SpawnValue(rt, &nursery{left: children, spawned: spawned})
			<-spawned
			bytes := heap() - before
			must(rt.Close())
			return []float64{max(bytes, 0)}
		}},
	}}
}

func heap() float64 {
	goruntime.GC()
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
