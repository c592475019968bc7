package scheduler

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/membarrier"
)

// watching asks for a watchdog that scans when the test says so, and rescues.
func watching(report func(LongPoll)) *Watch {
	return &Watch{Limit: time.Hour, MaxShells: 512, Fence: membarrier.Fence, Report: report}
}

// dogged is start with a watchdog.
func dogged(t testing.TB, workers int, w *Watch) *Scheduler {
	t.Helper()
	return start(t, workers, Env{Watch: w, DetachOrphans: true})
}

// scanUntilLong makes as many scans as find a poll long that the first of them has seen.
func (s *Scheduler) scanUntilLong() {
	for range scansPerLimit + 1 {
		s.watchdog.scan()
	}
}

// blocked spawns a task that blocks, and waits until it does. Its end is what j's poll returns then.
func blocked(t testing.TB, s *Scheduler, ready bool) (j *job, release chan struct{}) {
	t.Helper()
	poll, begun, release := blocks()
	j = newJob(nil)
	j.poll = func(cx *future.Context) bool {
		if j.polls == 1 {
			poll(cx)
			return ready
		}
		return true
	}
	s.Spawn(&j.Task)
	within(t, begun, "the task does not run")
	return j, release
}

// TestALongPollIsReportedOnce, with its task and its worker, when it has been seen for the whole limit.
func TestALongPollIsReportedOnce(t *testing.T) {
	reports := make(chan LongPoll, 10)
	s := dogged(t, 2, &Watch{Limit: time.Hour, Report: func(p LongPoll) { reports <- p }})
	j, release := blocked(t, s, true)
	for range scansPerLimit {
		s.watchdog.scan()
	}
	require.Empty(t, reports, "it has been seen for less than the limit")
	for range 3 * scansPerLimit {
		s.watchdog.scan()
	}
	require.Len(t, reports, 1)
	p := <-reports
	require.Equal(t, j.ID(), p.Task.ID)
	require.Equal(t, "job", p.Task.Origin)
	require.Equal(t, StateRunning, p.Task.State)
	require.NotZero(t, p.Goroutine)
	require.Equal(t, time.Hour, p.Lasted)
	require.False(t, p.Rescued)
	close(release)
	require.Equal(t, Returned, join(t, j))
	require.EqualValues(t, 1, s.Metrics().LongPolls)
	require.Zero(t, s.Metrics().Rescues)
	require.Zero(t, s.Metrics().Shells)
}

// TestShortPollsAreNotLong, however many there are, and neither is a worker that sleeps.
func TestShortPollsAreNotLong(t *testing.T) {
	s := stopped(t, 1, Env{Watch: watching(nil)})
	w := s.at(0)
	for range 10 * scansPerLimit {
		s.Spawn(&newJob(times(2, func(cx *future.Context) {
			cx.Again()
			s.watchdog.scan() // in the poll
		})).Task)
		w.drainQueues(1)
		s.watchdog.scan()
		w.drainQueues(1)
	}
	for range 10 * scansPerLimit {
		s.watchdog.scan() // no poll at all
	}
	require.Zero(t, s.Metrics().LongPolls)
}

// TestADropThatBlocksIsALongPoll, also that of a task which was aborted during its poll.
func TestADropThatBlocksIsALongPoll(t *testing.T) {
	for _, during := range []bool{false, true} {
		s := dogged(t, 1, watching(nil))
		poll, begun, release := blocks()
		j := newJob(func(cx *future.Context) bool {
			if during {
				TaskOf(cx.Task()).Cancel()
			}
			return false
		})
		j.drop = func(cx *future.Context) { poll(cx) }
		s.Spawn(&j.Task)
		if !during {
			until(t, "it does not wait", j.IsIdle)
			j.Cancel()
		}
		within(t, begun, "it is not dropped")
		s.scanUntilLong()
		require.EqualValues(t, 1, s.Metrics().Rescues)
		other := newJob(nil)
		s.Spawn(&other.Task)
		require.Equal(t, Returned, join(t, other))
		close(release)
		require.Equal(t, Cancelled, join(t, j))
	}
}

