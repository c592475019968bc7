package scheduler

const (
	// roundsPerSurvey is how many rounds of its loop a searcher makes from one survey of the others to the next, 6 us or so: each
	// takes cache lines away from the others that they are about to write.
	roundsPerSurvey = 16
	// soon is how many surveys a task may have to wait for its worker before it is stolen, where polls are long.
	soon = 2
	// late is the same where polls are short, about 50 us: what such a worker has in its queue it does itself in the time that a
	// thief needs to get a part of it to another core.
	late = 8
	// lingerRounds is how many rounds a searcher goes on after it has seen others at work, before it sleeps: to be woken again costs
	// the others more.
	lingerRounds = 2 * roundsPerSurvey
)

// search is what a worker knows of the others while it has nothing to do.
//
// A thief that takes what its owner is about to poll makes both slower: the data of tasks goes from core to core, and what they
// wake goes after them. So tasks are stolen only if they would have to wait: behind a poll that does not end, or behind others,
// and longer where polls are short. Meanwhile the searcher looks on, so that nobody is woken for them.
type search struct {
	sights  []sight // by slot
	surveys int     // so far
	rounds  int     // until the next survey
	tempted bool    // by what the last survey has left to others
	resists int     // surveys in a row that have left something
	lingers int     // rounds until it sleeps
	gaveWay bool    // to what runs outside the workers
}

// begin begins a search. The sights stay: whoever is in the same poll as then has been so all the time.
func (s *search) begin() { *s = search{sights: s.sights} }

// sight is what a searcher has seen of another worker.
type sight struct {
	tick    uint32 // of its poll
	surveys uint32 // that have found it in that poll, with tasks that wait
}

// searchRound looks at the injector, and every few rounds at the other workers. It returns a task to poll, or nil.
func (w *Worker) searchRound() *Task {
	if !w.searching {
		if !w.sched.idle.beginSearch() {
			w.search.tempted, w.search.lingers = false, 0
			return nil
		}
		w.searching = true
		w.search.begin()
	}
	if t := w.fromInjector(); t != nil {
		return t
	}
	if w.search.rounds > 0 {
		w.search.rounds--
		return nil
	}
	w.search.rounds = roundsPerSurvey - 1
	return w.survey()
}

// survey looks at the other workers, in random order, and steals tasks that would have to wait: from a deque or, if there are none, from
// the LIFO slot of a worker that does not come back from its poll. That task was about to run next.
func (w *Worker) survey() *Task {
	slots, search := w.sched.slots, &w.search
	search.surveys++
	search.tempted = false
	var stuck *Worker
	start := int(w.rand.Uint32n(uint32(len(slots))))
	for i := range slots {
		slot := (start + i) % len(slots)
		if slot == w.slot {
			continue
		}
		victim := slots[slot].worker.Load()
		fromDeque, fromLIFO := search.judge(victim, &search.sights[slot])
		if fromDeque {
			if t, taken := victim.deque.stealInto(&w.deque); t != nil {
				w.stole(taken)
				return t
			}
		}
		if fromLIFO {
			stuck = victim
		}
	}
	if stuck != nil {
		if t := stuck.lifo.steal(); t != nil {
			w.stole(1)
			return t
		}
	}
	if search.tempted {
		search.resists++
	} else {
		search.resists = 0
	}
	return nil
}

// judge looks at victim and tells where tasks lie that would have to wait for it.
func (s *search) judge(victim *Worker, seen *sight) (fromDeque, fromLIFO bool) {
	tick := victim.mark.tick()
	polls := tick - seen.tick
	seen.tick = tick
	queued, next := uint32(victim.deque.len()), victim.lifo.isFull()
	if polls != 0 {
		seen.surveys = 0
		next = next && s.surveys == 1 // perhaps it is stuck: the next survey will tell
	}
	if queued == 0 && !next {
		seen.surveys = 0
		return false, false
	}
	seen.surveys++
	s.tempted = true
	isLate, isSlow := s.resists >= late, victim.interval.Load() < maxTicks
	// The last polls took surveys / (polls + 1) each, and so will those that are queued.
	fromDeque = queued > 0 && (isLate || isSlow && queued*seen.surveys > soon*min(polls+1, dequeSize))
	fromLIFO = next && seen.surveys > 1 && (isLate || isSlow && seen.surveys > soon)
	return fromDeque, fromLIFO
}

func (w *Worker) stole(n int) {
	w.stats[steals] += int64(n)
	w.sched.observe(Event{Kind: Steal, Worker: w.slot, N: n})
}

// foundWork ends a search that was successful; the last searcher sees to it that another one looks for what is left.
func (w *Worker) foundWork() {
	w.searching = false
	if w.sched.idle.endSearch() && w.sched.hasWork() {
		w.sched.notify(true)
	}
}

// lingers reports whether a searcher that has found nothing makes another round before it sleeps: while others have tasks that it leaves
// to them, and a while longer. One searcher is enough for that.
func (w *Worker) lingers() bool {
	s := &w.search
	if s.tempted && w.sched.idle.hasOneSearcher() {
		s.lingers = lingerRounds
		return true
	}
	s.lingers--
	return s.lingers >= 0
}
