package workload

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/usage"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
	"github.com/simmer-go/simmer/timer"
)

const (
	maxStacks = 1_000_000 // of coroutines and goroutines: more do not fit into ten gigabytes
	longSleep = time.Hour
	slow      = 3 * time.Minute // a million goroutines on a busy machine
)

// anonymous returns the resident bytes of this process after a collection, without those of its program's file: the first tasks bring 200
// KiB of that into memory, which would be 200 bytes for each of a thousand.
func anonymous() float64 {
	debug.FreeOSMemory()
	bytes, err := usage.Anonymous()
	must(err)
	return float64(bytes)
}

// polled counts the tasks that have begun. It is no field of theirs: it would count as their memory.
var polled atomic.Int64

// await waits until so many have begun.
func await(tasks int64) {
	for polled.Load() < tasks {
		time.Sleep(time.Millisecond)
	}
}

// residentTasks measures the memory of scale tasks. spawner returns what spawns one, which is counted by polled at its first poll.
func residentTasks(spawner func(rt *runtime.Runtime, scale int64) (spawn func())) func(int, int64, Clock) Figures {
	return func(workers int, scale int64, clock Clock) Figures {
		// Millions of tasks take some seconds to unwind.
		rt, err := runtime.New(runtime.Config{Workers: workers, CloseTimeout: slow})
		must(err)
		f := resident(scale, clock, spawner(rt, scale))
		must(rt.Close())
		return f
	}
}

// residentGoroutines is residentTasks for goroutines. end makes them end.
func residentGoroutines(starter func(scale int64) (start, end func())) func(int, int64, Clock) Figures {
	return func(_ int, scale int64, clock Clock) Figures {
		start, end := starter(scale)
		defer end()
		return resident(scale, clock, start)
	}
}

func resident(scale int64, clock Clock, spawn func()) Figures {
	polled.Store(0)
	before := anonymous()
	clock(func() {
		for range scale {
			spawn()
		}
		await(scale)
	})
	after := anonymous()
	return Figures{Units: scale, Check: uint64(polled.Load()), Extra: map[string]float64{
		protocol.RSSPerTask: (after - before) / float64(scale),
	}}
}

// memoryRow fills in what the rows have in common. It keeps coroutines and goroutines to a scale that fits.
func memoryRow(w Workload) Workload {
	w.Group, w.Metric, w.Elsewhere, w.Limit = "memory", RSSPerTask, []string{"tokio"}, slow
	w.Units, w.Check, w.Scales = 1, 1, []int64{1000, 10_000, 100_000, 1_000_000, 10_000_000}
	for i := range w.Impls {
		if w.Impls[i].Name != "simmer" {
			w.Impls[i].MaxScale = maxStacks
		}
	}
	return w
}

// parked waits for a message that never comes.
type parked struct {
	shot  *oneshot
	began bool
}

func (p *parked) Poll(cx *future.Context) (none, bool, error) {
	_, isReady, err := p.shot.PollRecv(cx)
	begin(&p.began)
	return none{}, isReady, err
}

// begin counts a task at the end of its first poll.
func begin(began *bool) {
	if !*began {
		*began = true
		polled.Add(1)
	}
}

