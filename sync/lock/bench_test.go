package lock_test

import (
	"context"
	goruntime "runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// The rows have the shapes of tokio's own benchmarks (benches/sync_semaphore.rs, sync_rwlock.rs, sync_notify.rs). The unit of
// work of each is named above it. Each has rows for state machines (poll), for
// bodies (body), and for goroutines with what Go has.

// inBody runs b in a body on a runtime of workers.
func inBody(b *testing.B, workers int, body func(cx *future.Context)) {
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(b, err)
	defer func() { require.NoError(b, rt.Close()) }()
	_, err = runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (struct{}, error) {
		body(cx)
		return struct{}{}, nil
	}))
	require.NoError(b, err)
}

// loop runs step b.N times in a body: every 128 of them yield, as the budget has it.
func loop(b *testing.B, step func(cx *future.Context)) {
	b.ReportAllocs()
	inBody(b, 1, func(cx *future.Context) {
		for b.Loop() {
			step(cx)
		}
	})
}

// alone runs hundred, which does a hundred steps, within one budget: the lock without a runtime around it.
func alone(b *testing.B, hundred func(cx *future.Context)) {
	var local future.Local
	cx := future.NewContext(&local, &parties(1)[0].header)
	b.ReportAllocs()
	for b.Loop() {
		local.BeginPoll()
		hundred(&cx)
	}
	perOp(b, 100)
}

// BenchmarkMutexUncontended: one lock and unlock.
func BenchmarkMutexUncontended(b *testing.B) {
	count := 0
	var m lock.Mutex
	b.Run("alone", func(b *testing.B) {
		alone(b, func(cx *future.Context) {
			for range 100 {
				_ = m.Lock(cx)
				count++
				m.Unlock(cx)
			}
		})
	})
	b.Run("poll", func(b *testing.B) {
		var w lock.Waiter
		alone(b, func(cx *future.Context) {
			for range 100 {
				_, _, _ = m.PollLock(cx, &w)
				count++
				m.Unlock(cx)
			}
		})
	})
	b.Run("body", func(b *testing.B) {
		loop(b, func(cx *future.Context) {
			_ = m.Lock(cx)
			count++
			m.Unlock(cx)
		})
	})
	b.Run("sync", func(b *testing.B) {
		var m sync.Mutex
		alone(b, func(*future.Context) {
			for range 100 {
				m.Lock()
				count++
				m.Unlock()
			}
		})
	})
}

// BenchmarkRWMutexUncontended: one lock and unlock for reading.
func BenchmarkRWMutexUncontended(b *testing.B) {
	sum, value := 0, 1
	var m lock.RWMutex
	b.Run("alone", func(b *testing.B) {
		alone(b, func(cx *future.Context) {
			for range 100 {
				_ = m.RLock(cx)
				sum += value
				m.RUnlock(cx)
			}
		})
	})
	b.Run("body", func(b *testing.B) {
		loop(b, func(cx *future.Context) {
			_ = m.RLock(cx)
			sum += value
			m.RUnlock(cx)
		})
	})
	b.Run("sync", func(b *testing.B) {
		var m sync.RWMutex
		alone(b, func(*future.Context) {
			for range 100 {
				m.RLock()
				sum += value
				m.RUnlock()
			}
		})
	})
}

// BenchmarkSemaphoreUncontended: one permit acquired and released.
func BenchmarkSemaphoreUncontended(b *testing.B) {
	s := lock.NewSemaphore(10)
	b.Run("alone", func(b *testing.B) {
		alone(b, func(cx *future.Context) {
			for range 100 {
				_ = s.Acquire(cx, 1)
				s.Release(cx, 1)
			}
		})
	})
	b.Run("body", func(b *testing.B) {
		loop(b, func(cx *future.Context) {
			_ = s.Acquire(cx, 1)
			s.Release(cx, 1)
		})
	})
	b.Run("chan", func(b *testing.B) {
		s := make(chan struct{}, 10)
		alone(b, func(*future.Context) {
			for range 100 {
				s <- struct{}{}
				<-s
			}
		})
	})
}

// tasks runs n tasks on two workers that do step per times each, as state machines or bodies, and waits for them.
func tasks(b *testing.B, n, per int, spawn func(cx *future.Context, per int) *runtime.JoinHandle[struct{}]) {
	b.ReportAllocs()
	inBody(b, 2, func(cx *future.Context) {
		handles := make([]*runtime.JoinHandle[struct{}], n)
		for b.Loop() {
			for i := range handles {
				handles[i] = spawn(cx, per)
			}
			for _, h := range handles {
				_, _ = h.Await(cx)
			}
		}
	})
	perOp(b, n*per)
}

// goroutines is tasks for goroutines.
func goroutines(b *testing.B, n, per int, run func(per int)) {
	b.ReportAllocs()
	var wg sync.WaitGroup
	for b.Loop() {
		for range n {
			wg.Go(func() { run(per) })
		}
		wg.Wait()
	}
	perOp(b, n*per)
}

func perOp(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/unit")
}

// lockLoop locks, counts, perhaps yields, and unlocks, as a state machine.
type lockLoop struct {
	m       *lock.Mutex
	count   *int
	left    int
	yield   bool
	yielded bool
	w       lock.Waiter
}

