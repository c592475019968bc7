package runtime_test

import (
	"context"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// tokio: tokio-util/tests/task_tracker.rs open_close: closed and open are told, and repeated calls do nothing
// covers: F62
func TestATrackerIsOpenOrClosed(t *testing.T) {
	var tr runtime.TaskTracker
	check := func(closed bool) {
		t.Helper()
		require.Equal(t, closed, tr.IsClosed())
		require.True(t, tr.IsEmpty())
		require.Zero(t, tr.Len())
	}
	check(false)
	require.True(t, tr.Close(nil))
	check(true)
	require.True(t, tr.Reopen())
	check(false)
	require.False(t, tr.Reopen())
	check(false)
	require.True(t, tr.Close(nil))
	require.False(t, tr.Close(nil))
	check(true)
}

// tokio: tokio-util/tests/task_tracker.rs token_len: each token counts until it is given back
func TestATokenCountsUntilItIsClosed(t *testing.T) {
	var tr runtime.TaskTracker
	var tokens []*runtime.TrackerToken
	for i := range 10 {
		require.Equal(t, i, tr.Len())
		tokens = append(tokens, tr.Token())
	}
	require.False(t, tr.IsEmpty())
	for i, k := range tokens {
		require.Same(t, &tr, k.Tracker())
		k.Close(nil)
		k.Close(nil)
		require.Equal(t, 9-i, tr.Len())
	}
}

// tokio: tokio-util/tests/task_tracker.rs notify_immediately: a tracker that is closed and empty keeps nobody waiting
// tokio: tokio-util/tests/task_tracker.rs notify_immediately_on_reopen: nor who has begun to wait before it was reopened
// tokio: tokio-util/tests/task_tracker.rs notify_on_close: closing an empty one ends the wait
// tokio: tokio-util/tests/task_tracker.rs notify_on_close_reopen: even if it is reopened at once
// tokio: tokio-util/tests/task_tracker.rs notify_on_last_task: so does the last end in a closed one
// tokio: tokio-util/tests/task_tracker.rs notify_on_last_task_respawn: even if something new is tracked at once
// tokio: tokio-util/tests/task_tracker.rs no_notify_on_respawn_if_open: but not in an open one
func TestAWaitEndsWhenTheTrackerIsClosedAndEmpty(t *testing.T) {
	for name, steps := range map[string]func(tr *runtime.TaskTracker, polls func(ready bool)){
		"closed before": func(tr *runtime.TaskTracker, polls func(bool)) { polls(true) },
		"reopened before the first poll": func(tr *runtime.TaskTracker, polls func(bool)) {
			tr.Reopen()
			polls(true)
		},
		"open, close": func(tr *runtime.TaskTracker, polls func(bool)) {
			polls(false)
			tr.Close(nil)
			polls(true)
		},
		"open, close, reopen": func(tr *runtime.TaskTracker, polls func(bool)) {
			polls(false)
			tr.Close(nil)
			tr.Reopen()
			polls(true)
		},
		"token": func(tr *runtime.TaskTracker, polls func(bool)) {
			polls(false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var tr runtime.TaskTracker
			switch name {
			case "closed before", "reopened before the first poll":
				tr.Close(nil)
			case "token":
				tr.Close(nil)
				tr.Token()
			}
			wait := tr.Waiting()
			h := newHand()
			steps(&tr, func(ready bool) {
				t.Helper()
				require.Equal(t, ready, isReady(h, wait))
			})
		})
	}
	for _, respawn := range []bool{false, true} {
		var tr runtime.TaskTracker
		tr.Close(nil)
		token := tr.Token()
		wait, h := tr.Waiting(), newHand()
		require.False(t, isReady(h, wait))
		token.Close(nil)
		if respawn {
			tr.Token()
		}
		require.Equal(t, 1, h.wakes())
		require.True(t, isReady(h, wait))
	}
	var tr runtime.TaskTracker
	token := tr.Token()
	wait, h := tr.Waiting(), newHand()
	require.False(t, isReady(h, wait))
	token.Close(nil)
	tr.Token()
	require.False(t, isReady(h, wait))
	require.Zero(t, h.wakes())
}

// tokio: tokio-util/tests/task_tracker.rs close_during_exit: closing at any moment among the ends, the wait ends with the last of both
func TestCloseMayComeAtAnyMoment(t *testing.T) {
	const tokens = 5
	for closing := range tokens + 1 {
		var tr runtime.TaskTracker
		var open []*runtime.TrackerToken
		for range tokens {
			open = append(open, tr.Token())
		}
		wait, h := tr.Waiting(), newHand()
		for i, k := range open {
			require.False(t, isReady(h, wait))
			if i == closing {
				tr.Close(nil)
				require.False(t, isReady(h, wait))
			}
			k.Close(nil)
		}
		if closing == tokens {
			require.False(t, isReady(h, wait))
			tr.Close(nil)
		}
		require.True(t, isReady(h, wait))
	}
}

// tokio: tokio-util/tests/task_tracker.rs notify_many: all who wait are woken
func TestAllWaitersOfATrackerAreWoken(t *testing.T) {
	for _, n := range []int{1, 10, 31, 32, 33, 100} {
		var tr runtime.TaskTracker
		var waits []*runtime.TrackerWaiting
		var hands []*hand
		for range n {
			waits, hands = append(waits, tr.Waiting()), append(hands, newHand())
		}
		for i, w := range waits {
			require.False(t, isReady(hands[i], w))
		}
		waits[0].Drop(nil) // leaves
		waits[0].Drop(nil)
		tr.Close(nil)
		require.Zero(t, hands[0].wakes())
		for i, w := range waits[1:] {
			require.Equal(t, 1, hands[1+i].wakes())
			require.True(t, isReady(hands[1+i], w))
		}
	}
}

// tokio: tokio-util/tests/task_tracker.rs spawn spawn_then_close: spawned tasks are tracked until they have ended, however they were spawned
// tokio: tokio-util/tests/task_tracker.rs spawn_local spawn_after_close: a closed tracker tracks what is spawned
func TestATrackerTracksWhatIsSpawned(t *testing.T) {
	for _, closeFirst := range []bool{false, true} {
		rt := open(t, runtime.Config{Workers: 2})
		var tr runtime.TaskTracker
		must(t, rt, func(cx *future.Context) {
			var release gate
			if closeFirst {
				tr.Close(cx)
			}
			on := tr.On(cx)
			runtime.Go(on, returning(1))
			runtime.Go(on, func(*future.Context) (int, error) { panic("boom") })
			runtime.Spawn(tr.On(rt), newProbe()).Abort()
			runtime.SpawnValue(runtime.Named(on, "counter"), &counter{n: 3})
			runtime.SpawnBlocking(on, func(context.Context) (int, error) { return 1, nil })
			last := runtime.Go(on, func(cx *future.Context) (int, error) { return 1, release.pass(cx) })
			require.False(t, tr.IsEmpty())
			require.Equal(t, !closeFirst, tr.Close(cx))
			waiter := runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, tr.Wait(cx) })
			require.NoError(t, future.Yield(cx))
			require.False(t, waiter.IsFinished())
			release.open()
			_, err := waiter.Await(cx)
			require.NoError(t, err)
			require.True(t, tr.IsEmpty())
			_, err = last.Await(cx)
			require.NoError(t, err)
		})
	}
}

