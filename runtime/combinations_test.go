package runtime_test

import (
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// moment is a point in the life of a task at which something is done to its handle.
type moment int

const (
	notAtAll moment = iota
	atOnce
	afterItsFirstPoll
	afterItsEnd
	afterItsResultWasTaken
	moments
)

// combination is one life of a task.
type combination struct {
	pinned    bool
	panics    bool   // in its last poll
	dropFails bool   // its Drop panics
	watched   bool   // another task has polled the handle, and ended
	abort     moment // when it is cancelled
	how       int    // by Abort, by an AbortHandle, or by Drop
	detach    moment // when the handle is given up as tokio's drop does
}

// tokio: src/runtime/tests/task_combinations.rs test_combinations: however a task ends, and whenever its handle is polled, aborted or given up, it ends as it must
// tokio: tokio-util/tests/spawn_pinned.rs task_panic_propagates: also a pinned task, whose panic its handle returns
// tokio: tokio-util/tests/spawn_pinned.rs task_cancellation_propagates: and whose end its handle tells
// tokio: tokio-util/tests/spawn_pinned.rs callback_panic_does_not_kill_worker: while the worker goes on with the next
// covers: F39 F40 F41 F43 F44 F46
func TestEachCombinationOfEndAbortAndDetachEndsAsItMust(t *testing.T) {
	for _, workers := range []int{1, 2} {
		rt := open(t, runtime.Config{Workers: workers})
		for _, pinned := range []bool{false, true} {
			for bits := range 8 {
				for abort := range moments {
					for how := range 3 {
						for detach := range moments {
							c := combination{
								pinned: pinned, panics: bits&1 != 0, dropFails: bits&2 != 0, watched: bits&4 != 0,
								abort: abort, how: how, detach: detach,
							}
							runCombination(t, rt, c)
						}
					}
				}
			}
		}
	}
}

func runCombination(t *testing.T, rt *runtime.Runtime, c combination) {
	t.Helper()
	what := fmt.Sprintf("%+v", c)
	var release gate
	yielded := false
	p := newProbe()
	p.onPoll = func(cx *future.Context) (int, bool, error) {
		if _, ready, _ := release.Poll(cx); !ready {
			return 0, false, nil
		}
		if !yielded {
			yielded = true
			cx.Again()
			return 0, false, nil
		}
		if c.panics {
			panic("run")
		}
		return 7, true, nil
	}
	p.onDrop = func(*future.Context) {
		if c.dropFails {
			panic("drop")
		}
	}
	on := runtime.Spawner(rt)
	if c.pinned {
		on = runtime.PinnedTo(rt, 0)
	}
	h := runtime.Spawn(on, p)
	abort := h.AbortHandle()
	at := func(m moment) {
		if c.detach == m {
			h.Detach()
		}
		if c.abort == m {
			[]func(){h.Abort, abort.Abort, func() { h.Drop(nil) }}[c.how]()
		}
	}

	at(atOnce)
	cancelled := c.abort == atOnce || c.abort == afterItsFirstPoll
	if c.abort != atOnce {
		receive(t, p.polled)
	}
	at(afterItsFirstPoll)
	if c.watched {
		must(t, rt, func(cx *future.Context) {
			_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
				if !cancelled {
					_, ready, _ := h.Poll(cx)
					require.False(t, ready, what)
				}
				return none{}, true, nil
			}))
			require.NoError(t, err)
		})
	}
	release.open()
	waitFor(t, h)
	at(afterItsEnd)
	value, err := result(t, h)
	at(afterItsResultWasTaken)
	_, again := result(t, h)
	require.ErrorIs(t, again, runtime.ErrConsumed, what)
	require.True(t, abort.IsFinished(), what)

	outcome, drops := runtime.Returned, 0
	switch {
	case cancelled && c.dropFails:
		requirePanic(t, err, "drop")
		outcome, drops = runtime.Panicked, 1
	case cancelled:
		requireCancelled(t, err)
		outcome, drops = runtime.Cancelled, 1
	case c.panics: // the first panic is the one that is told
		requirePanic(t, err, "run")
		outcome, drops = runtime.Panicked, 1
	default:
		require.NoError(t, err, what)
		require.Equal(t, 7, value, what)
	}
	require.Equal(t, outcome, h.Outcome(), what)
	require.EqualValues(t, drops, p.drops.Load(), what)
	require.False(t, p.overlap.Load(), what)
}

// A wait in a deferred call of an aborted body ends at once; so does a range over results that are still to come.
func TestARangeOverResultsEndsWhileTheBodyUnwinds(t *testing.T) {
	for name, all := range map[string]func(cx *future.Context, never future.Future[int]) iter.Seq2[int, error]{
		"Set": func(cx *future.Context, never future.Future[int]) iter.Seq2[int, error] {
			var s future.Set[int]
			s.Add(future.Ready(1))
			s.Add(never)
			return s.All(cx)
		},
		"Ordered": func(cx *future.Context, never future.Future[int]) iter.Seq2[int, error] {
			var o future.Ordered[int]
			o.Add(future.Ready(1))
			o.Add(never)
			return o.All(cx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			rt := open(t, runtime.Config{Workers: 1})
			began, errs := make(chan none), make(chan error, 10)
			owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
				defer func() {
					for _, err := range all(cx, newProbe()) {
						errs <- err
						if len(errs) > 5 {
							return
						}
					}
				}()
				close(began)
				return none{}, never(cx)
			})
			receive(t, began)
			owner.Abort()
			_, err := result(t, owner)
			requireCancelled(t, err)
			require.NoError(t, receive(t, errs))
			require.ErrorIs(t, receive(t, errs), future.ErrCancelled)
			require.Empty(t, errs)
		})
	}
}
