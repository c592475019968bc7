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
		"end":   s.RunOutside,
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
