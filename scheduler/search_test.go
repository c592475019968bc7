package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// searchFor has w search until it finds a task, or has been tempted by nothing.
func (w *Worker) searchFor() *Task {
	for {
		t := w.searchRound()
		if t != nil {
			w.foundWork()
			return t
		}
		if w.search.rounds == 0 && !w.search.tempted {
			return nil
		}
	}
}

// surveysUntilStolen counts the surveys that thief makes until it steals, at most limit. between is called after each.
func surveysUntilStolen(thief *Worker, limit int, between func()) (n int) {
	for n = 1; n <= limit; n++ {
		if thief.survey() != nil {
			return n
		}
		between()
	}
	return n
}

// TestTasksAreStolenOnlyIfTheyWouldHaveToWait: from a worker with long polls soon, the sooner the more there are and the slower it
// goes on; from one with short polls late.
func TestTasksAreStolenOnlyIfTheyWouldHaveToWait(t *testing.T) {
	const never = 100
	for name, tc := range map[string]struct {
		interval uint32
		queued   int
		polls    uint32 // of the victim from one survey to the next
		surveys  int
	}{
		"stuck, long polls, one":          {5, 1, 0, 3},
		"stuck, long polls, three":        {5, 3, 0, 1},
		"goes on, long polls, one":        {5, 1, 1, late + 1},
		"goes on, long polls, five":       {5, 5, 1, 1},
		"goes on, long polls, two":        {5, 2, 1, late + 1},
		"goes on fast, long polls, five":  {5, 5, 10, late + 1},
		"goes on fast, long polls, many":  {5, 100, 10, 1},
		"stuck, short polls, one":         {maxTicks, 1, 0, late + 1},
		"stuck, short polls, many":        {maxTicks, 200, 0, late + 1},
		"goes on fast, short polls, many": {maxTicks, 200, 100, late + 1},
		"stuck, long polls, none":         {5, 0, 0, never + 1},
		"polls are just long":             {longInterval - 1, 3, 0, 1},
		"polls are just short":            {longInterval, 3, 0, late + 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := stopped(t, 2, Env{})
			thief, victim := s.at(0), s.at(1)
			victim.interval.Store(tc.interval)
			for range tc.queued {
				victim.deque.push(&newJob(nil).Task, &s.injector)
			}
			victim.mark.begun.Store(1000)
			thief.search.sights = []sight{{}, {worker: victim, tick: 1000 - tc.polls}}
			n := surveysUntilStolen(thief, never, func() { victim.mark.begun.Store(victim.mark.tick() + tc.polls) })
			require.Equal(t, tc.surveys, n)
		})
	}
}

// TestPatienceBeginsAnewWhenNothingIsLeft: tasks that have not waited yet are not stolen because others have before.
func TestPatienceBeginsAnewWhenNothingIsLeft(t *testing.T) {
	s := stopped(t, 2, Env{})
	thief, victim := s.at(0), s.at(1)
	victim.deque.push(&newJob(nil).Task, &s.injector)
	require.Equal(t, late, surveysUntilStolen(thief, late-1, func() {}))
	victim.deque.pop()
	require.Nil(t, thief.survey())
	victim.deque.push(&newJob(nil).Task, &s.injector)
	require.Equal(t, late+1, surveysUntilStolen(thief, 100, func() {}))
}

// TestPatienceIsOfEachVictim: a fresh task is not stolen because others have been seen before.
func TestPatienceIsOfEachVictim(t *testing.T) {
	s := stopped(t, 3, Env{})
	thief := s.at(0)
	for n := range 50 {
		victim := s.at(1 + n%2)
		victim.mark.begun.Store(victim.mark.tick() + 100)
		victim.deque.push(&newJob(nil).Task, &s.injector)
		require.Nil(t, thief.survey(), n)
		victim.deque.pop()
	}
}

// TestPatienceIsOfOneWorker: another one in the same slot, by chance in the poll of the same number, has not been seen before.
func TestPatienceIsOfOneWorker(t *testing.T) {
	s := stopped(t, 2, Env{})
	thief, first := s.at(0), s.at(1)
	next := newWorker(s, first.core)
	for _, victim := range []*Worker{first, next} {
		victim.interval.Store(5)
		victim.mark.begun.Store(1)
		victim.deque.push(&newJob(nil).Task, &s.injector)
	}
	for range soon {
		require.Nil(t, thief.survey())
	}
	s.slots[1].worker.Store(next)
	require.Nil(t, thief.survey())
}

