package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

var errOwn = errors.New("the task's own error")

// endings are the ways in which a task ends, each after it has spawned a child. abort has the test abort the task.
var endings = []struct {
	name    string
	outcome runtime.Outcome
	abort   bool
	end     func(cx *future.Context) (int, error)
}{
	{"ready", runtime.Returned, false, func(*future.Context) (int, error) { return 1, nil }},
	{"error", runtime.Returned, false, func(*future.Context) (int, error) { return 0, errOwn }},
	{"panic", runtime.Panicked, false, func(*future.Context) (int, error) { panic("boom") }},
	{"Goexit", runtime.Panicked, false, func(*future.Context) (int, error) { goruntime.Goexit(); return 0, nil }},
	{"abort", runtime.Cancelled, true, func(cx *future.Context) (int, error) { return 0, never(cx) }},
}

func TestTheEndOfATaskAbortsItsChildren(t *testing.T) {
	for _, e := range endings {
		for _, workers := range []int{1, 2} {
			t.Run(e.name, func(t *testing.T) {
				rt := open(t, runtime.Config{Workers: workers})
				idle, fresh := newProbe(), newProbe()
				spawned := make(chan [2]*runtime.JoinHandle[int], 1)
				owner := runtime.Go(rt, func(cx *future.Context) (int, error) {
					a := runtime.Spawn(cx, idle)
					for !done(idle.polled) { // a child from an earlier poll of the owner
						if err := future.Yield(cx); err != nil {
							return 0, err
						}
					}
					spawned <- [2]*runtime.JoinHandle[int]{a, runtime.Spawn(cx, fresh)} // and one from its last
					return e.end(cx)
				})
				children := receive(t, spawned)
				if e.abort {
					receive(t, fresh.polled)
					owner.Abort()
				}
				result(t, owner) // its error is the ending's
				require.Equal(t, e.outcome, owner.Outcome())
				for i, p := range []*probe{idle, fresh} {
					_, err := result(t, children[i])
					requireCancelled(t, err)
					require.Equal(t, runtime.Cancelled, children[i].Outcome())
					p.requireDroppedOnce(t)
				}
			})
		}
	}
}

// done reports whether ch is closed.
func done(ch <-chan none) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func TestTheOwnersEndAbortsAChildThatAnotherTaskAwaits(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	child := newProbe()
	handle := make(chan *runtime.JoinHandle[int], 1)
	var end gate
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		handle <- runtime.Spawn(cx, child)
		return none{}, end.pass(cx)
	})
	h := receive(t, handle)
	waits := make(chan none)
	awaiter := runtime.Go(rt, func(cx *future.Context) (int, error) {
		close(waits)
		return h.Await(cx)
	})
	receive(t, waits)
	end.open()
	_, err := result(t, owner)
	require.NoError(t, err)
	_, err = result(t, awaiter)
	require.Equal(t, h.ID(), requireCancelled(t, err).ID())
	require.Equal(t, runtime.Returned, awaiter.Outcome())
}

func TestAwaitingDoesNotChangeTheOwner(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	child := newProbe()
	var release gate
	child.onPoll = func(cx *future.Context) (int, bool, error) {
		_, ready, err := release.Poll(cx)
		return 7, ready, err
	}
	handle := make(chan *runtime.JoinHandle[int], 1)
	var end gate
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		handle <- runtime.Spawn(cx, child)
		return none{}, end.pass(cx)
	})
	h := receive(t, handle)
	receive(t, child.polled)
	awaiter := runtime.Go(rt, func(cx *future.Context) (int, error) { return h.Await(cx) })
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) }) // the awaiter has been polled
	awaiter.Abort()
	_, err := result(t, awaiter)
	requireCancelled(t, err)
	require.False(t, h.IsFinished(), "the end of who awaits it does not end the child")
	require.EqualValues(t, 0, child.drops.Load())
	end.open()
	result(t, owner)
	_, err = result(t, h)
	requireCancelled(t, err)
}

// tokio: tokio-util/tests/abort_on_drop.rs does_not_abort_after_detach: a task that was detached goes on
// covers: S65
func TestDetachHandsAChildToTheRuntime(t *testing.T) {
	for _, later := range []bool{false, true} { // in the poll that has spawned it, or in a later one
		rt := open(t, runtime.Config{Workers: 2})
		var release gate
		handle := make(chan *runtime.JoinHandle[int], 1)
		owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
			h := runtime.Go(cx, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
			if later {
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
			}
			h.Detach()
			handle <- h
			return none{}, nil
		})
		_, err := result(t, owner)
		require.NoError(t, err)
		h := receive(t, handle)
		must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
		require.False(t, h.IsFinished())
		release.open()
		v, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, 7, v, "the handle stays usable")
	}
}

