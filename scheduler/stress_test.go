package scheduler

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
)

// TestAMillionTasksEndOnceEach: tasks spawn tasks, on four workers with more of Go's processors than cores, which yield, wake
// themselves or their neighbour, or end at once, and are stolen.
func TestAMillionTasksEndOnceEach(t *testing.T) {
	procs(t, 8)
	n := scale(1_000_000)
	const spawners, batch = 50, 250
	s := start(t, 4, Env{DetachOrphans: true})
	var ended, doubles atomic.Int64
	var random shared
	all := make(chan struct{})
	share := n / spawners
	kid := func() *job {
		j := newJob(nil)
		kind := random.below(4)
		var running atomic.Bool
		j.poll = func(cx *future.Context) bool {
			if running.Swap(true) {
				doubles.Add(1)
			}
			defer running.Store(false)
			if j.polls == 1 && kind > 1 {
				if kind == 2 {
					cx.Again()
				} else {
					cx.Waker().Wake()
				}
				return false
			}
			if ended.Add(1) == int64(share*spawners) {
				close(all)
			}
			return true
		}
		return j
	}
	for range spawners {
		left := share
		root := newJob(func(cx *future.Context) bool {
			for range min(batch, left) {
				spawn(cx, kid())
				left--
			}
			cx.Again()
			return left == 0
		})
		s.Spawn(&root.Task)
	}
	within(t, all, "tasks are lost")
	drained := s.Drain()
	within(t, drained, "the counts do not match")
	require.EqualValues(t, share*spawners, ended.Load(), "each ends once")
	require.Zero(t, doubles.Load(), "a task is polled by one worker at a time")
	m := s.Metrics()
	require.EqualValues(t, share*spawners+spawners, m.Completed)
	require.NotZero(t, m.Steals)
}

// TestWakesFromManyGoroutinesAreAllSeen: 64 goroutines, each in a dialogue with a task: they hand a ball back and forth.
// A wake that is lost stops the dialogue.
//
// tokio: L8 src/runtime/tests/loom_multi_thread.rs multi_gated: tasks that are woken by threads, again and again, miss no wake
func TestWakesFromManyGoroutinesAreAllSeen(t *testing.T) {
	procs(t, 8)
	const goroutines = 64
	rounds := int64(scale(1_000))
	s := start(t, 4, Env{})
	var wg sync.WaitGroup
	done := make(chan struct{})
	for i := range goroutines {
		var ball atomic.Int64 // odd: the task has it
		var slot [2]atomic.Int64
		back := make(chan struct{}, 1)
		j := newJob(nil)
		j.poll = func(cx *future.Context) bool {
			if ball.Load()%2 == 0 {
				if i%3 == 0 {
					cx.Again() // asks all the time
				}
				return false
			}
			slot[1].Add(1)
			ball.Add(1)
			back <- struct{}{}
			return ball.Load() >= 2*rounds
		}
		s.Spawn(&j.Task)
		wg.Go(func() { // ends after its rounds
			for range rounds {
				ball.Add(1)
				for range i % 4 {
					j.Waker().Wake()
				}
				j.Waker().Wake()
				<-back
			}
		})
	}
	go func() { // ends with the dialogues
		wg.Wait()
		close(done)
	}()
	within(t, done, "a wake is lost")
	within(t, s.Drain(), "a task has not ended")
}

