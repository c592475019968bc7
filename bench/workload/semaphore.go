package workload

import (
	"context"
	goruntime "runtime"

	"golang.org/x/sync/semaphore"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

const (
	semRounds  = 1000 // one after the other
	bandRounds = 100  // of six tasks
	band       = 6    // tasks, or repetitions, of a round
	semEnough  = 10   // permits for all
	semScarce  = 5
	semHolders = 50
	semHolds   = 100
	semSource  = "tokio benches/sync_semaphore.rs"
)

// semaphoreRows are those of the semaphore.
func semaphoreRows() []Workload {
	return []Workload{SemUncontended(), SemUncontendedConcurrent(), SemContendedConcurrent(), SemContendedHold()}
}

// acquirer acquires and releases a permit some times.
type acquirer struct {
	permits *lock.Semaphore
	place   lock.Waiter
	times   uint64
	done    uint64
}

func (a *acquirer) Poll(cx *future.Context) (uint64, bool, error) {
	for ; a.done < a.times; a.done++ {
		_, ready, err := a.permits.PollAcquire(cx, &a.place, 1)
		if !ready {
			return 0, false, nil
		}
		must(err)
		a.permits.Release(cx, 1)
	}
	done := a.done
	a.done = 0
	return done, true, nil
}

// Drop leaves the queue.
func (a *acquirer) Drop(cx *future.Context) { a.place.Drop(cx) }

func acquire(cx *future.Context, permits *lock.Semaphore) {
	must(permits.Acquire(cx, 1))
	permits.Release(cx, 1)
}

// goPermits is what goroutines have for a semaphore.
type goPermits chan none

func (p goPermits) acquire() { p <- none{} }
func (p goPermits) release() { <-p }

// xPermits is golang.org/x/sync's semaphore.
type xPermits struct{ *semaphore.Weighted }

func (p xPermits) acquire() { must(p.Acquire(context.Background(), 1)) }
func (p xPermits) release() { p.Release(1) }

// onXSync makes the impl x-sync of one of goroutines.
func onXSync(i Impl) Impl {
	i.Name = "x-sync"
	return i
}

// SemUncontended has one task acquire and release.
func SemUncontended() Workload {
	return syncRow(Workload{
		Name: "sem_uncontended", Unit: "acquire and release",
		Title:  "A task acquires and releases one of 10 permits, 6 times in each of 1,000 rounds",
		Source: semSource, Units: semRounds * band, Check: semRounds * band,
		Constants: []Constant{{"rounds", semRounds}, {"times", band}, {"permits", semEnough}},
		Impls: inRounds(semRounds,
			fromWorker("simmer", func(*runtime.Runtime) body {
				return &acquirer{permits: lock.NewSemaphore(semEnough), times: band}
			}),
			fromBodyOf(func(*runtime.Runtime) func(*future.Context) uint64 {
				permits := lock.NewSemaphore(semEnough)
				return func(cx *future.Context) (done uint64) {
					for range band {
						acquire(cx, permits)
						done++
					}
					return done
				}
			}),
			onGoWith(func() (func() uint64, func()) {
				permits := make(goPermits, semEnough)
				return func() (done uint64) {
					for range band {
						permits.acquire()
						permits.release()
						done++
					}
					return done
				}, func() {}
			}),
			onXSync(onGoWith(func() (func() uint64, func()) {
				permits := xPermits{semaphore.NewWeighted(semEnough)}
				return func() (done uint64) {
					for range band {
						permits.acquire()
						permits.release()
						done++
					}
					return done
				}, func() {}
			})),
		),
	})
}

// SemUncontendedConcurrent has tasks acquire and release when there are permits for all.
func SemUncontendedConcurrent() Workload {
	return semConcurrent("sem_uncontended_concurrent", "Six tasks acquire and release one of 10 permits, in each of 100 rounds", semEnough)
}

// SemContendedConcurrent does that with fewer permits than tasks.
func SemContendedConcurrent() Workload {
	return semConcurrent("sem_contended_concurrent", "Six tasks acquire and release one of 5 permits, in each of 100 rounds", semScarce)
}

func semConcurrent(name, title string, permits int) Workload {
	return syncRow(Workload{
		Name: name, Unit: "a task that acquires and releases", Title: title, Source: semSource,
		Units: bandRounds * band, Check: bandRounds * band,
		Constants: []Constant{{"rounds", bandRounds}, {"tasks", band}, {"permits", int64(permits)}},
		Impls: inRounds(bandRounds,
			fanOutMachineOf(func() spawner {
				s := lock.NewSemaphore(permits)
				return bandOf(func(cx *future.Context) *handle { return runtime.SpawnValue(cx, &acquirer{permits: s, times: 1}) })
			}),
			fanOutBodyOf(func() spawner {
				s := lock.NewSemaphore(permits)
				return bandOf(func(cx *future.Context) *handle {
					return runtime.Go(cx, func(cx *future.Context) (uint64, error) {
						acquire(cx, s)
						return 1, nil
					})
				})
			}),
			bandGo(func() func() {
				s := make(goPermits, permits)
				return func() {
					s.acquire()
					s.release()
				}
			}),
			onXSync(bandGo(func() func() {
				s := xPermits{semaphore.NewWeighted(int64(permits))}
				return func() {
					s.acquire()
					s.release()
				}
			})),
		),
	})
}

// holder acquires, yields and releases some times.
type holder struct {
	permits *lock.Semaphore
	place   lock.Waiter
	holds   bool
	done    uint64
}

func (h *holder) Poll(cx *future.Context) (uint64, bool, error) {
	for h.done < semHolds {
		if !h.holds {
			_, ready, err := h.permits.PollAcquire(cx, &h.place, 1)
			if !ready {
				return 0, false, nil
			}
			must(err)
			h.holds = true
			cx.Again()
			return 0, false, nil
		}
		h.holds = false
		h.done++
		h.permits.Release(cx, 1)
	}
	return h.done, true, nil
}

// Drop leaves the queue, or gives the permit back.
func (h *holder) Drop(cx *future.Context) {
	if h.holds {
		h.permits.Release(cx, 1)
	} else {
		h.place.Drop(cx)
	}
}

// SemContendedHold has many tasks hold few permits over a yield.
func SemContendedHold() Workload {
	return syncRow(Workload{
		Name: "sem_contended_hold", Unit: "acquire, yield, release",
		Title: "50 tasks acquire one of 5 permits, yield and release it, 100 times each",
		Units: semHolders * semHolds, Check: semHolders * semHolds,
		Constants: []Constant{{"tasks", semHolders}, {"times", semHolds}, {"permits", semScarce}},
		Impls: []Impl{
			fanOutMachine(func(cx *future.Context, to []*handle) []*handle {
				permits := lock.NewSemaphore(semScarce)
				for range semHolders {
					to = append(to, runtime.SpawnValue(cx, &holder{permits: permits}))
				}
				return to
			}),
			fanOutBody(func(cx *future.Context, to []*handle) []*handle {
				permits := lock.NewSemaphore(semScarce)
				for range semHolders {
					to = append(to, runtime.Go(cx, func(cx *future.Context) (held uint64, err error) {
						for range semHolds {
							must(permits.Acquire(cx, 1))
							must(future.Yield(cx))
							held++
							permits.Release(cx, 1)
						}
						return held, nil
					}))
				}
				return to
			}),
			fanOutGo(func(to []chan uint64) []chan uint64 {
				permits := make(goPermits, semScarce)
				for range semHolders {
					to = append(to, goTask(func() (held uint64) {
						for range semHolds {
							permits.acquire()
							goruntime.Gosched()
							held++
							permits.release()
						}
						return held
					}))
				}
				return to
			}),
			onXSync(fanOutGo(func(to []chan uint64) []chan uint64 {
				permits := xPermits{semaphore.NewWeighted(semScarce)}
				for range semHolders {
					to = append(to, goTask(func() (held uint64) {
						for range semHolds {
							permits.acquire()
							goruntime.Gosched()
							held++
							permits.release()
						}
						return held
					}))
				}
				return to
			})),
		},
	})
}
