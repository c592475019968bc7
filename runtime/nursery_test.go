package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// scope runs body in a scope of a task of rt.
func scope(t testing.TB, rt *runtime.Runtime, body func(cx *future.Context, n *runtime.Nursery) error) error {
	t.Helper()
	_, err := do(t, rt, func(cx *future.Context) (none, error) {
		return none{}, runtime.Scope(cx, func(n *runtime.Nursery) error { return body(cx, n) })
	})
	return err
}

func TestAScopeWaitsForAllItsChildren(t *testing.T) {
	rt, _ := openPaused(t, 1)
	var ended atomic.Int32
	var handles []*runtime.JoinHandle[int]
	must(t, rt, func(cx *future.Context) {
		err := runtime.Scope(cx, func(n *runtime.Nursery) error {
			for i := range 10 {
				n.Go(cx, func(cx *future.Context) error {
					defer ended.Add(1)
					n.Go(cx, func(cx *future.Context) error { // outlives its spawner
						defer ended.Add(1)
						return timer.Sleep(cx, time.Minute)
					})
					runtime.Go(n.On(cx), func(cx *future.Context) (int, error) {
						defer ended.Add(1)
						return 0, timer.Sleep(cx, time.Minute)
					})
					return timer.Sleep(cx, time.Duration(i)*time.Second)
				})
				handles = append(handles, runtime.ScopeGo(cx, n, sleeping(i)))
			}
			require.Equal(t, 20, n.Len())
			return nil
		})
		require.NoError(t, err)
		require.EqualValues(t, 30, ended.Load())
		for i, h := range handles {
			require.True(t, h.IsFinished())
			v, err := h.Await(cx)
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
	})
}

func TestTheFirstFailureCancelsTheRest(t *testing.T) {
	for _, failing := range []struct {
		name string
		end  func(n *runtime.Nursery) error // of a child
		body error
		want func(err error)
	}{
		{"error", func(*runtime.Nursery) error { return errOwn }, nil, func(err error) { require.Equal(t, errOwn, err) }},
		{"panic", func(*runtime.Nursery) error { panic("boom") }, nil, func(err error) { requirePanic(t, err, "boom") }},
		{"Goexit", func(*runtime.Nursery) error { goruntime.Goexit(); return nil }, nil,
			func(err error) { requirePanic(t, err, runtime.ErrGoexit) }},
		{"body", func(*runtime.Nursery) error { return nil }, errOwn, func(err error) { require.Equal(t, errOwn, err) }},
		{"Cancel", func(n *runtime.Nursery) error { n.Cancel(); return nil }, nil, func(err error) { require.NoError(t, err) }},
	} {
		t.Run(failing.name, func(t *testing.T) {
			rt := open(t, runtime.Config{Workers: 2})
			siblings := []*probe{newProbe(), newProbe(), newProbe()}
			var release gate
			var late *runtime.JoinHandle[int]
			err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
				for _, p := range siblings {
					runtime.Spawn(n.On(cx), p)
				}
				blocking := runtime.SpawnBlocking(n.On(cx), func(ctx context.Context) (int, error) {
					<-ctx.Done()
					return 0, nil
				})
				n.Go(cx, func(cx *future.Context) error {
					if err := release.pass(cx); err != nil {
						return err
					}
					return failing.end(n)
				})
				for _, p := range siblings {
					for !done(p.polled) {
						if err := future.Yield(cx); err != nil {
							return err
						}
					}
				}
				release.open()
				if failing.body != nil {
					return failing.body
				}
				require.NoError(t, n.Cancelled(cx))
				untouched := newProbe()
				late = runtime.Spawn(n.On(cx), untouched) // dropped before its first poll
				_, err := late.Await(cx)
				requireCancelled(t, err)
				require.Zero(t, untouched.polls.Load())
				untouched.requireDroppedOnce(t)
				_, _ = blocking.Await(cx)
				return errors.New("a later failure")
			})
			if failing.name == "Cancel" {
				require.EqualError(t, err, "a later failure") // Cancel is none
			} else {
				failing.want(err)
			}
			for _, p := range siblings {
				p.requireDroppedOnce(t) // the scope has waited for that
			}
		})
	}
}

func TestAChildThatWasAbortedIsNoFailure(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		n.Go(cx, never).Abort()
		other := runtime.ScopeGo(cx, n, func(cx *future.Context) (int, error) { return 7, future.Yield(cx) })
		v, err := other.Await(cx)
		require.Equal(t, 7, v)
		return err
	})
	require.NoError(t, err)
}

