package scheduler

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

func byID(list []TaskInfo) map[uint64]TaskInfo {
	m := make(map[uint64]TaskInfo)
	for _, i := range list {
		m[i.ID] = i
	}
	return m
}

func TestTasksListsWhatWaitsAndWhatIsQueued(t *testing.T) {
	s := start(t, 1, Env{})
	require.Empty(t, s.Tasks())
	var drops atomic.Int64
	var idle []*job
	for range 10 {
		j := parkedJob(&drops)
		j.SetName("waiter")
		j.SetSite("a.go:1")
		idle = append(idle, j)
		s.Spawn(&j.Task)
	}
	allSleep(t, s)
	got := byID(s.Tasks())
	require.Len(t, got, len(idle))
	for _, j := range idle {
		require.Equal(t, TaskInfo{ID: j.ID(), Name: "waiter", Origin: "job", Site: "a.go:1", State: StateIdle}, got[j.ID()])
	}
	y := newJob(nil)
	y.poll = func(cx *future.Context) bool { cx.Again(); return y.IsCancelled() }
	s.Spawn(&y.Task)
	until(t, "a task that yields is not listed", func() bool {
		i, ok := byID(s.Tasks())[y.ID()]
		return ok && i.State != StateIdle
	})
	y.Cancel()
	join(t, y)
	require.NotContains(t, slices.Collect(maps.Keys(byID(s.Tasks()))), y.ID(), "it has ended")
}

// TestAStuckWorkerIsRepresentedByItsTask after 10 ms; the others answer.
func TestAStuckWorkerIsRepresentedByItsTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := runningClock()
		s := New(2, Env{Clock: clock, Parking: NewChannelParking(clock, 2)})
		poll, begun, release := blocks()
		stuck := newJob(poll)
		s.Spawn(&stuck.Task)
		<-begun
		var drops atomic.Int64
		idle := parkedJob(&drops)
		s.Spawn(&idle.Task)
		synctest.Wait()
		before := time.Now()
		got := byID(s.Tasks())
		require.Equal(t, answerWithin, time.Since(before))
		require.Len(t, got, 2)
		require.Equal(t, StateRunning, got[stuck.ID()].State)
		require.True(t, got[stuck.ID()].Unanswered)
		require.Equal(t, StateIdle, got[idle.ID()].State)
		require.False(t, got[idle.ID()].Unanswered)
		close(release)
		synctest.Wait()
		before = time.Now()
		require.Len(t, s.Tasks(), 1)
		require.Zero(t, time.Since(before), "all answer at once")
		<-s.Close()
		require.Empty(t, s.Tasks(), "a closed scheduler answers too")
	})
}

// TestTasksMayBeAskedByTheirOwn: the worker that asks cannot answer, all else is there.
func TestTasksMayBeAskedByTheirOwn(t *testing.T) {
	s := start(t, 2, Env{})
	var got map[uint64]TaskInfo
	j := newJob(func(*future.Context) bool { got = byID(s.Tasks()); return true })
	s.Spawn(&j.Task)
	join(t, j)
	require.Equal(t, StateRunning, got[j.ID()].State)
}

// TestTasksThatAskAtTheSameTimeAreAllAnswered, while others spawn and end.
func TestTasksThatAskAtTheSameTimeAreAllAnswered(t *testing.T) {
	procs(t, 8)
	s := start(t, 2, Env{DetachOrphans: true})
	var drops atomic.Int64
	var idle []*job
	for range 50 {
		j := parkedJob(&drops)
		idle = append(idle, j)
		s.Spawn(&j.Task)
	}
	allSleep(t, s)
	var stop atomic.Bool
	var load sync.WaitGroup
	load.Go(func() { // ends with the test
		for !stop.Load() {
			j := newJob(times(3, func(cx *future.Context) { spawn(cx, newJob(nil)); cx.Again() }))
			s.Spawn(&j.Task)
			join(t, j)
		}
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { // ends after its questions
			for range scale(100) {
				got := byID(s.Tasks())
				unanswered := false
				for _, i := range got {
					unanswered = unanswered || i.Unanswered
				}
				for _, j := range idle {
					if _, ok := got[j.ID()]; !ok && !unanswered {
						t.Error("a waiting task is missing")
						return
					}
				}
			}
		})
	}
	wg.Wait()
	stop.Store(true)
	load.Wait()
}

func TestMetricsCountWhatHasHappened(t *testing.T) {
	s := start(t, 2, Env{})
	var drops atomic.Int64
	for range 5 {
		s.Spawn(&parkedJob(&drops).Task)
	}
	root := newJob(times(10, func(cx *future.Context) {
		spawn(cx, newJob(nil))
		for range future.Budget {
			cx.Spend()
		}
		cx.Again()
	}))
	s.Spawn(&root.Task)
	join(t, root)
	allSleep(t, s)
	m := s.Metrics()
	require.Equal(t, 2, m.Workers)
	require.EqualValues(t, 5, m.Alive)
	require.EqualValues(t, 6+9, m.Spawned)
	require.EqualValues(t, 1+9, m.Completed)
	require.EqualValues(t, 5+10+9, m.Polls)
	require.EqualValues(t, 9, m.BudgetYields)
	require.NotZero(t, m.Parks)
	require.Zero(t, m.InjectorDepth)
}

// TestEventsOfATaskComeInOrder: spawn, pairs of begin and end, end.
func TestEventsOfATaskComeInOrder(t *testing.T) {
	var mu sync.Mutex
	kinds := make(map[*Task][]EventKind)
	started, stopped, parks := 0, 0, 0
	clock := runningClock()
	s := New(2, Env{Clock: clock, Parking: NewChannelParking(clock, 2), Observe: func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		switch e.Kind {
		case WorkerStart:
			started++
		case WorkerStop:
			stopped++
		case Park:
			parks++
		case Unpark:
			parks--
		case Steal:
		default:
			kinds[e.Task] = append(kinds[e.Task], e.Kind)
		}
	}})
	child := newJob(nil)
	root := newJob(times(2, func(cx *future.Context) { spawn(cx, child); cx.Again() }))
	s.Spawn(&root.Task)
	join(t, root)
	within(t, s.Close(), "the scheduler does not close")
	require.Equal(t, []EventKind{Spawn, PollBegin, PollEnd, PollBegin, PollEnd, End}, kinds[&root.Task])
	require.Equal(t, Spawn, kinds[&child.Task][0])
	require.Equal(t, End, kinds[&child.Task][len(kinds[&child.Task])-1])
	require.Equal(t, 2, started)
	require.Equal(t, 2, stopped)
	require.Zero(t, parks)
}