// ParkedMemory measures tasks that wait for a message.
func ParkedMemory() Workload {
	return memoryRow(Workload{
		Name: "memory_parked", Unit: "one waiting task",
		Title: "Tasks that wait on a oneshot each, whose senders are kept in one array",
		Impls: []Impl{
			{Name: "simmer", Probe: residentTasks(func(rt *runtime.Runtime, scale int64) func() {
				senders := make([]*oneshot, 0, scale)
				return func() {
					shot := new(oneshot)
					senders = append(senders, shot)
					runtime.SpawnValue(rt, &parked{shot: shot})
				}
			})},
			{Name: "simmer-async", Probe: residentTasks(func(rt *runtime.Runtime, scale int64) func() {
				senders := make([]*oneshot, 0, scale)
				return func() {
					shot := new(oneshot)
					senders = append(senders, shot)
					runtime.Go(rt, func(cx *future.Context) (none, error) {
						polled.Add(1)
						shot.recv(cx)
						return none{}, nil
					})
				}
			})},
			{Name: "go", Probe: residentGoroutines(func(scale int64) (func(), func()) {
				senders := make([]chan none, 0, scale)
				var ended sync.WaitGroup
				return func() {
						shot := make(chan none, 1)
						senders = append(senders, shot)
						ended.Go(func() {
							polled.Add(1)
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
	})
}

// longSleeper sleeps for an hour.
type longSleeper struct {
	delay timer.Delay
	began bool
}

func (s *longSleeper) Poll(cx *future.Context) (none, bool, error) {
	_, isReady, err := s.delay.Poll(cx)
	begin(&s.began)
	return none{}, isReady, err
}

// Drop disarms the timer.
func (s *longSleeper) Drop(cx *future.Context) { s.delay.Drop(cx) }

// SleepingMemory measures tasks that sleep.
func SleepingMemory() Workload {
	return memoryRow(Workload{
		Name: "memory_sleeping", Unit: "one sleeping task", Title: "Tasks that sleep for an hour",
		Constants: []Constant{{"sleep_seconds", int64(longSleep.Seconds())}},
		Impls: []Impl{
			{Name: "simmer", Probe: residentTasks(func(rt *runtime.Runtime, _ int64) func() {
				return func() { runtime.SpawnValue(rt, &longSleeper{delay: *timer.After(longSleep)}) }
			})},
			{Name: "simmer-async", Probe: residentTasks(func(rt *runtime.Runtime, _ int64) func() {
				return func() {
					runtime.Go(rt, func(cx *future.Context) (none, error) {
						polled.Add(1)
						return none{}, timer.Sleep(cx, longSleep)
					})
				}
			})},
			{Name: "go", Probe: residentGoroutines(func(int64) (func(), func()) {
				return func() { go sleepLong() }, func() {}
			})},
		},
	})
}

// sleepLong ends with the process: nothing wakes a sleeping goroutine, and one that could be woken would be larger.
func sleepLong() {
	polled.Add(1)
	time.Sleep(longSleep)
}

// notified waits for a Notify that never notifies.
type notified struct {
	notify *lock.Notify
	place  lock.Waiter
	began  bool
}

func (n *notified) Poll(cx *future.Context) (none, bool, error) {
	_, isReady, err := n.notify.PollNotified(cx, &n.place)
	begin(&n.began)
	return none{}, isReady, err
}

// Drop leaves the queue.
func (n *notified) Drop(cx *future.Context) { n.place.Drop(cx) }

// NotifyMemory measures tasks that wait for one Notify.
func NotifyMemory() Workload {
	return memoryRow(Workload{
		Name: "memory_notify", Unit: "one waiting task", Title: "Tasks that all wait for one Notify; goroutines wait at one sync.Cond",
		Impls: []Impl{
			{Name: "simmer", Probe: residentTasks(func(rt *runtime.Runtime, _ int64) func() {
				notify := new(lock.Notify)
				return func() { runtime.SpawnValue(rt, &notified{notify: notify}) }
			})},
			{Name: "simmer-async", Probe: residentTasks(func(rt *runtime.Runtime, _ int64) func() {
				notify := new(lock.Notify)
				return func() {
					runtime.Go(rt, func(cx *future.Context) (none, error) {
						polled.Add(1)
						return none{}, notify.Wait(cx)
					})
				}
			})},
			{Name: "go", Probe: residentGoroutines(func(int64) (func(), func()) {
				cond := sync.NewCond(new(sync.Mutex))
				var ended sync.WaitGroup
				return func() {
						ended.Go(func() {
							cond.L.Lock()
							defer cond.L.Unlock()
							polled.Add(1)
							cond.Wait()
						})
					}, func() {
						cond.L.Lock() // whoever was polled waits: it held the lock until then
						cond.Broadcast()
						cond.L.Unlock()
						ended.Wait()
					}
			})},
		},
	})
}

// never is never ready and keeps no waker.
type never struct{ began bool }

func (n *never) Poll(*future.Context) (none, bool, error) {
	begin(&n.began)
	return none{}, false, nil //simmer:ignore wakerless it lives until the runtime is closed
}

// PendingMemory measures tasks alone.
func PendingMemory() Workload {
	return memoryRow(Workload{
		Name: "memory_pending", Unit: "one waiting task", Title: "Tasks that are never ready and keep no waker",
		Impls: []Impl{
			{Name: "simmer", Probe: residentTasks(func(rt *runtime.Runtime, _ int64) func() {
				return func() { runtime.SpawnValue(rt, &never{}) }
			})},
			{Name: "simmer-async", Probe: residentTasks(func(rt *runtime.Runtime, _ int64) func() {
				return func() {
					runtime.Go(rt, func(cx *future.Context) (none, error) {
						polled.Add(1)
						return future.Await(cx, future.Pending[none]())
					})
				}
			})},
			{Name: "go", Probe: residentGoroutines(func(int64) (func(), func()) {
				return func() { go waitForEver() }, func() {}
			})},
		},
	})
}

// waitForEver ends with the process.
func waitForEver() {
	polled.Add(1)
	select {}
}

// memoryRows are about memory.
func memoryRows() []Workload {
	return []Workload{ParkedMemory(), SleepingMemory(), NotifyMemory(), PendingMemory(), RetainedChildren()}
}
