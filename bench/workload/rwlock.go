package workload

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

const (
	readRounds   = 1000
	besideWriter = band - 1 // readers of a round that has a writer
	rwlockSource = "tokio benches/sync_rwlock.rs"
)

// rwlockRows are those of the lock for readers and writers.
func rwlockRows() []Workload {
	return []Workload{ReadUncontended(), ReadConcurrentUncontended(), ReadConcurrentContended()}
}

// reader locks for reading and unlocks some times.
type reader struct {
	mu    *lock.RWMutex
	place lock.Waiter
	times uint64
	done  uint64
}

func (r *reader) Poll(cx *future.Context) (uint64, bool, error) {
	for ; r.done < r.times; r.done++ {
		_, ready, err := r.mu.PollRLock(cx, &r.place)
		if !ready {
			return 0, false, nil
		}
		must(err)
		r.mu.RUnlock(cx)
	}
	done := r.done
	r.done = 0
	return done, true, nil
}

// Drop leaves the queue.
func (r *reader) Drop(cx *future.Context) { r.place.Drop(cx) }

func read(cx *future.Context, mu *lock.RWMutex) {
	must(mu.RLock(cx))
	mu.RUnlock(cx)
}

func spawnReader(cx *future.Context, mu *lock.RWMutex) *handle {
	return runtime.SpawnValue(cx, &reader{mu: mu, times: 1})
}

func spawnReaderBody(cx *future.Context, mu *lock.RWMutex) *handle {
	return runtime.Go(cx, func(cx *future.Context) (uint64, error) {
		read(cx, mu)
		return 1, nil
	})
}

// ReadUncontended has one task lock for reading and unlock.
func ReadUncontended() Workload {
	return syncRow(Workload{
		Name: "rwlock_read_uncontended", Unit: "read-lock and unlock",
		Title:  "A task locks for reading and unlocks, 6 times in each of 1,000 rounds",
		Source: rwlockSource, Units: readRounds * band, Check: readRounds * band,
		Constants: []Constant{{"rounds", readRounds}, {"times", band}},
		Impls: inRounds(readRounds,
			fromWorker("simmer", func(*runtime.Runtime) body { return &reader{mu: new(lock.RWMutex), times: band} }),
			fromBodyOf(func(*runtime.Runtime) func(*future.Context) uint64 {
				mu := new(lock.RWMutex)
				return func(cx *future.Context) (done uint64) {
					for range band {
						read(cx, mu)
						done++
					}
					return done
				}
			}),
			onGoWith(func() (func() uint64, func()) {
				mu := new(sync.RWMutex)
				return func() (done uint64) {
					for range band {
						mu.RLock()
						done++
						mu.RUnlock()
					}
					return done
				}, func() {}
			}),
		),
	})
}

// ReadConcurrentUncontended has tasks lock for reading at the same time.
func ReadConcurrentUncontended() Workload {
	return syncRow(Workload{
		Name: "rwlock_read_concurrent_uncontended", Unit: "a task that read-locks and unlocks",
		Title:  "Six tasks lock for reading and unlock, in each of 100 rounds",
		Source: rwlockSource, Units: bandRounds * band, Check: bandRounds * band,
		Constants: []Constant{{"rounds", bandRounds}, {"tasks", band}},
		Impls: inRounds(bandRounds,
			fanOutMachineOf(func() spawner {
				mu := new(lock.RWMutex)
				return bandOf(func(cx *future.Context) *handle { return spawnReader(cx, mu) })
			}),
			fanOutBodyOf(func() spawner {
				mu := new(lock.RWMutex)
				return bandOf(func(cx *future.Context) *handle { return spawnReaderBody(cx, mu) })
			}),
			bandGo(func() func() {
				mu := new(sync.RWMutex)
				return func() {
					mu.RLock()
					//lint:ignore SA2001 taking and giving back the lock is what is measured
					mu.RUnlock()
				}
			}),
		),
	})
}

// writerFirst is the body that spawns readers while it has the lock for writing, unlocks, and awaits them.
type writerFirst struct {
	mu      lock.RWMutex
	place   lock.Waiter
	readers fanOut
	begun   bool
}

func newWriterFirst() *writerFirst {
	w := new(writerFirst)
	w.readers.spawn = func(cx *future.Context, to []*handle) []*handle {
		for range besideWriter {
			to = append(to, spawnReader(cx, &w.mu))
		}
		w.mu.Unlock(cx)
		return to
	}
	return w
}

func (w *writerFirst) Poll(cx *future.Context) (uint64, bool, error) {
	if !w.begun {
		_, ready, err := w.mu.PollLock(cx, &w.place)
		if !ready {
			return 0, false, nil
		}
		must(err)
		w.begun = true
	}
	read, ready, err := w.readers.Poll(cx)
	if !ready {
		return 0, false, nil
	}
	must(err)
	w.begun = false
	return read + 1, true, nil
}

// Drop leaves the queue.
func (w *writerFirst) Drop(cx *future.Context) { w.place.Drop(cx) }

// ReadConcurrentContended has readers come while a writer has the lock.
func ReadConcurrentContended() Workload {
	return syncRow(Workload{
		Name: "rwlock_read_concurrent_contended", Unit: "a task or the writer",
		Title:  "A task locks for writing, spawns five readers, unlocks and awaits them, in each of 100 rounds",
		Source: rwlockSource, Units: bandRounds * band, Check: bandRounds * band,
		Constants: []Constant{{"rounds", bandRounds}, {"readers", besideWriter}},
		Impls: inRounds(bandRounds,
			fromWorker("simmer", func(*runtime.Runtime) body { return newWriterFirst() }),
			fromBodyOf(func(*runtime.Runtime) func(*future.Context) uint64 {
				mu := new(lock.RWMutex)
				handles := make([]*handle, 0, besideWriter)
				return func(cx *future.Context) uint64 {
					must(mu.Lock(cx))
					handles = handles[:0]
					for range besideWriter {
						handles = append(handles, spawnReaderBody(cx, mu))
					}
					mu.Unlock(cx)
					return awaitAll(cx, handles) + 1
				}
			}),
			onGoWith(func() (func() uint64, func()) {
				mu := new(sync.RWMutex)
				return func() uint64 {
					mu.Lock()
					var all sync.WaitGroup
					done := make([]uint64, besideWriter)
					for i := range done {
						all.Go(func() {
							mu.RLock()
							//lint:ignore SA2001 taking and giving back the lock is what is measured
							mu.RUnlock()
							done[i] = 1
						})
					}
					mu.Unlock()
					all.Wait()
					return sum(done) + 1
				}, func() {}
			}),
		),
	})
}