func (l *lockLoop) Poll(cx *future.Context) (struct{}, bool, error) {
	for l.left > 0 {
		if !l.yielded {
			if _, ready, _ := l.m.PollLock(cx, &l.w); !ready {
				return struct{}{}, false, nil
			}
			*l.count++
			if l.yield {
				l.yielded = true
				cx.Again()
				return struct{}{}, false, nil
			}
		}
		l.yielded = false
		l.m.Unlock(cx)
		l.left--
	}
	return struct{}{}, true, nil
}

// BenchmarkMutexContended: one lock, increment and unlock of 10 tasks that do 1,000 each; "held" yields while it has the lock.
func BenchmarkMutexContended(b *testing.B) {
	const n, per = 10, 1000
	for _, held := range []bool{false, true} {
		name := "short"
		if held {
			name = "held"
		}
		b.Run(name+"/poll", func(b *testing.B) {
			var m lock.Mutex
			count := 0
			tasks(b, n, per, func(cx *future.Context, per int) *runtime.JoinHandle[struct{}] {
				return runtime.SpawnValue[struct{}](cx, &lockLoop{m: &m, count: &count, left: per, yield: held})
			})
		})
		b.Run(name+"/body", func(b *testing.B) {
			var m lock.Mutex
			count := 0
			tasks(b, n, per, func(cx *future.Context, per int) *runtime.JoinHandle[struct{}] {
				return runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
					for range per {
						if err := m.Lock(cx); err != nil {
							return struct{}{}, err
						}
						count++
						if held {
							_ = future.Yield(cx)
						}
						m.Unlock(cx)
					}
					return struct{}{}, nil
				})
			})
		})
		b.Run(name+"/sync", func(b *testing.B) {
			var m sync.Mutex
			count := 0
			goroutines(b, n, per, func(per int) {
				for range per {
					m.Lock()
					count++
					if held {
						goruntime.Gosched()
					}
					m.Unlock()
				}
			})
		})
	}
}

// acquireLoop acquires, yields while it holds the permit, and releases, as a state machine.
type acquireLoop struct {
	s    *lock.Semaphore
	left int
	has  bool
	w    lock.Waiter
}

func (l *acquireLoop) Poll(cx *future.Context) (struct{}, bool, error) {
	for l.left > 0 {
		if !l.has {
			if _, ready, _ := l.s.PollAcquire(cx, &l.w, 1); !ready {
				return struct{}{}, false, nil
			}
			l.has = true
			cx.Again()
			return struct{}{}, false, nil
		}
		l.has = false
		l.s.Release(cx, 1)
		l.left--
	}
	return struct{}{}, true, nil
}

// BenchmarkSemaphoreContended: one permit acquired, held over a yield and released, of 10 tasks that do 1,000 each with 5 permits.
func BenchmarkSemaphoreContended(b *testing.B) {
	const n, per, permits = 10, 1000, 5
	b.Run("poll", func(b *testing.B) {
		s := lock.NewSemaphore(permits)
		tasks(b, n, per, func(cx *future.Context, per int) *runtime.JoinHandle[struct{}] {
			return runtime.SpawnValue[struct{}](cx, &acquireLoop{s: s, left: per})
		})
	})
	b.Run("body", func(b *testing.B) {
		s := lock.NewSemaphore(permits)
		tasks(b, n, per, func(cx *future.Context, per int) *runtime.JoinHandle[struct{}] {
			return runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
				for range per {
					if err := s.Acquire(cx, 1); err != nil {
						return struct{}{}, err
					}
					_ = future.Yield(cx)
					s.Release(cx, 1)
				}
				return struct{}{}, nil
			})
		})
	})
	b.Run("chan", func(b *testing.B) {
		s := make(chan struct{}, permits)
		goroutines(b, n, per, func(per int) {
			for range per {
				s <- struct{}{}
				goruntime.Gosched()
				<-s
			}
		})
	})
}

// BenchmarkRWMutexContended: one lock and unlock of 10 tasks that do 1,000 each, one in eight for writing.
func BenchmarkRWMutexContended(b *testing.B) {
	const n, per = 10, 1000
	b.Run("body", func(b *testing.B) {
		var m lock.RWMutex
		count := 0
		tasks(b, n, per, func(cx *future.Context, per int) *runtime.JoinHandle[struct{}] {
			return runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
				sum := 0
				for i := range per {
					if i%8 == 0 {
						if err := m.Lock(cx); err != nil {
							return struct{}{}, err
						}
						count++
						m.Unlock(cx)
						continue
					}
					if err := m.RLock(cx); err != nil {
						return struct{}{}, err
					}
					sum += count
					m.RUnlock(cx)
				}
				return struct{}{}, nil
			})
		})
	})
	b.Run("sync", func(b *testing.B) {
		var m sync.RWMutex
		count := 0
		goroutines(b, n, per, func(per int) {
			sum := 0
			for i := range per {
				if i%8 == 0 {
					m.Lock()
					count++
					m.Unlock()
					continue
				}
				m.RLock()
				sum += count
				m.RUnlock()
			}
		})
	})
}
