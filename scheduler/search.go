package scheduler

const (
	// A searcher surveys the others every so many rounds of its loop, or nanoseconds, whichever is first: each survey takes cache lines
	// away from the others that they are about to write. Rounds count where the clock stands still, and time where ordinary
	// goroutines keep the processor that a round has given to them.
	roundsPerSurvey = 16
	surveyEvery     = 6_000
	// soon is how many surveys a task may have to wait for its worker before it is stolen, where polls are long.
	soon = 2
	// late is the same where polls are short, 50 us: what such a worker has in its queue it does itself in the time that a thief needs
	// to get a part of it to another core.
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
	sights    []sight // by slot; made by the first survey
	began     int64   // clock at the first round
	nanos     int64   // clock at the last round
	surveyed  int64   // clock at the last survey
	surveys   int     // so far
	rounds    int     // until the next survey
	lingers   int     // rounds until it sleeps
	tempted   bool    // by what the last survey has left to others
	impatient bool    // woken by a thief, for what that has left: it has waited already
	robbed    bool    // somebody
	gaveWay   bool    // to what runs outside the workers
}

// begin begins a search. The sights stay: what has waited behind a poll that is the same as then has waited since.
func (s *search) begin(now int64) { *s = search{sights: s.sights, began: now, nanos: now} }

// sight is what a searcher has seen of another worker.
type sight struct {
	worker *Worker
	tick   uint32 // of its poll
	stuck  wait   // of its tasks, behind that poll
	wait   wait   // of its tasks
}

// wait is for how long a searcher has seen tasks wait.
type wait struct {
	surveys uint32 // in a row
	since   int64  // clock at the first of them
}

func (w *wait) goOn(now int64) {
	if w.surveys == 0 {
		w.since = now
	}
	w.surveys++
}

// age is the length of the wait in surveys, those that the searcher has had no time for too.
func (w *wait) age(now int64) uint32 {
	return max(w.surveys, uint32(min(max((now-w.since)/surveyEvery, 0), dequeSize)))
}

// searchRound looks at the injector, and every few rounds at the other workers. It returns a task to poll, or nil.
func (w *Worker) searchRound() *Task {
	search, now := &w.search, w.local.Clock.Nanos()
	if !w.searching {
		if !w.sched.idle.beginSearch() {
			search.tempted, search.lingers = false, 0
			return nil
		}
		w.searching = true
		search.begin(now)
	}
	search.nanos = now
	if t := w.fromInjector(); t != nil {
		return t
	}
	if search.rounds > 0 && now-search.surveyed < surveyEvery {
		search.rounds--
		return nil
	}
	search.rounds, search.surveyed = roundsPerSurvey-1, now
	return w.survey()
}

// survey looks at the other workers, in random order, and steals tasks that would have to wait: from a deque or, if there are none, from
// the LIFO slot of a worker that does not come back from its poll. That task was about to run next.
func (w *Worker) survey() *Task {
	slots, search := w.sched.slots, &w.search
	if search.sights == nil {
		search.sights = make([]sight, len(slots))
	}
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
	search.impatient = false
	if stuck != nil {
		if t := stuck.lifo.steal(); t != nil {
			w.stole(1)
			return t
		}
	}
	return nil
}

// judge looks at victim and tells where tasks lie that would have to wait for it.
func (s *search) judge(victim *Worker, seen *sight) (fromDeque, fromLIFO bool) {
	tick := victim.mark.tick()
	polls := tick - seen.tick
	if seen.worker != victim {
		polls = 1 // or more
	}
	seen.worker, seen.tick = victim, tick
	queued, next := uint32(victim.deque.len()), victim.lifo.isFull()
	if polls != 0 {
		seen.stuck.surveys = 0
		if s.surveys == 1 {
			seen.wait.surveys = 0 // who knows what it has polled meanwhile
		} else {
			next = false // the next survey after the first one tells whether it is stuck
		}
	}
	if queued == 0 && !next {
		seen.stuck.surveys, seen.wait.surveys = 0, 0
		return false, false
	}
	seen.stuck.goOn(s.nanos)
	seen.wait.goOn(s.nanos)
	s.tempted = true
	waits, isLong := seen.stuck.age(s.nanos), victim.hasLongPolls()
	isLate := s.impatient || seen.wait.age(s.nanos) > late
	// The last polls took waits / (polls + 1) each, and so will those that are queued.
	fromDeque = queued > 0 && (isLate || isLong && queued*waits > soon*min(polls+1, dequeSize))
	fromLIFO = next && seen.stuck.surveys > 1 && (isLate || isLong && waits > soon)
	return fromDeque, fromLIFO
}

func (w *Worker) stole(n int) {
	w.search.robbed = true
	w.stats[steals] += int64(n)
	w.sched.observe(Event{Kind: Steal, Worker: w.slot, N: n})
}

// foundWork ends a search that was successful; the last searcher sees to it that another one looks for what is left. The time of the
// search is not that of polls.
func (w *Worker) foundWork() {
	w.searching = false
	w.lookedNanos += w.search.nanos - w.search.began
	if w.sched.idle.endSearch() && w.sched.hasWork() {
		w.sched.wakeNext(w.search.robbed)
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