func TestARefusedTaskIsTrackedNoMore(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	require.NoError(t, rt.Close())
	var tr runtime.TaskTracker
	p := newProbe()
	p.onDrop = func(*future.Context) { panic("in Drop") }
	runtime.Spawn(tr.On(rt), p)
	runtime.SpawnBlocking(tr.On(rt), func(context.Context) (int, error) { return 1, nil })
	runtime.Go[int](tr.On(rt), nil)
	runtime.Go(tr.On(nil), returning(1))
	require.Zero(t, tr.Len())
	p.requireDroppedOnce(t)
}

func TestATrackedFutureCountsUntilItIsReadyOrDropped(t *testing.T) {
	var tr runtime.TaskTracker
	h := newHand()
	ready := runtime.Track(&tr, future.Func(func(*future.Context) (int, bool, error) { return 1, true, nil }))
	p := newProbe()
	dropped := runtime.Track[int](&tr, p)
	require.Nil(t, runtime.Track[int](&tr, nil))
	require.Equal(t, 2, tr.Len())
	require.True(t, isReady(h, ready))
	require.Equal(t, 1, tr.Len())
	require.False(t, isReady(h, dropped))
	future.Drop(&h.cx, dropped)
	require.Zero(t, tr.Len())
	p.requireDroppedOnce(t)
}

