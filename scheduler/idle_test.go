package scheduler

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func notWanted() bool { return false }

func TestASleeperIsPickedOnlyWhileNobodySearches(t *testing.T) {
	var s idleSet
	s.init(3)
	_, ok := s.pick()
	require.False(t, ok, "all are awake")
	s.sleep(0, false, notWanted)
	s.sleep(2, false, notWanted)
	slot, ok := s.pick()
	require.True(t, ok)
	require.Equal(t, 2, slot, "who went to sleep last is warm")
	_, ok = s.pick()
	require.False(t, ok, "the one that was picked searches")
	require.False(t, s.wakeUp(2), "it learns that it was picked")
	require.True(t, s.endSearch())
	slot, ok = s.pick()
	require.True(t, ok)
	require.Zero(t, slot)
}

func TestAtMostHalfOfTheWorkersBeginASearch(t *testing.T) {
	for workers := 1; workers < 10; workers++ {
		var s idleSet
		s.init(workers)
		n := 0
		for s.beginSearch() {
			n++
		}
		require.Equal(t, (workers+1)/2, n)
	}
}

func TestAWantedWorkerDoesNotGoToSleep(t *testing.T) {
	var s idleSet
	s.init(1)
	before := s.word.Load()
	asleep, all := s.sleep(0, false, func() bool { return true })
	require.False(t, asleep)
	require.False(t, all)
	require.Equal(t, before, s.word.Load())
	asleep, all = s.sleep(0, false, notWanted)
	require.True(t, asleep)
	require.True(t, all)
	s.rouse(0)
	s.rouse(0)
	require.False(t, s.allAsleep(), "a roused worker is not taken for a sleeping one")
	require.False(t, s.wakeUp(0))
	require.True(t, s.endSearch())
	require.Equal(t, before, s.word.Load())
}

// FuzzIdleSet compares an idleSet with sets of workers that are awake, searching and asleep.
func FuzzIdleSet(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 12, 13, 14, 24, 24, 36, 37, 48, 49, 50, 3, 60, 61})
	f.Fuzz(func(t *testing.T, data []byte) {
		const workers = 4
		var s idleSet
		s.init(workers)
		var order []int                     // of the sleepers
		var searching, picked [workers]bool // picked: not asleep, and does not know yet
		searchers := func() (n int) {
			for i := range workers {
				if searching[i] {
					n++
				}
			}
			return n
		}
		for _, b := range data {
			i := int(b) % workers
			awake := !slices.Contains(order, i) && !picked[i]
			switch b / workers % 6 {
			case 0:
				if awake {
					asleep, all := s.sleep(i, searching[i], notWanted)
					order = append(order, i)
					searching[i] = false
					require.True(t, asleep)
					require.Equal(t, len(order) == workers, all)
				}
			case 1:
				slot, ok := s.pick()
				require.Equal(t, len(order) > 0 && searchers() == 0, ok)
				if ok {
					require.Equal(t, order[len(order)-1], slot)
					order = order[:len(order)-1]
					searching[slot], picked[slot] = true, true
				}
			case 2:
				if !awake {
					at := slices.Index(order, i)
					require.Equal(t, at >= 0, s.wakeUp(i))
					if at >= 0 {
						order = slices.Delete(order, at, at+1)
					}
					picked[i] = false
				}
			case 3:
				if awake && !searching[i] {
					before := searchers()
					searching[i] = s.beginSearch()
					require.Equal(t, 2*before < workers, searching[i])
				}
			case 4:
				if awake && searching[i] {
					searching[i] = false
					require.Equal(t, searchers() == 0, s.endSearch())
				}
			case 5:
				s.rouse(i)
				if at := slices.Index(order, i); at >= 0 {
					order = slices.Delete(order, at, at+1)
					searching[i], picked[i] = true, true
				}
			}
			require.Equal(t, len(order) == workers, s.allAsleep())
			require.EqualValues(t, searchers(), s.word.Load()&searchingMask)
			require.EqualValues(t, workers-len(order), s.word.Load()/unparkedOne)
		}
	})
}

// TestNoUnitOfWorkIsLeftToSleepers has producers make work and consumers take it, search and sleep by the rules of the
// scheduler, with one place for the work. Work that is left while all sleep is a lost wake-up.
func TestNoUnitOfWorkIsLeftToSleepers(t *testing.T) {
	procs(t, 8)
	const workers, producers = 4, 4
	each := scale(5_000)
	var s idleSet
	s.init(workers)
	var work, done atomic.Int64
	var parked [workers]chan struct{}
	for i := range parked {
		parked[i] = make(chan struct{}, 1)
	}
	unpark := func(slot int) {
		select {
		case parked[slot] <- struct{}{}:
		default:
		}
	}
	notify := func() {
		if slot, ok := s.pick(); ok {
			unpark(slot)
		}
	}
	take := func() bool {
		for n := work.Load(); n > 0; n = work.Load() {
			if work.CompareAndSwap(n, n-1) {
				return true
			}
		}
		return false
	}
	finished := make(chan struct{})
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { // ends when all work is done
			searching := false
			for {
				if take() || (searching || s.beginSearch()) && func() bool { searching = true; return take() }() {
					if searching {
						searching = false
						if s.endSearch() && work.Load() > 0 {
							notify()
						}
					}
					if done.Add(1) == int64(producers*each) {
						close(finished)
					}
					continue
				}
				s.sleep(i, searching, notWanted)
				if work.Load() > 0 {
					notify()
				}
				select {
				case <-parked[i]:
				case <-finished:
					return
				}
				searching = !s.wakeUp(i)
			}
		})
	}
	for range producers {
		wg.Go(func() { // ends after its share
			for range each {
				work.Add(1)
				notify()
			}
		})
	}
	within(t, finished, "work is left, and all sleep")
	wg.Wait()
}
