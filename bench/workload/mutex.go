package workload

import (
	goruntime "runtime"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

const (
	locks      = 10_000
	lockers    = 10
	lockerUnit = "lock and unlock"
)

// mutexRows are those of the mutex.
func mutexRows() []Workload {
	return []Workload{
		MutexUncontended(),
		mutexContended("mutex_contended", lockerUnit, "10 tasks lock a mutex, add 1 and unlock it, 1,000 times each", false),
		mutexContended("mutex_contended_yield", "lock, yield, unlock",
			"10 tasks lock a mutex, add 1, yield and unlock it, 1,000 times each", true),
	}
}

// guarded is a number and its mutex.
type guarded struct {
	mu lock.Mutex
	n  uint64
}

// locker locks, adds 1, yields if it is to, and unlocks, some times.
type locker struct {
	to     *guarded
	left   int
	yields bool
	place  lock.Waiter
	holds  bool
}

func (l *locker) Poll(cx *future.Context) (uint64, bool, error) {
	for ; l.left > 0; l.left-- {
		if !l.holds {
			if _, ready, err := l.to.mu.PollLock(cx, &l.place); !ready {
				return 0, false, nil
			} else {
				must(err)
			}
			l.to.n++
			if l.yields {
				l.holds = true
				cx.Again()
				return 0, false, nil
			}
		}
		l.holds = false
		l.to.mu.Unlock(cx)
	}
	return 0, true, nil
}

// Drop leaves the queue, or unlocks.
func (l *locker) Drop(cx *future.Context) {
	if l.holds {
		l.to.mu.Unlock(cx)
	} else {
		l.place.Drop(cx)
	}
}

// addUnder is locker as straight-line code.
func addUnder(cx *future.Context, to *guarded, times int, yields bool) {
	for range times {
		must(to.mu.Lock(cx))
		to.n++
		if yields {
			must(future.Yield(cx))
		}
		to.mu.Unlock(cx)
	}
}

// goGuarded is guarded for goroutines.
type goGuarded struct {
	mu sync.Mutex
	n  uint64
}

func (to *goGuarded) add(times int, yields bool) {
	for range times {
		to.mu.Lock()
		to.n++
		if yields {
			goruntime.Gosched()
		}
		to.mu.Unlock()
	}
}

// lockAlone is the body of one task that locks.
type lockAlone struct{ locker }

func (a *lockAlone) Poll(cx *future.Context) (uint64, bool, error) {
	if a.to == nil {
		a.locker = locker{to: new(guarded), left: locks}
	}
	if _, ready, _ := a.locker.Poll(cx); !ready {
		return 0, false, nil
	}
	n := a.to.n
	a.to = nil
	return n, true, nil
}

// MutexUncontended has one task lock and unlock.
func MutexUncontended() Workload {
	return syncRow(Workload{
		Name: "mutex_uncontended", Unit: lockerUnit,
		Title: "A task locks a mutex, adds 1 and unlocks it, 10,000 times",
		Units: locks, Check: locks, Constants: []Constant{{"locks", locks}},
		Impls: []Impl{
			fromWorker("simmer", func(*runtime.Runtime) body { return new(lockAlone) }),
			fromBody(func(cx *future.Context) uint64 {
				to := new(guarded)
				addUnder(cx, to, locks, false)
				return to.n
			}),
			onGo(func() uint64 {
				to := new(goGuarded)
				to.add(locks, false)
				return to.n
			}),
		},
	})
}

// lockTogether is the body of tasks that share a mutex.
type lockTogether struct {
	fanOut
	to *guarded
}

func (t *lockTogether) Poll(cx *future.Context) (uint64, bool, error) {
	if _, ready, _ := t.fanOut.Poll(cx); !ready {
		return 0, false, nil
	}
	return t.to.n, true, nil
}

func mutexContended(name, unit, title string, yields bool) Workload {
	const times = locks / lockers
	return syncRow(Workload{
		Name: name, Unit: unit, Title: title, Units: locks, Check: locks,
		Constants: []Constant{{"tasks", lockers}, {"times", times}},
		Impls: []Impl{
			fromWorker("simmer", func(*runtime.Runtime) body {
				t := new(lockTogether)
				t.spawn = func(cx *future.Context, handles []*handle) []*handle {
					t.to = new(guarded)
					for range lockers {
						handles = append(handles, runtime.SpawnValue(cx, &locker{to: t.to, left: times, yields: yields}))
					}
					return handles
				}
				return t
			}),
			fromBody(func(cx *future.Context) uint64 {
				to := new(guarded)
				var handles []*handle
				for range lockers {
					handles = append(handles, runtime.Go(cx, func(cx *future.Context) (uint64, error) {
						addUnder(cx, to, times, yields)
						return 0, nil
					}))
				}
				awaitAll(cx, handles)
				return to.n
			}),
			onGo(func() uint64 {
				to := new(goGuarded)
				together(lockers, func() { to.add(times, yields) })
				return to.n
			}),
		},
	})
}