func TestAChildsAbortIsRequestedBeforeItsOwnersResultIsPublished(t *testing.T) {
	const children = 100 // enough to see them being aborted
	rt := open(t, runtime.Config{Workers: 2})
	for range 50 {
		ends := make(chan context.Context, children)
		owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
			for range children {
				runtime.Go(cx, func(cx *future.Context) (none, error) {
					ends <- cx.Context()
					return none{}, never(cx)
				})
			}
			for len(ends) < children {
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
			}
			return none{}, nil
		})
		for !owner.IsFinished() {
			goruntime.Gosched()
		}
		aborted := 0
		for range children {
			if ctx := <-ends; context.Cause(ctx) == runtime.ErrCancelled {
				aborted++
			}
		}
		require.Equal(t, children, aborted)
		_, err := result(t, owner)
		require.NoError(t, err)
	}
}

func TestTheOwnerDoesNotWaitForItsChildrensEnd(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	unwinding, release := make(chan none), make(chan none)
	handle := make(chan *runtime.JoinHandle[none], 1)
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		var up gate
		handle <- runtime.Go(cx, func(cx *future.Context) (none, error) {
			defer func() {
				close(unwinding)
				<-release
			}()
			up.open()
			return none{}, never(cx)
		})
		return none{}, up.pass(cx)
	})
	_, err := result(t, owner)
	require.NoError(t, err)
	h := receive(t, handle)
	receive(t, unwinding)
	require.False(t, h.IsFinished(), "its deferred call still runs")
	close(release)
	_, err = result(t, h)
	requireCancelled(t, err)
}

func TestGrandchildrenAreAbortedWithTheirOwner(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	grandchild := newProbe()
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		runtime.Go(cx, func(cx *future.Context) (none, error) {
			runtime.Spawn(cx, grandchild)
			return none{}, never(cx)
		})
		return none{}, never(cx)
	})
	receive(t, grandchild.polled)
	owner.Abort()
	receive(t, grandchild.dropped)
	result(t, owner)
	grandchild.requireDroppedOnce(t)
}