// TestAbortRacesWithCompletion: a task either returns and is not dropped, or is dropped once and is cancelled.
func TestAbortRacesWithCompletion(t *testing.T) {
	procs(t, 8)
	n := scale(20_000)
	s := start(t, 4, Env{})
	var outcomes [4]int
	for i := range n {
		var polled, drops atomic.Int32
		j := newJob(nil)
		j.poll = func(cx *future.Context) bool {
			if drops.Load() != 0 {
				t.Error("polled after its drop")
			}
			polled.Add(1)
			cx.Again()
			return j.polls > i%3
		}
		j.drop = func(*future.Context) { drops.Add(1) }
		var wg sync.WaitGroup
		s.Spawn(&j.Task)
		for k := range 2 {
			wg.Go(func() { // ends at once
				for range (i + k) % 5 {
					goruntime.Gosched()
				}
				j.Cancel()
				j.Waker().Wake()
			})
		}
		outcome := join(t, j)
		outcomes[outcome]++
		require.EqualValues(t, drops.Load(), map[Outcome]int{Returned: 0, Cancelled: 1}[outcome])
		wg.Wait()
		require.Equal(t, outcome, j.Outcome(), "an outcome does not change")
	}
	require.NotZero(t, outcomes[Returned])
	require.NotZero(t, outcomes[Cancelled])
	require.Zero(t, outcomes[Panicked])
}

// TestStormsOfLeaveCoreAndGoexit: workers are replaced all the time, and no task is lost.
func TestStormsOfLeaveCoreAndGoexit(t *testing.T) {
	procs(t, 8)
	n := scale(4_000)
	s := start(t, 3, Env{DetachOrphans: true})
	var ended, exited atomic.Int64
	var wg sync.WaitGroup
	var kids sync.WaitGroup
	for g := range 4 {
		wg.Go(func() { // ends when its tasks have ended
			for i := range n / 4 {
				j := newJob(nil)
				j.poll = func(cx *future.Context) bool {
					kids.Add(1)
					spawn(cx, newJob(func(*future.Context) bool { kids.Done(); return true }))
					switch (i + g + j.polls) % 4 {
					case 0:
						workerOf(cx).LeaveCore()
						goruntime.Gosched()
					case 1:
						if j.polls > 2 {
							exited.Add(1)
							goruntime.Goexit()
						}
					}
					cx.Again()
					if j.polls == 5 {
						ended.Add(1)
						return true
					}
					return false
				}
				s.Spawn(&j.Task)
				join(t, j)
			}
		})
	}
	wg.Wait()
	kids.Wait()
	require.EqualValues(t, n/4*4, ended.Load()+exited.Load())
	require.NotZero(t, exited.Load())
	within(t, s.Drain(), "the counts do not match")
}

// TestATaskThatSpawnsMillionsOfChildrenKeepsFewOfThem: what it knows of them does not grow. A million where races are
// checked, unless -full is given; ten million else.
func TestATaskThatSpawnsMillionsOfChildrenKeepsFewOfThem(t *testing.T) {
	procs(t, 4)
	n := int64(scale(10_000_000))
	if invariant.Enabled && !*full {
		n = 1_000_000
	}
	const batch, ahead = 1000, 10
	s := start(t, 2, Env{})
	var ended atomic.Int64
	spawned, most := int64(0), 0
	root := newJob(nil)
	root.poll = func(cx *future.Context) bool {
		if x := root.extra.Load(); x != nil {
			most = max(most, len(x.children.list))
		}
		cx.Again()
		if spawned == n {
			return ended.Load() == n
		}
		if spawned-ended.Load() > ahead*batch { // let them catch up
			return false
		}
		for range batch {
			child := &counter{n: &ended}
			child.Prepare(child)
			if !workerOf(cx).Spawn(&child.Task, true) {
				t.Error("refused")
			}
		}
		spawned += batch
		return false
	}
	s.Spawn(&root.Task)
	require.Equal(t, Returned, join(t, root))
	require.LessOrEqual(t, most, 2*(ahead+2)*batch+minSweep, "twice those that live, and a few")
	allSleep(t, s)
	known := 0
	for i := range s.slots {
		known += len(s.at(i).core.live.list)
	}
	require.LessOrEqual(t, known, 3*minSweep)
}

// counter is a task that counts itself.
type counter struct {
	Task
	n *atomic.Int64
}

func (c *counter) PollTask(*future.Context) bool { c.n.Add(1); return true }
func (c *counter) DropTask(*future.Context)      {}
