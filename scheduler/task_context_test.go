package scheduler

import (
	"context"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// Who makes the context and who aborts the task, or ends it, may do so at the same moment: a context that misses that never ends.
func TestATasksContextMissesNoEnd(t *testing.T) {
	s := stopped(t, 1, Env{})
	rounds := scale(40_000)
	for name, end := range map[string]func(task *Task){
		"abort": (*Task).Cancel,
		"end":   func(task *Task) { s.RunOutside(task, new(future.Context)) },
	} {
		t.Run(name, func(t *testing.T) {
			tasks := make([]*job, rounds)
			for i := range tasks {
				tasks[i] = newJob(func(*future.Context) bool { return true })
			}
			var turn [2]atomic.Int64
			meet := func(me, round int) { // so that both go on at the same time
				turn[me].Store(int64(round))
				for turn[1-me].Load() < int64(round) {
					goruntime.Gosched()
				}
			}
			var ending sync.WaitGroup
			ending.Go(func() {
				for i := range tasks {
					meet(0, i)
					end(&tasks[i].Task)
				}
			})
			contexts := make([]context.Context, rounds)
			for i := range tasks {
				meet(1, i)
				contexts[i] = tasks[i].Context()
			}
			ending.Wait()
			for i, ctx := range contexts {
				require.Error(t, ctx.Err(), "round %d", i)
			}
		})
	}
}

func TestATasksContextIsOneForAll(t *testing.T) {
	s := stopped(t, 1, Env{})
	for range scale(20_000) {
		task := newJob(nil)
		var made [2]context.Context
		var ready atomic.Int32
		var makers sync.WaitGroup
		for i := range made {
			makers.Go(func() {
				for ready.Add(1); ready.Load() < int32(len(made)); {
					goruntime.Gosched()
				}
				made[i] = task.Context()
			})
		}
		makers.Wait()
		require.True(t, made[0] == made[1], "two contexts")
		s.RunOutside(&task.Task, new(future.Context))
		require.Error(t, made[0].Err())
	}
}

// What asks a LazyContext meets its release, and the end of the task.
func TestALazyContextMissesNoEnd(t *testing.T) {
	s := stopped(t, 1, Env{})
	for i := range scale(20_000) {
		lazy := make(chan *LazyContext, 1)
		task := newJob(nil)
		task.poll = func(*future.Context) bool {
			c := bound(&task.Task)
			defer c.Release()
			lazy <- c
			return true
		}
		done := make(chan (<-chan struct{}))
		go func() { done <- (<-lazy).Done() }()
		if i%2 == 0 {
			go task.Cancel()
		}
		s.RunOutside(&task.Task, new(future.Context))
		if task.polls == 0 { // it was aborted before
			lazy <- bound(&task.Task)
		}
		within(t, <-done, "the end")
	}
}

func TestAReleasedContextKnowsHowItsTaskHasEnded(t *testing.T) {
	s := stopped(t, 1, Env{})
	for _, asked := range []bool{false, true} {
		for _, aborted := range []bool{false, true} {
			task := newJob(nil)
			c := bound(&task.Task)
			var done <-chan struct{}
			if asked {
				done = c.Done()
			}
			want := ErrEnded
			task.poll = func(*future.Context) bool {
				if aborted {
					want = future.ErrCancelled
					task.Cancel()
				}
				c.Release()
				return true
			}
			s.RunOutside(&task.Task, new(future.Context))
			require.Equal(t, context.Canceled, c.Err())
			require.Equal(t, want, context.Cause(c))
			if asked {
				require.Equal(t, done, c.Done(), "the same each time")
			}
		}
	}
}

// bound returns the LazyContext of task.
func bound(task *Task) *LazyContext {
	c := new(LazyContext)
	c.Bind(task)
	return c
}
