package runtime_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
)

// A state machine that SpawnValue has moved into its task's cell is cleared there, plainly, when it is ready. What it holds by
// value must not be touched by others after that: the race detector sees it.

// short returns how often a test repeats what it looks for.
func short() int {
	if testing.Short() || invariant.Enabled {
		return 100
	}
	return 500
}

// joining holds its set by value. It never waits, so that nothing but what it takes out orders it after a member's end.
type joining struct {
	set    runtime.JoinSet[int]
	giveUp bool
	left   int
}

func (j *joining) Poll(cx *future.Context) (none, bool, error) {
	for range j.left {
		j.set.SpawnBlocking(cx, func(context.Context) (int, error) { return 0, nil })
	}
	j.left = 0
	for !j.set.IsEmpty() {
		if _, ok := j.set.TryJoinNext(); ok && j.giveUp {
			j.set.Close(cx) // others are ending at this moment
		} else if !ok {
			cx.Again()
			return none{}, false, nil
		}
	}
	return none{}, true, nil
}

func TestASetMayBeClearedWhenItIsEmpty(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for i := range short() {
		_, err := result(t, runtime.SpawnValue(rt, &joining{left: 4, giveUp: i%2 == 0}))
		require.NoError(t, err)
	}
}

// keyed is joining for a map, and waits.
type keyed struct{ m runtime.JoinMap[int, int] }

func (k *keyed) Poll(cx *future.Context) (sum int, ready bool, err error) {
	for {
		j, ready, err := k.m.PollJoinNext(cx)
		if !ready || err != nil {
			return 0, ready, nil
		}
		if j.Err != nil {
			return 0, true, j.Err
		}
	}
}

func TestASetAndAMapMayBeMovedWithTheirTasks(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var first, second gate
	waiting := func(g *gate) func(cx *future.Context) (int, error) {
		return func(cx *future.Context) (int, error) { return 0, g.pass(cx) }
	}
	k, j := &keyed{}, &joining{}
	k.m.Go(rt, 1, waiting(&first))
	j.set.Go(rt, waiting(&second))
	mapped, joined := runtime.SpawnValue(rt, k), runtime.SpawnValue(rt, j)
	first.open()
	_, err := result(t, mapped)
	require.NoError(t, err)
	second.open()
	_, err = result(t, joined)
	require.NoError(t, err)
}

// tracking holds its tracker by value, and may let go of it when PollWait is ready.
type tracking struct {
	tracker runtime.TaskTracker
	waiter  runtime.TrackerWaiter
	left    int
}

func (k *tracking) Poll(cx *future.Context) (none, bool, error) {
	for range k.left {
		runtime.SpawnBlocking(k.tracker.On(cx), func(context.Context) (int, error) { return 0, nil })
	}
	k.left = 0
	k.tracker.Close(cx)
	for range 1000 {
		if _, ready, err := k.tracker.PollWait(cx, &k.waiter); ready {
			return none{}, true, err
		}
	}
	cx.Again()
	return none{}, false, nil
}

func TestATrackerMayBeClearedWhenTheWaitIsOver(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for range 4 * short() {
		_, err := result(t, runtime.SpawnValue(rt, &tracking{left: 2}))
		require.NoError(t, err)
	}
}
