package workload

import (
	"slices"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// oneThreadSyncRows are those of channels and locks on one thread.
func oneThreadSyncRows() []Workload {
	return []Workload{
		sisterOnOneThread(RequestReply()), sisterOnOneThread(NotifyPingPong()), sisterOnOneThread(MpscContentionFull()),
		semJoined(SemUncontendedConcurrent(), semEnough), semJoined(SemContendedConcurrent(), semScarce),
		readJoined(), readJoinedBesideWriter(),
	}
}

// six is what a round joins.
type six [band]future.Future[uint64]

type valuesOfSix = future.Values6[uint64, uint64, uint64, uint64, uint64, uint64]

func (s six) join() future.Future[valuesOfSix] {
	return future.TryJoin6(s[0], s[1], s[2], s[3], s[4], s[5])
}

func sumOfSix(v valuesOfSix) uint64 { return v.A + v.B + v.C + v.D + v.E + v.F }

// joinedOnOneThread is the sister of w on one thread, which joins futures in one task where w spawns tasks. make is called once,
// and round for each round.
func joinedOnOneThread(w Workload, make func() (round func() six)) Workload {
	start := func(run func(rt *runtime.Runtime, round func() six) uint64) starter {
		return onRuntime(func(rt *runtime.Runtime) func(int64) uint64 {
			round := make()
			return each(func() uint64 { return run(rt, round) })
		})
	}
	impls := inRounds(bandRounds,
		Impl{Name: "simmer", Start: start(func(rt *runtime.Runtime, round func() six) uint64 {
			return sumOfSix(blockOn(rt, round().join()))
		})},
		Impl{Name: "simmer-async", Start: start(func(rt *runtime.Runtime, round func() six) uint64 {
			return blockOn(rt, future.Async(func(cx *future.Context) (uint64, error) {
				values, err := future.Await(cx, round().join())
				return sumOfSix(values), err
			}))
		})},
	)
	goes := w.Impls[slices.IndexFunc(w.Impls, func(i Impl) bool { return i.Name == "go" })]
	w.Impls = append(impls, goes)
	w = sisterOnOneThread(w)
	w.Title += ", with futures that are joined in one task"
	return w
}

func semJoined(w Workload, permits int) Workload {
	return joinedOnOneThread(w, func() func() six {
		s := lock.NewSemaphore(permits)
		return func() (fs six) {
			for i := range fs {
				fs[i] = &acquirer{permits: s, times: 1}
			}
			return fs
		}
	})
}

func readJoined() Workload {
	return joinedOnOneThread(ReadConcurrentUncontended(), func() func() six {
		mu := new(lock.RWMutex)
		return func() (fs six) {
			for i := range fs {
				fs[i] = &reader{mu: mu, times: 1}
			}
			return fs
		}
	})
}

// unlocker unlocks what is locked for writing.
type unlocker struct{ mu *lock.RWMutex }

func (u unlocker) Poll(cx *future.Context) (uint64, bool, error) {
	u.mu.Unlock(cx)
	return 1, true, nil
}

func readJoinedBesideWriter() Workload {
	return joinedOnOneThread(ReadConcurrentContended(), func() func() six {
		mu := new(lock.RWMutex)
		return func() (fs six) {
			if !mu.TryLock() {
				panic("nobody has the lock")
			}
			fs[0] = unlocker{mu}
			for i := range besideWriter {
				fs[i+1] = &reader{mu: mu, times: 1}
			}
			return fs
		}
	})
}