// TestPatienceIsTimeWhereRoundsAreLong: ordinary goroutines may keep the processor that a round gives to them for milliseconds.
func TestPatienceIsTimeWhereRoundsAreLong(t *testing.T) {
	clock := pausedClock()
	s := stopped(t, 2, Env{Clock: clock})
	thief, victim := s.at(0), s.at(1)
	job := newJob(nil)
	victim.deque.push(&job.Task, &s.injector)
	require.Nil(t, thief.searchRound())
	clock.nanos.Add(10_000_000)
	require.Same(t, &job.Task, thief.searchRound())
}

// TestAStuckWorkerIsRobbedByABusyThief: what waits behind the same poll has waited through the thief's other searches too.
func TestAStuckWorkerIsRobbedByABusyThief(t *testing.T) {
	s := stopped(t, 2, Env{DetachOrphans: true})
	thief, victim := s.at(0), s.at(1)
	victim.mark.begun.Store(1000)
	victim.deque.push(&newJob(nil).Task, &s.injector)
	searches := 0
	for rob := thief.searchRound(); rob == nil; rob = thief.searchRound() {
		if searches++; searches > 2*late {
			t.Fatal("it is never robbed")
		}
		j := newJob(nil)
		s.Spawn(&j.Task)
		found := thief.next()
		thief.foundWork()
		thief.poll(found)
		require.True(t, j.IsComplete())
	}
}

// TestTheTimeOfASearchIsNotThatOfPolls: short polls between long searches are short.
func TestTheTimeOfASearchIsNotThatOfPolls(t *testing.T) {
	clock := pausedClock()
	s := stopped(t, 2, Env{Clock: clock, DetachOrphans: true})
	w, other := s.at(0), s.at(1)
	poll := func(n int) {
		for range n {
			w.deque.push(&newJob(func(*future.Context) bool { clock.nanos.Add(100); return true }).Task, &s.injector)
		}
		w.drainQueues(n)
	}
	poll(150)
	for range 50 {
		other.deque.push(&newJob(nil).Task, &s.injector)
		for range 4 {
			require.Nil(t, w.idle())
			clock.nanos.Add(5_000)
		}
		require.Nil(t, w.idle())
		w.foundWork()
		other.deque.pop()
		other.mark.begun.Store(other.mark.tick() + 100)
		poll(10)
	}
	require.EqualValues(t, maxTicks, w.interval.Load())
}

// TestAThiefWakesTheNextOneForWhatItHasLeft, and that one need not see for itself that it waits; who is woken for other work does.
func TestAThiefWakesTheNextOneForWhatItHasLeft(t *testing.T) {
	for _, afterTheft := range []bool{true, false} {
		env, parking := counted(3)
		s := stopped(t, 3, env)
		thief, victim, next := s.at(0), s.at(1), s.at(2)
		parking.awake = func(int) { // meanwhile
			for range 8 {
				victim.deque.push(&newJob(nil).Task, &s.injector)
			}
			if afterTheft {
				require.Equal(t, late+1, surveysUntilStolen(thief, 100, func() {}))
			}
			require.True(t, s.idle.beginSearch())
			thief.foundWork()
		}
		s.env.Parking.Unpark(2, false)
		next.park()
		require.True(t, next.searching)
		require.Equal(t, afterTheft, next.searchRound() != nil)
		next.foundWork()
	}
}

// TestAThiefIsImpatientOnce: when what it was woken for is gone, the next task has not waited.
func TestAThiefIsImpatientOnce(t *testing.T) {
	s := stopped(t, 2, Env{})
	thief, victim := s.at(0), s.at(1)
	thief.search.impatient = true
	require.Nil(t, thief.survey())
	victim.deque.push(&newJob(nil).Task, &s.injector)
	require.Nil(t, thief.survey())
}

// TestAWorkerThatWakesLooksAtTheOthersAtOnce, whatever it was about when it went to sleep.
func TestAWorkerThatWakesLooksAtTheOthersAtOnce(t *testing.T) {
	env, parking := counted(2)
	s := stopped(t, 2, env)
	w, other := s.at(0), s.at(1)
	require.Nil(t, w.searchRound())
	parking.awake = func(int) { s.idle.pick() } // as a searcher
	s.env.Parking.Unpark(0, false)
	w.park()
	require.True(t, w.searching)
	other.deque.push(&newJob(nil).Task, &s.injector)
	require.Nil(t, w.searchRound())
	require.True(t, w.search.tempted)
}

// TestAWorkerThatMayNotSearchSleeps, though it was tempted when it did: one searcher is enough.
func TestAWorkerThatMayNotSearchSleeps(t *testing.T) {
	s := stopped(t, 2, Env{})
	w, other := s.at(0), s.at(1)
	other.deque.push(&newJob(nil).Task, &s.injector)
	require.Nil(t, w.searchRound())
	require.True(t, w.lingers())
	w.foundWork()
	require.True(t, s.idle.beginSearch()) // the other one
	require.Nil(t, w.searchRound())
	require.False(t, w.lingers())
}

