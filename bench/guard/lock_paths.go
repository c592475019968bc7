package guard

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

const turns = 10_000

// locker locks and unlocks a lock that nobody else wants.
type locker struct {
	mu    *lock.Mutex
	place lock.Waiter
	taken uint64
}

func (l *locker) Poll(cx *future.Context) (uint64, bool, error) {
	for ; l.taken < turns; l.taken++ {
		_, ready, err := l.mu.PollLock(cx, &l.place)
		if !ready || err != nil {
			return 0, ready, err
		}
		l.mu.Unlock(cx)
	}
	return l.taken, true, nil
}

// Drop leaves the queue.
func (l *locker) Drop(cx *future.Context) { l.place.Drop(cx) }

// lockPaths lock and unlock a free lock.
func lockPaths() []Path {
	var mu lock.Mutex
	return []Path{
		{Name: "lock_unlock", Operations: turns, Check: turns, On: tasks(1, func(cx *future.Context, _ int) *runtime.JoinHandle[uint64] {
			return runtime.SpawnValue(cx, &locker{mu: &mu})
		})},
		{Name: "lock_unlock" + asyncSuffix, Operations: turns, Check: turns, On: tasks(1, func(cx *future.Context, _ int) *runtime.JoinHandle[uint64] {
			return runtime.Go(cx, func(cx *future.Context) (taken uint64, err error) {
				for range turns {
					if err := mu.Lock(cx); err != nil {
						return taken, err
					}
					taken++
					mu.Unlock(cx)
				}
				return taken, nil
			})
		})},
	}
}
