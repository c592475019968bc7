package scheduler

import (
	"sync"

	"github.com/simmer-go/simmer/internal/sy"
)

// idleSet decides who sleeps, who searches and who is woken. At most one worker is woken for a burst of work; it searches,
// and when it finds something and was the last searcher, the next is woken: a chain. (Tokio's multi_thread/idle.rs.) A searcher may
// stay one for long, while others have tasks that it leaves to them: it goes on looking at them all.
//
// Ownership. word is changed under mu when the sleepers change, and by a worker that begins or ends a search.
//
// Order. Whoever makes work visible (stores a deque's tail or the injector's length) then loads word (N1). A worker that
// goes to sleep, or ends its search, first changes word (G1) and then looks at all queues. N1 pairs with G1: either the
// notifier sees nobody searching and wakes one, or the leaving worker sees the work. That holds for every worker that goes
// to sleep, also for one that was not allowed to search: if all others are in long polls, the notifier sees nobody asleep.
type idleSet struct {
	word sy.Uint32 // unparked workers << 16 | searching workers
	_    [60]byte

	workers  int
	allAwake uint32 // word without searchers when nobody sleeps

	mu       sync.Mutex
	sleepers []int     // slots, the last one to sleep on top
	asleep   []sy.Bool // by slot; stored under mu
}

const (
	unparkedOne   = 1 << 16
	searchingMask = unparkedOne - 1
)

func (s *idleSet) init(workers int) {
	s.workers = workers
	s.asleep = make([]sy.Bool, workers)
	s.allAwake = uint32(workers) * unparkedOne
	s.word.Store(s.allAwake)
}

// pick takes one sleeper to be woken as a searcher, after wantsWaker. It finds none if somebody searches already, or all are
// awake. Any goroutine.
func (s *idleSet) pick() (slot int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.sleepers)
	if !s.wantsWaker() || n == 0 {
		return 0, false
	}
	slot = s.sleepers[n-1]
	s.sleepers = s.sleepers[:n-1]
	s.asleep[slot].Store(false)
	s.word.Add(unparkedOne + 1)
	return slot, true
}

// wantsWaker reports whether pick may find a sleeper. Any goroutine.
func (s *idleSet) wantsWaker() bool {
	w := s.word.Load() // N1
	return w&searchingMask == 0 && w < s.allAwake
}

// beginSearch reports whether one more worker may search: at most half of them, or they would fight over the deques.
func (s *idleSet) beginSearch() bool {
	if 2*int(s.word.Load()&searchingMask) >= s.workers {
		return false
	}
	s.word.Add(1)
	return true
}

// hasOneSearcher reports whether one worker searches at this moment. Any goroutine.
func (s *idleSet) hasOneSearcher() bool { return s.word.Load()&searchingMask == 1 }

// endSearch reports whether the caller was the last searcher: then it must look whether there is work for another.
func (s *idleSet) endSearch() (last bool) {
	return s.word.Add(^uint32(0))&searchingMask == 0 // G1
}

// sleep puts slot among the sleepers, unless isWanted. The caller must look at all queues once more before it parks, and
// knows by allAsleep that nobody else is awake.
func (s *idleSet) sleep(slot int, searching bool, isWanted func() bool) (asleep, allAsleep bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if isWanted() { // under mu, so that rouse finds it asleep or it sees what rouse is for
		return false, false
	}
	leave := uint32(unparkedOne)
	if searching {
		leave++
	}
	w := s.word.Add(-leave) // G1
	s.sleepers = append(s.sleepers, slot)
	s.asleep[slot].Store(true) // G1, for pinned tasks
	return true, w/unparkedOne == 0
}

// rouse takes slot from the sleepers, and reports whether it was among them, to be woken as a searcher: so that nobody thinks
// that all are asleep while it is about to look at what has changed. Any goroutine.
func (s *idleSet) rouse(slot int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.leave(slot) {
		return false
	}
	s.word.Add(unparkedOne + 1)
	return true
}

// wakeUp takes slot from the sleepers, if it is among them. It reports false if pick or rouse has done so before: then the
// worker was woken to search.
func (s *idleSet) wakeUp(slot int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.leave(slot) {
		return false
	}
	s.word.Add(unparkedOne)
	return true
}

// leave takes slot out of the sleepers and reports whether it was among them. mu held.
func (s *idleSet) leave(slot int) bool {
	if !s.asleep[slot].Load() {
		return false
	}
	s.asleep[slot].Store(false)
	for i, other := range s.sleepers {
		if other == slot {
			s.sleepers = append(s.sleepers[:i], s.sleepers[i+1:]...)
			break
		}
	}
	return true
}

// allAsleep reports whether every worker sleeps at this moment. Any goroutine.
func (s *idleSet) allAsleep() bool { return s.word.Load()/unparkedOne == 0 }