// tokio: src/runtime/task/join.rs drop: a task that nobody waits for goes on
func TestATaskSpawnedOnTheRuntimeOutlivesItsSpawner(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var release gate
	var h *runtime.JoinHandle[int]
	must(t, rt, func(cx *future.Context) {
		h = runtime.Go(runtime.Of(cx), func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
	})
	require.False(t, h.IsFinished())
	release.open()
	v, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// tokio: T11 tests/rt_common.rs eagerly_drops_futures_on_shutdown: Close runs the destructor of a future that is never ready
func TestATaskSpawnedOnTheRuntimeEndsWithTheRuntime(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	p := newProbe()
	h := runtime.Spawn(rt, p)
	receive(t, p.polled)
	require.NoError(t, rt.Close())
	require.True(t, h.IsFinished())
	require.Equal(t, runtime.Cancelled, h.Outcome())
	p.requireDroppedOnce(t)
}

func TestDetachOrphansLetsChildrenLiveOn(t *testing.T) {
	for _, e := range endings {
		rt := open(t, runtime.Config{Workers: 2, Orphans: runtime.DetachOrphans})
		var release gate
		handle := make(chan *runtime.JoinHandle[int], 1)
		owner := runtime.Go(rt, func(cx *future.Context) (int, error) {
			handle <- runtime.Go(cx, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
			return e.end(cx)
		})
		h := receive(t, handle)
		if e.abort {
			owner.Abort()
		}
		result(t, owner) // its error is the ending's
		require.Equal(t, e.outcome, owner.Outcome())
		release.open()
		v, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	}
}

// big is a future with a payload that shows whether it is still reachable.
type big struct{ payload *[1 << 10]byte }

func (b *big) Poll(*future.Context) (int, bool, error) { return 1, true, nil }

// bigForever is never ready.
type bigForever struct{ big }

func (b *bigForever) Poll(*future.Context) (int, bool, error) { return 0, false, nil }

func TestAFinishedTaskLetsGoOfItsFutureAtOnce(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for name, spawn := range map[string]func(*big) *runtime.JoinHandle[int]{
		"Spawn":      func(b *big) *runtime.JoinHandle[int] { return runtime.Spawn(rt, b) },
		"SpawnValue": func(b *big) *runtime.JoinHandle[int] { return runtime.SpawnValue(rt, b) },
		"Go": func(b *big) *runtime.JoinHandle[int] {
			return runtime.Go(rt, func(*future.Context) (int, error) { return int(b.payload[0]), nil })
		},
		"SpawnBlocking": func(b *big) *runtime.JoinHandle[int] {
			return runtime.SpawnBlocking(rt, func(context.Context) (int, error) { return int(b.payload[0]), nil })
		},
		"dropped future": func(b *big) *runtime.JoinHandle[int] {
			h := runtime.SpawnValue(rt, &bigForever{*b})
			h.Abort()
			return h
		},
		"dropped body": func(b *big) *runtime.JoinHandle[int] {
			h := runtime.Go(rt, func(cx *future.Context) (int, error) { return int(b.payload[0]), never(cx) })
			h.Abort()
			return h
		},
	} {
		h, payload := func() (*runtime.JoinHandle[int], weak.Pointer[[1 << 10]byte]) {
			b := &big{payload: new([1 << 10]byte)}
			return spawn(b), weak.Make(b.payload)
		}()
		for !h.IsFinished() {
			goruntime.Gosched()
		}
		goruntime.GC()
		goruntime.GC()
		require.Nil(t, payload.Value(), name)
		goruntime.KeepAlive(h)
	}
}

func TestFinishedChildrenOfALivingTaskAreForgotten(t *testing.T) {
	rt := open(t, noLongPolls()) // they stay out of the ring
	const children, live = 5000, 10
	must(t, rt, func(cx *future.Context) {
		for range live {
			runtime.Spawn(cx, forever)
		}
		cells := make([]weak.Pointer[runtime.JoinHandle[int]], 0, children)
		for range children {
			h := runtime.SpawnValue(cx, &big{})
			cells = append(cells, weak.Make(h))
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
		goruntime.GC()
		goruntime.GC()
		kept := 0
		for _, c := range cells {
			if c.Value() != nil {
				kept++
			}
		}
		require.LessOrEqual(t, kept, 2*live+64+1, "2 x live + 64 and the last one") // the last handle is in a register
	})
}

// breeder is a task that spawns children, a hundred at a time, and waits for each.
type breeder struct {
	left    int
	handles []*runtime.JoinHandle[int]
	err     error
}

func (b *breeder) Poll(cx *future.Context) (none, bool, error) {
	for {
		for len(b.handles) > 0 {
			last := len(b.handles) - 1
			_, ready, err := b.handles[last].Poll(cx)
			if !ready {
				return none{}, false, nil
			}
			b.err = errors.Join(b.err, err)
			b.handles = b.handles[:last]
		}
		if b.left <= 0 {
			return none{}, true, b.err
		}
		for range 100 {
			b.handles = append(b.handles, runtime.SpawnValue(cx, &big{}))
		}
		b.left -= 100
	}
}

func TestShortChildrenOfALivingTaskRetainNothing(t *testing.T) {
	children := 10_000_000
	switch {
	case invariant.Enabled:
		children = 300_000 // with the race detector each costs 20 us
	case testing.Short():
		children = 1_000_000
	}
	rt := open(t, runtime.Config{Workers: 2})
	_, err := runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (none, error) {
		b := &breeder{left: 10_000, handles: make([]*runtime.JoinHandle[int], 0, 100)}
		if _, err := future.Await(cx, b); err != nil {
			return none{}, err
		}
		before := heapInUse()
		b.left = children
		if _, err := future.Await(cx, b); err != nil {
			return none{}, err
		}
		require.LessOrEqual(t, heapInUse()-before, int64(1<<20))
		return none{}, nil
	}))
	require.NoError(t, err)
}

func heapInUse() int64 {
	goruntime.GC()
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A task that lives keeps no result of those that were spawned beside it, and have ended, and whose handles are gone.
func TestALivingTaskKeepsNoResultsOfItsSiblings(t *testing.T) {
	rt, _ := openPaused(t, 1)
	must(t, rt, func(cx *future.Context) {
		const tasks = 40
		var results [tasks]weak.Pointer[big]
		for i := range results {
			runtime.Go(runtime.Detached(cx), func(cx *future.Context) (*big, error) {
				if i%4 == 0 {
					return nil, never(cx)
				}
				result := &big{new([1 << 10]byte)}
				results[i] = weak.Make(result)
				return result, nil
			})
		}
		require.NoError(t, timer.Sleep(cx, time.Second)) // the worker sleeps too, and forgets what was in its deque
		goruntime.GC()
		goruntime.GC()
		kept := 0
		for _, r := range results {
			if r.Value() != nil {
				kept++
			}
		}
		require.LessOrEqual(t, kept, 1, "what stays behind in the LIFO slot")
	})
}
