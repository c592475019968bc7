package scheduler

import "github.com/simmer-go/simmer/internal/sy"

// What workers count. Each counts for itself and publishes every few hundred polls and before it parks, so readings lag.
const (
	spawned = iota
	completed
	polls
	steals // tasks taken from other workers
	parks
	budgetYields
	nCounters
)

type counters [nCounters]int64

type sharedCounters [nCounters]sy.Int64

func (w *Worker) publish() {
	tick := w.mark.tick()
	w.stats[polls] += int64(tick - w.published)
	w.published = tick
	w.stats[budgetYields] += int64(w.local.BudgetYields)
	w.local.BudgetYields = 0
	shared := &w.sched.slots[w.slot].counters
	for i, n := range w.stats {
		if n != 0 {
			shared[i].Add(n)
		}
	}
	w.stats = counters{}
}

func (s *Scheduler) sum(counter int) (total int64) {
	for i := range s.slots {
		total += s.slots[i].counters[counter].Load()
	}
	return total
}

// Metrics is what a scheduler has counted since it began. Workers publish their counts every few hundred polls and before
// they park, so that figures lag by that much.
type Metrics struct {
	Workers       int    // that poll; fixed
	Alive         int64  // tasks spawned and not yet complete, without those that run outside the workers
	Spawned       uint64 // tasks, likewise
	Completed     uint64 // tasks, likewise
	Polls         uint64
	Steals        uint64 // tasks that a worker took from another's deque
	Parks         uint64 // times that a worker went to sleep
	BudgetYields  uint64 // polls that used up their budget
	InjectorDepth int    // tasks waiting in the shared queue
	LongPolls     uint64 // polls that the watchdog has seen to last longer than the limit
	Rescues       uint64 // workers that were replaced because their poll blocked
	Shells        int    // workers that have no core at this moment and are in a poll: rescued, or in a blocking call
}

// Metrics returns the counts. Any goroutine.
func (s *Scheduler) Metrics() Metrics {
	ended := s.sum(completed) // before spawned, so that Alive is never negative
	born := s.sum(spawned) + s.injector.spawnedOutside()
	m := Metrics{
		Workers:       len(s.slots),
		Alive:         max(born-ended, 0),
		Spawned:       uint64(born),
		Completed:     uint64(ended),
		Polls:         uint64(s.sum(polls)),
		Steals:        uint64(s.sum(steals)),
		Parks:         uint64(s.sum(parks)),
		BudgetYields:  uint64(s.sum(budgetYields)),
		InjectorDepth: s.injector.len(),
		Shells:        s.shells.len(),
	}
	if d := s.watchdog; d != nil {
		m.LongPolls, m.Rescues = uint64(d.longPolls.Load()), uint64(d.rescues.Load())
	}
	return m
}

// balanced reports whether all tasks that were spawned are complete. Exact only while no worker has unpublished counts.
func (s *Scheduler) balanced() bool {
	ended := s.sum(completed)
	return ended == s.sum(spawned)+s.injector.spawnedOutside()
}
