package runtime

import (
	"context"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/meet"
)

// A task that is ending when it comes into a group may tell its end twice, the second time after it was joined. That must not be
// taken for the end of the task that has got its place.
func TestAnEndThatIsToldTwiceIsNotTheEndOfAnother(t *testing.T) {
	rt, err := New(Config{Workers: 1, Hooks: Hooks{OnEnd: func(TaskMeta) {
		for range 5 { // between the end, which the group sees, and its being told
			goruntime.Gosched()
		}
	}}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	prepared := func() *blockingCell[int] {
		c := &blockingCell[int]{fn: func(context.Context) (int, error) { return 1, nil }}
		c.task.Init(blockingExecutor)
		c.task.Prepare(c)
		c.belongTo(rt)
		require.True(t, rt.sched.Number(&c.task))
		return c
	}
	var (
		g           group[int, struct{}]
		me          hand
		first, next = prepared(), prepared()
		wrong       int
	)
	meet.Rounds(40_000,
		func(int) {
			g.add(&first.JoinHandle, struct{}{})
			m := g.next()
			for ; m == nil; m = g.next() {
				goruntime.Gosched() // or one processor would be too few
			}
			g.join(m)
			g.add(&next.JoinHandle, struct{}{})
		},
		func(int) { first.run(&me) },
		func(int) {
			if g.next() != nil {
				wrong++
			} else {
				next.run(&me)
				g.join(g.next())
			}
			first, next = prepared(), prepared()
		})
	require.Zero(t, wrong)
	for _, c := range []*blockingCell[int]{first, next} {
		c.run(&me)
	}
}