// tokio: tokio-util/tests/task_tracker.rs spawn_local_on spawn_then_drop: giving up the tracker ends no task
func TestATrackerOwnsNothing(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p := newProbe()
	func() {
		var tr runtime.TaskTracker
		runtime.Spawn(tr.On(rt), p)
	}()
	receive(t, p.polled)
	goruntime.GC()
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.False(t, done(p.dropped))
}

func TestWaitBlockingEndsWithItsContext(t *testing.T) {
	var tr runtime.TaskTracker
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOwn)
	require.Equal(t, errOwn, tr.WaitBlocking(ctx))
	rt := open(t, runtime.Config{Workers: 1})
	var release gate
	runtime.Go(tr.On(rt), func(cx *future.Context) (int, error) { return 1, release.pass(cx) })
	tr.Close(nil)
	go release.open() // ends at once
	require.NoError(t, tr.WaitBlocking(t.Context()))
}

func TestATrackerKeepsNoMemoryOfWhatHasEnded(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var tr runtime.TaskTracker
	run := func(n int) {
		for range n {
			_, err := runtime.Go(tr.On(rt), returning(1)).Wait(t.Context())
			require.NoError(t, err)
		}
	}
	run(100)
	before := liveHeap()
	run(20_000)
	require.Less(t, liveHeap()-before, int64(256<<10))
	goruntime.KeepAlive(&tr)
}

func liveHeap() int64 {
	var m goruntime.MemStats
	goruntime.GC()
	goruntime.GC()
	goruntime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// closing is a state machine that holds its tracker by value: it closes it and waits for the task that it tracks.
type closing struct {
	tracker runtime.TaskTracker
	waiter  runtime.TrackerWaiter
	begun   bool
}

func (c *closing) Poll(cx *future.Context) (none, bool, error) {
	if !c.begun {
		c.begun = true
		runtime.Go(c.tracker.On(runtime.Of(cx)), returning(1))
		c.tracker.Close(cx)
	}
	return c.tracker.PollWait(cx, &c.waiter)
}

// The waiter may see the end, and its memory be cleared, while the last task is on its way to wake it. The race detector watches.
func TestATrackerThatIsHeldByValueMayEndWithItsWaiter(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	rounds := 3000
	if testing.Short() {
		rounds = 1000
	}
	for range rounds {
		_, err := result(t, runtime.SpawnValue(rt, &closing{}))
		require.NoError(t, err)
	}
}

// Tokens are taken and given back, and the tracker closed, by several goroutines: each wait ends.
func TestNoWaitOfATrackerIsLost(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 4})
	rounds := 2000
	if testing.Short() {
		rounds = 300
	}
	for range rounds {
		var tr runtime.TaskTracker
		token := tr.Token()
		waiters := []*runtime.JoinHandle[none]{}
		for range 3 {
			waiters = append(waiters, runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, tr.Wait(cx) }))
		}
		closer := runtime.Go(rt, func(cx *future.Context) (none, error) { tr.Close(cx); return none{}, nil })
		token.Close(nil)
		for _, w := range append(waiters, closer) {
			_, err := result(t, w)
			require.NoError(t, err)
		}
	}
}