func TestTheBodySeesThatAChildFailed(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		a := runtime.ScopeGo(cx, n, neverEnding)
		n.Go(cx, func(*future.Context) error { return errOwn })
		_, err := a.Await(cx)
		requireCancelled(t, err)
		require.Equal(t, errOwn, n.Err())
		return err
	})
	require.Equal(t, errOwn, err, "the first failure, not the body's")
}

func TestAPanicOfTheBodyWaitsForTheChildren(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("boom") }, "Goexit": goruntime.Goexit} {
		t.Run(name, func(t *testing.T) {
			rt := open(t, runtime.Config{Workers: 2})
			p := newProbe()
			p.onDrop = func(*future.Context) { // late
				for range 100 {
					goruntime.Gosched()
				}
			}
			owner := runtime.Go(rt, func(cx *future.Context) (int, error) {
				defer func() {
					p.requireDroppedOnce(t)
					if name == "panic" {
						require.Equal(t, "boom", recover())
					}
				}()
				return 0, runtime.Scope(cx, func(n *runtime.Nursery) error {
					runtime.Spawn(n.On(cx), p)
					for !done(p.polled) {
						if err := future.Yield(cx); err != nil {
							return err
						}
					}
					end()
					return nil
				})
			})
			_, err := result(t, owner)
			if name == "panic" {
				require.NoError(t, err) // it was recovered
			} else {
				requirePanic(t, err, runtime.ErrGoexit)
			}
		})
	}
}

// The scope's task is aborted while body waits, and while the scope waits for its children.
func TestTheChildrenOfAnAbortedScopeAreAborted(t *testing.T) {
	for _, orphans := range []runtime.Orphans{runtime.CancelOrphans, runtime.DetachOrphans} {
		for _, inBody := range []bool{true, false} {
			rt := open(t, runtime.Config{Workers: 2, Orphans: orphans})
			p := newProbe()
			owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
				return none{}, runtime.Scope(cx, func(n *runtime.Nursery) error {
					runtime.Spawn(n.On(cx), p)
					if inBody {
						return never(cx)
					}
					return nil
				})
			})
			receive(t, p.polled)
			owner.Abort()
			_, err := result(t, owner)
			requireCancelled(t, err)
			receive(t, p.dropped)
		}
	}
}

func TestAScopeInADeferredCallOfAnAbortedBody(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	p, began := newProbe(), make(chan none)
	errs := make(chan error, 1)
	owner := runtime.Go(rt, func(cx *future.Context) (none, error) {
		defer func() {
			errs <- runtime.Scope(cx, func(n *runtime.Nursery) error {
				runtime.Spawn(n.On(cx), p)
				return nil
			})
		}()
		close(began)
		return none{}, never(cx)
	})
	receive(t, began)
	owner.Abort()
	require.ErrorIs(t, receive(t, errs), future.ErrCancelled)
	receive(t, p.dropped)
}

func TestAChildAfterTheEndIsAborted(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var kept *runtime.Nursery
		require.NoError(t, runtime.Scope(cx, func(n *runtime.Nursery) error { kept = n; return nil }))
		p := newProbe()
		_, err := runtime.Spawn(kept.On(cx), p).Await(cx)
		requireCancelled(t, err)
		require.Zero(t, p.polls.Load())
		require.True(t, kept.Go(cx, func(*future.Context) error { t.Error("polled"); return nil }).ID() != 0)
		require.NoError(t, future.Yield(cx))
	})
}

func TestAChildThatIsRefusedIsAFailure(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	closed := open(t, runtime.Config{Workers: 1})
	require.NoError(t, closed.Close())
	for _, c := range []struct {
		on   func(n *runtime.Nursery) runtime.Spawner
		want error
	}{
		{func(n *runtime.Nursery) runtime.Spawner { return n.On(closed) }, runtime.ErrClosed},
		{func(n *runtime.Nursery) runtime.Spawner { return n.On(nil) }, future.ErrNoWorker},
		{func(n *runtime.Nursery) runtime.Spawner { return n.On(runtime.PinnedTo(rt, 7)) }, runtime.ErrNoSuchWorker},
	} {
		sibling := newProbe()
		err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
			runtime.Spawn(n.On(cx), sibling)
			runtime.Go(c.on(n), returning(1))
			return nil
		})
		require.ErrorIs(t, err, c.want)
		sibling.requireDroppedOnce(t)
	}
}