// TestTheLIFOTaskIsStolenFromAStuckWorkerOnly: a task that is about to run is best left where its data is.
func TestTheLIFOTaskIsStolenFromAStuckWorkerOnly(t *testing.T) {
	for name, tc := range map[string]struct {
		interval uint32
		polls    uint32
		surveys  int
	}{
		"stuck, long polls":    {5, 0, soon + 1},
		"stuck, short polls":   {maxTicks, 0, late + 1},
		"goes on, long polls":  {5, 1, 101},
		"goes on, short polls": {maxTicks, 1, 101},
	} {
		t.Run(name, func(t *testing.T) {
			s := stopped(t, 2, Env{})
			thief, victim := s.at(0), s.at(1)
			victim.interval.Store(tc.interval)
			victim.lifo.put(&newJob(nil).Task)
			thief.search.sights = []sight{{}, {worker: victim, tick: victim.mark.tick()}}
			n := surveysUntilStolen(thief, 100, func() { victim.mark.begun.Store(victim.mark.tick() + tc.polls) })
			require.Equal(t, tc.surveys, n)
		})
	}
}

// TestTheLIFOSlotIsStolenLast: whatever the order of victims, what is in a deque comes first.
func TestTheLIFOSlotIsStolenLast(t *testing.T) {
	for seed := range uint64(20) {
		s := stopped(t, 4, Env{Seed: seed})
		next, queued := newJob(nil), newJob(nil)
		s.at(1).lifo.put(&next.Task)
		s.at(3).deque.push(&queued.Task, &s.injector)
		thief := s.at(0)
		require.Same(t, &queued.Task, thief.searchFor())
		require.Same(t, &next.Task, thief.searchFor())
		require.Nil(t, thief.searchFor())
		require.EqualValues(t, 2, thief.stats[steals])
	}
}

// roundsUntilSleep counts the rounds that w makes until it would sleep, at most limit. between is called after each.
func roundsUntilSleep(w *Worker, limit int, between func(round int)) (n int) {
	for n = 1; n <= limit; n++ {
		if w.searchRound() != nil || !w.lingers() {
			return n
		}
		between(n)
	}
	return n
}

// TestASearcherLooksOnWhileOthersHaveTasks, and a while longer: but for it they would wake somebody for each burst of tasks.
func TestASearcherLooksOnWhileOthersHaveTasks(t *testing.T) {
	s := stopped(t, 3, Env{})
	searcher, busy, other := s.at(0), s.at(1), s.at(2)
	nothing := func(int) {}
	require.Equal(t, 1, roundsUntilSleep(searcher, 1000, nothing), "there is nothing to look at")

	searcher.search.begin(0)
	busy.deque.push(&newJob(nil).Task, &s.injector)
	n := roundsUntilSleep(searcher, 1000, func(round int) {
		if round == 3 {
			busy.deque.pop() // it has been polled
		}
	})
	require.Equal(t, 2*roundsPerSurvey-roundsPerSurvey+lingerRounds+1, n)

	busy.deque.push(&newJob(nil).Task, &s.injector)
	searcher.search.begin(0)
	require.True(t, s.idle.beginSearch())
	other.searching = true
	require.Equal(t, 1, roundsUntilSleep(searcher, 1000, nothing), "one searcher is enough to look on")
}

// TestASearcherDoesNotLookOnBesideAChainOfLIFOTasks: each of them runs next where it is.
func TestASearcherDoesNotLookOnBesideAChainOfLIFOTasks(t *testing.T) {
	s := stopped(t, 2, Env{})
	searcher, busy := s.at(0), s.at(1)
	busy.lifo.put(&newJob(nil).Task)
	n := roundsUntilSleep(searcher, 1000, func(int) { busy.mark.begun.Store(busy.mark.tick() + 1) })
	require.Equal(t, roundsPerSurvey+lingerRounds+1, n, "the second survey shows that the worker goes on")
}

// TestAWorkerBesideAChainSleeps: a chain of short tasks in one LIFO slot keeps one worker busy, not two.
func TestAWorkerBesideAChainSleeps(t *testing.T) {
	s := start(t, 2, Env{DetachOrphans: true})
	var ended bool
	var link func(cx *future.Context) bool
	links := make(chan struct{})
	link = func(cx *future.Context) bool {
		select {
		case <-links:
			ended = true
		default:
			spawn(cx, newJob(link))
		}
		return true
	}
	s.Spawn(&newJob(link).Task)
	until(t, "the other worker does not sleep", func() bool { return s.idle.word.Load() == unparkedOne })
	close(links)
	allSleep(t, s)
	require.True(t, ended)
}