// TestAPollThatHasLeftItsCoreIsNotLong: BlockInPlace is how one says that one blocks.
func TestAPollThatHasLeftItsCoreIsNotLong(t *testing.T) {
	s := dogged(t, 1, watching(nil))
	poll, begun, release := blocks()
	j := newJob(func(cx *future.Context) bool {
		workerOf(cx).LeaveCore()
		return poll(cx)
	})
	s.Spawn(&j.Task)
	within(t, begun, "it does not run")
	for range 3 * scansPerLimit {
		s.watchdog.scan()
	}
	require.Zero(t, s.Metrics().LongPolls)
	require.Equal(t, 1, s.Metrics().Shells)
	close(release)
	join(t, j)
}

// TestTheWatchdogSleepsWhileAllWorkersDo, and wakes with them.
func TestTheWatchdogSleepsWhileAllWorkersDo(t *testing.T) {
	reports := make(chan LongPoll, 1)
	s := dogged(t, 2, &Watch{Limit: 4 * time.Millisecond, Report: func(p LongPoll) { reports <- p }})
	for range 3 {
		until(t, "it does not doze", s.watchdog.dozing.Load)
		j, release := blocked(t, s, true)
		require.Equal(t, j.ID(), within(t, reports, "it has not woken").Task.ID)
		close(release)
		join(t, j)
	}
}

// TestNoWorkerIsRescuedUnlessThatIsAskedFor, and can be done.
func TestNoWorkerIsRescuedUnlessThatIsAskedFor(t *testing.T) {
	for name, watch := range map[string]*Watch{
		"no shells": {Limit: time.Hour, Fence: membarrier.Fence},
		"no fence":  {Limit: time.Hour, MaxShells: 512},
	} {
		t.Run(name, func(t *testing.T) {
			s := dogged(t, 1, watch)
			w := s.at(0)
			j, release := blocked(t, s, true)
			s.scanUntilLong()
			metrics, now := s.Metrics(), s.at(0)
			close(release)
			join(t, j)
			require.EqualValues(t, 1, metrics.LongPolls)
			require.Zero(t, metrics.Rescues)
			require.Same(t, w, now)
		})
	}
}

// TestNoWorkerIsRescuedBeyondTheBound, until a shell has ended.
func TestNoWorkerIsRescuedBeyondTheBound(t *testing.T) {
	watch := watching(nil)
	watch.MaxShells = 2
	s := dogged(t, 1, watch)
	var jobs []*job
	var releases []chan struct{}
	for range 3 {
		j, release := blocked(t, s, true)
		s.scanUntilLong()
		jobs, releases = append(jobs, j), append(releases, release)
	}
	require.EqualValues(t, 2, s.Metrics().Rescues)
	require.EqualValues(t, 3, s.Metrics().LongPolls)
	require.Equal(t, 2, s.Metrics().Shells)
	var ran atomic.Bool
	other := newJob(func(*future.Context) bool { ran.Store(true); return true })
	s.Spawn(&other.Task)
	s.scanUntilLong()
	require.False(t, ran.Load())
	close(releases[0])
	join(t, jobs[0])
	until(t, "a shell is left", func() bool { return s.Metrics().Shells == 1 })
	s.scanUntilLong()
	require.Equal(t, Returned, join(t, other))
	require.EqualValues(t, 3, s.Metrics().Rescues)
	close(releases[1])
	close(releases[2])
}

// TestTheWatchdogDoesNotSleepWhileAWorkerIsAwake: nobody would wake it when that begins a long poll.
func TestTheWatchdogDoesNotSleepWhileAWorkerIsAwake(t *testing.T) {
	s := stopped(t, 2, Env{Watch: watching(nil)})
	s.idle.sleep(0, false, func() bool { return false })
	woken := make(chan struct{})
	go func() { // ends at once, or with the test's failure
		defer close(woken)
		s.watchdog.doze()
	}()
	within(t, woken, "it sleeps")
}