// Somebody who is no child waits for the cancellation of a scope that ends well.
func TestTheEndOfAScopeWakesWhoWaitsForItsCancellation(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var outside *runtime.JoinHandle[none]
		require.NoError(t, runtime.Scope(cx, func(n *runtime.Nursery) error {
			outside = runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, n.Cancelled(cx) })
			require.NoError(t, future.Yield(cx))
			require.False(t, outside.IsFinished())
			return nil
		}))
		_, err := outside.Await(cx)
		require.NoError(t, err)
	})
}

// Each child begins before the one before it ends. A worker may keep some that it has polled last.
func TestAHandleOfAChildKeepsNoOtherChildren(t *testing.T) {
	const children = 2000
	rt := open(t, runtime.Config{Workers: 1})
	var kept *runtime.JoinHandle[*big]
	var results []weak.Pointer[big]
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		last := &gate{}
		for range children {
			next := &gate{}
			h := runtime.ScopeGo(cx, n, func(cx *future.Context) (*big, error) {
				value := &big{new([1 << 10]byte)}
				results = append(results, weak.Make(value))
				return value, next.pass(cx)
			})
			if kept == nil {
				kept = h
			}
			require.NoError(t, future.Yield(cx))
			last.open()
			require.NoError(t, future.Yield(cx))
			last = next
		}
		last.open()
		return nil
	})
	require.NoError(t, err)
	goruntime.GC()
	goruntime.GC()
	alive := 0
	for _, r := range results {
		if r.Value() != nil {
			alive++
		}
	}
	require.Less(t, alive, children/2)
	goruntime.KeepAlive(kept)
}

// The hook's panic is its spawner's; the scope still learns of the child's end.
func TestAHookThatPanicsHidesNoChild(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		require.PanicsWithValue(t, "hook", func() {
			runtime.Go(runtime.Hooked(n.On(cx), runtime.TaskHooks{OnSpawn: func(runtime.TaskMeta) { panic("hook") }}), returning(1))
		})
		return nil
	})
	require.NoError(t, err)
}

func TestANilBodyIsAFailure(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		require.ErrorIs(t, runtime.Scope(cx, nil), future.ErrNilFuture)
	})
	for _, spawn := range []func(cx *future.Context, n *runtime.Nursery){
		func(cx *future.Context, n *runtime.Nursery) { n.Go(cx, nil) },
		func(cx *future.Context, n *runtime.Nursery) { n.TryGo(cx, nil) },
	} {
		require.ErrorIs(t, scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error { spawn(cx, n); return nil }), future.ErrNilFuture)
	}
	require.NoError(t, scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
		_, err := runtime.ScopeGo[int](cx, n, nil).Await(cx)
		require.ErrorIs(t, err, future.ErrNilFuture)
		return nil
	}))
}

func TestScopesNestAndCombineWithOtherOptions(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var tr runtime.TaskTracker
	err := scope(t, rt, func(cx *future.Context, outer *runtime.Nursery) error {
		return runtime.Scope(cx, func(inner *runtime.Nursery) error {
			on := number.On(runtime.Named(tr.On(inner.On(cx)), "soup"), 3)
			h := runtime.Go(on, func(cx *future.Context) (int, error) {
				v, _ := number.Get(cx)
				return v, nil
			})
			require.Equal(t, "soup", h.Name())
			require.Equal(t, 1, inner.Len())
			require.Zero(t, outer.Len())
			v, err := h.Await(cx)
			require.Equal(t, 3, v)
			outer.Go(cx, func(*future.Context) error { return errOwn })
			return err
		})
	})
	require.Equal(t, errOwn, err)
	require.True(t, tr.IsEmpty())
}

func TestAScopeUnderStress(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 8})
	rounds := 400
	if testing.Short() || invariant.Enabled {
		rounds = 80
	}
	for round := range rounds {
		var live atomic.Int32
		err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
			for i := range 20 {
				n.Go(cx, func(cx *future.Context) error {
					live.Add(1)
					defer live.Add(-1)
					if i == round%25 {
						return errOwn
					}
					n.Go(cx, func(cx *future.Context) error {
						live.Add(1)
						defer live.Add(-1)
						return future.Yield(cx)
					})
					return future.Yield(cx)
				})
			}
			return nil
		})
		require.Zero(t, live.Load(), "a child outlives its scope")
		if round%25 < 20 {
			require.Equal(t, errOwn, err)
		} else {
			require.NoError(t, err)
		}
	}
}
