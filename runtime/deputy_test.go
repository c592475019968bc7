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
	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// onDeputy spawns what spawn says and a body that ends at once, in such an order that its coroutine has become the worker's
// deputy when what was spawned has its first poll. The runtime has one worker. It returns the deputy's goroutine.
func onDeputy[T any](cx *future.Context, spawn func(cx *future.Context) *runtime.JoinHandle[T]) (h *runtime.JoinHandle[T], deputy *uint64) {
	h, deputy = spawn(cx), new(uint64)
	runtime.Go(cx, func(*future.Context) (none, error) { // takes the LIFO slot
		*deputy = gostack.ID()
		return none{}, nil
	})
	return h, deputy
}

func TestBodiesThatDoNotWaitShareACoroutine(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		ids := make(map[uint64]int)
		for range 10 {
			var handles []*runtime.JoinHandle[none]
			for range 10 {
				handles = append(handles, runtime.Go(cx, func(*future.Context) (none, error) {
					ids[gostack.ID()]++
					return none{}, nil
				}))
			}
			for _, h := range handles {
				_, err := h.Await(cx)
				require.NoError(t, err)
			}
		}
		require.Len(t, ids, 1)
		require.NotContains(t, ids, gostack.ID(), "the body that waits has one of its own")
	})
}

func TestABodyThatWaitsGivesTheWorkerBack(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		var first, then gate
		var began, went uint64
		unwound := false
		h, deputy := onDeputy(cx, func(cx *future.Context) *runtime.JoinHandle[int] {
			return runtime.Go(cx, func(cx *future.Context) (int, error) {
				defer func() { unwound = true }()
				began = gostack.ID()
				if err := first.pass(cx); err != nil {
					return 0, err
				}
				went = gostack.ID()
				return 7, then.pass(cx)
			})
		})
		require.NoError(t, future.Yield(cx))
		require.NoError(t, future.Yield(cx))
		require.Equal(t, *deputy, began, "it runs on the deputy's coroutine")
		require.False(t, h.IsFinished())
		// Others come and go meanwhile, and have a coroutine of their own.
		_, err := runtime.Go(cx, func(*future.Context) (none, error) {
			require.NotEqual(t, began, gostack.ID())
			first.open()
			return none{}, nil
		}).Await(cx)
		require.NoError(t, err)
		require.NoError(t, future.Yield(cx))
		require.Equal(t, began, went)
		require.False(t, unwound)
		then.open()
		value, err := h.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 7, value)
		require.True(t, unwound)
	})
}

func TestABodyOnADeputyMayBeAborted(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		unwound := false
		h, _ := onDeputy(cx, func(cx *future.Context) *runtime.JoinHandle[none] {
			return runtime.Go(cx, func(cx *future.Context) (none, error) {
				defer func() { unwound = true }()
				return none{}, never(cx)
			})
		})
		require.NoError(t, future.Yield(cx))
		require.NoError(t, future.Yield(cx))
		h.Abort()
		_, err := h.Await(cx)
		requireCancelled(t, err)
		require.True(t, unwound)
	})
}

// noLongPolls is one worker whose polls take no time, so that a task has its row of the LIFO slot, and so its deputy, however slow
// the machine is.
func noLongPolls() runtime.Config {
	return runtime.Config{Workers: 1, Clock: timer.NewPausedClock(time.Unix(0, 0))}
}

// What ends badly on a deputy ends its own task only, and the worker goes on.
func TestADeputyOutlivesWhatItPolls(t *testing.T) {
	type result = *runtime.JoinHandle[none]
	body := func(end func()) func(cx *future.Context, id *uint64) result {
		return func(cx *future.Context, id *uint64) result {
			return runtime.Go(cx, func(*future.Context) (none, error) { *id = gostack.ID(); end(); return none{}, nil })
		}
	}
	poll := func(end func()) func(cx *future.Context, id *uint64) result {
		return func(cx *future.Context, id *uint64) result {
			return runtime.Spawn(cx, future.Func(func(*future.Context) (none, bool, error) { *id = gostack.ID(); end(); return none{}, true, nil }))
		}
	}
	boom := func() { panic("boom") }
	for _, c := range []struct {
		name  string
		spawn func(cx *future.Context, id *uint64) result
		panic any
	}{
		{"a body that panics", body(boom), "boom"},
		{"a future that panics", poll(boom), "boom"},
		{"a body that calls Goexit", body(goruntime.Goexit), runtime.ErrGoexit},
		{"a future that calls Goexit", poll(goruntime.Goexit), runtime.ErrGoexit},
	} {
		t.Run(c.name, func(t *testing.T) {
			rt := open(t, noLongPolls())
			must(t, rt, func(cx *future.Context) {
				for range 3 {
					require.NoError(t, future.Yield(cx)) // the next spawn begins a row of the LIFO slot
					var id uint64
					h, deputy := onDeputy(cx, func(cx *future.Context) result { return c.spawn(cx, &id) })
					_, err := h.Await(cx)
					requirePanic(t, err, c.panic)
					require.Equal(t, *deputy, id)
					n, err := runtime.Go(cx, func(*future.Context) (int, error) { return 3, nil }).Await(cx)
					require.NoError(t, err)
					require.Equal(t, 3, n)
				}
			})
		})
	}
}

// A body that blocks on a deputy leaves the worker's core to another worker; both ends of the old one end after it.
func TestABodyOnADeputyMayBlock(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		for range 3 {
			begun, release := make(chan none), make(chan none)
			h, _ := onDeputy(cx, func(cx *future.Context) *runtime.JoinHandle[int] {
				return runtime.Go(cx, func(cx *future.Context) (int, error) {
					return runtime.BlockInPlace(cx, func() (int, error) { block(begun, release); return 5, nil })
				})
			})
			_, err := runtime.SpawnBlocking(cx, func(context.Context) (none, error) { <-begun; return none{}, nil }).Await(cx)
			require.NoError(t, err)
			n, err := runtime.Go(cx, func(*future.Context) (int, error) { return 3, nil }).Await(cx)
			require.NoError(t, err)
			require.Equal(t, 3, n)
			close(release)
			value, err := h.Await(cx)
			require.NoError(t, err)
			require.Equal(t, 5, value)
		}
	})
}

// Bodies that end when a deputy has resumed them do not become deputies too: their coroutines go to the pool, which has a limit.
func TestADeputyHasNoDeputy(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		before := goruntime.NumGoroutine()
		gates := make([]gate, 1000)
		var handles []*runtime.JoinHandle[none]
		for i := range gates {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, gates[i].pass(cx) }))
		}
		require.NoError(t, future.Yield(cx))
		require.Greater(t, goruntime.NumGoroutine(), before+maxIdleBodies+100)
		runtime.Go(cx, func(*future.Context) (none, error) {
			for i := range gates {
				gates[i].open()
			}
			return none{}, nil
		})
		for _, h := range handles {
			for !h.IsFinished() {
				require.NoError(t, future.Yield(cx))
			}
		}
		require.LessOrEqual(t, goruntime.NumGoroutine(), before+maxIdleBodies+10)
	})
}

// maxIdleBodies is what a worker keeps.
const maxIdleBodies = 256

// Rounds of bodies that wait keep no more coroutines than bodies wait at a time.
func TestDeputiesDoNotPileUp(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		before := 0
		for round := range 20 {
			var handles []*runtime.JoinHandle[none]
			gates := make([]gate, 10)
			for i := range gates {
				handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, gates[i].pass(cx) }))
			}
			require.NoError(t, future.Yield(cx))
			for i := range gates {
				_, err := runtime.Go(cx, func(*future.Context) (none, error) { gates[i].open(); return none{}, nil }).Await(cx)
				require.NoError(t, err)
			}
			for _, h := range handles {
				_, err := h.Await(cx)
				require.NoError(t, err)
			}
			if round == 0 {
				before = goruntime.NumGoroutine()
			}
			require.LessOrEqual(t, goruntime.NumGoroutine(), before+1)
		}
	})
}

// TestBodiesOnDeputiesMoveBetweenWorkers stresses bodies that wait and such that do not, beside futures, on more workers than cores.
func TestBodiesOnDeputiesMoveBetweenWorkers(t *testing.T) {
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(8))
	rt := open(t, runtime.Config{Workers: 4})
	const families, members = 50, 40
	sums := make(chan int, families)
	for range families {
		runtime.Go(rt, func(cx *future.Context) (none, error) {
			sum := 0
			for i := range members {
				var h *runtime.JoinHandle[int]
				switch i % 4 {
				case 0:
					h = runtime.Go(cx, func(*future.Context) (int, error) { return 1, nil })
				case 1:
					h = runtime.Go(cx, func(cx *future.Context) (int, error) { return 1, future.Yield(cx) })
				case 2:
					h = runtime.Spawn(cx, future.Ready(1))
				default:
					h = runtime.Go(rt, func(cx *future.Context) (int, error) {
						n, err := runtime.Go(cx, func(*future.Context) (int, error) { return 1, nil }).Await(cx)
						return n, err
					})
				}
				if i%3 == 0 {
					if err := future.Yield(cx); err != nil {
						return none{}, err
					}
				}
				n, err := h.Await(cx)
				if err != nil {
					return none{}, err
				}
				sum += n
			}
			sums <- sum
			return none{}, nil
		})
	}
	for range families {
		require.Equal(t, members, receive(t, sums))
	}
}

// A deputy that finds the pool of coroutines full when it has nothing left to do ends: goleak sees one that does not.
func TestADeputyWithoutAPlaceInThePoolEnds(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		gates := make([]gate, 300)
		var handles []*runtime.JoinHandle[none]
		for i := range gates {
			handles = append(handles, runtime.Go(cx, func(cx *future.Context) (none, error) { return none{}, gates[i].pass(cx) }))
		}
		require.NoError(t, future.Yield(cx))
		runtime.Go(cx, func(*future.Context) (none, error) {
			for i := range gates {
				gates[i].open()
			}
			return none{}, nil
		})
		for _, h := range handles {
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
	})
}

// What is put around a body, hooks or values, sees each of its polls end, though deputies are about.
func TestWorkAroundABodySeesItsPolls(t *testing.T) {
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		begun, ended := 0, 0
		hooks := runtime.TaskHooks{OnPollBegin: func(runtime.TaskMeta) { begun++ }, OnPollEnd: func(runtime.TaskMeta) { ended++ }}
		for range 5 {
			h, _ := onDeputy(cx, func(cx *future.Context) *runtime.JoinHandle[none] {
				return runtime.Go(runtime.Hooked(cx, hooks), func(cx *future.Context) (none, error) { return none{}, nil })
			})
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
		require.Equal(t, 5, begun)
		require.Equal(t, 5, ended)
	})
}

// The worker's goroutine, which waits while its deputy goes on, does not keep the task with which that has begun.
func TestAWorkerBehindADeputyKeepsNoTask(t *testing.T) {
	rt := open(t, noLongPolls())
	type load [1 << 16]byte
	var kept weak.Pointer[load]
	isGone := make(chan bool)
	runtime.Go(rt, func(*future.Context) (*load, error) {
		value := new(load)
		kept = weak.Make(value)
		var next func(n int)
		next = func(n int) { // each is a spawn from outside, so nobody is its owner
			runtime.Go(rt, func(*future.Context) (none, error) {
				if n < 200 {
					next(n + 1)
					return none{}, nil
				}
				goruntime.GC()
				goruntime.GC()
				isGone <- kept.Value() == nil
				return none{}, nil
			})
		}
		next(0)
		return value, nil
	})
	require.True(t, receive(t, isGone))
}

func TestWhatAnAbortedBodyReturnsIsNobodys(t *testing.T) {
	mine := errors.New("mine")
	type load [1 << 16]byte
	rt := open(t, noLongPolls())
	must(t, rt, func(cx *future.Context) {
		var kept weak.Pointer[load]
		h := runtime.Go(cx, func(cx *future.Context) (value *load, err error) {
			defer func() {
				if recover() != nil {
					value, err = new(load), mine
					kept = weak.Make(value)
				}
			}()
			return nil, never(cx)
		})
		require.NoError(t, future.Yield(cx))
		h.Abort()
		_, err := h.Await(cx)
		requireCancelled(t, err)
		require.NotErrorIs(t, err, mine)
		goruntime.GC()
		require.Nil(t, kept.Value())
		goruntime.KeepAlive(h)
	})
}

// Tasks from outside are allocated together, but one that lives long does not keep what was around its neighbours' work.
func TestANeighbourFromOutsideKeepsNoHooks(t *testing.T) {
	rt := open(t, noLongPolls())
	type load [1 << 16]byte
	short := func(*future.Context) (none, error) { return none{}, nil }
	for range 8 {
		_, err := result(t, runtime.Go(rt, short))
		require.NoError(t, err)
	}
	var live []*runtime.JoinHandle[none]
	var kept []weak.Pointer[load]
	for range 8 {
		live = append(live, runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, never(cx) }))
		hook := new(load)
		kept = append(kept, weak.Make(hook))
		_, err := result(t, runtime.Go(runtime.Hooked(rt, runtime.TaskHooks{OnPollEnd: func(runtime.TaskMeta) { hook[0]++ }}), short))
		require.NoError(t, err)
	}
	goruntime.GC()
	goruntime.GC()
	n := 0
	for _, k := range kept {
		if k.Value() != nil {
			n++
		}
	}
	require.LessOrEqual(t, n, 1, "the last may still be in a worker's places")
	goruntime.KeepAlive(live)
}

// TestDeputiesInAStorm mixes all ways in which a body on a deputy can end, with rescues, hooks, and a runtime that closes.
func TestDeputiesInAStorm(t *testing.T) {
	for round := range 6 {
		config := runtime.Config{Workers: 3, Blocked: runtime.BlockedRescue, BlockedAfter: time.Millisecond}
		if round%3 == 1 {
			config.Hooks.OnPollBegin = func(runtime.TaskMeta) {}
		}
		rt, err := runtime.New(config)
		require.NoError(t, err)
		began := make(chan none, 30)
		for family := range cap(began) {
			runtime.Go(rt, func(cx *future.Context) (none, error) {
				for i := range 60 {
					if i == 30 {
						began <- none{}
					}
					var h *runtime.JoinHandle[int]
					switch (i + family) % 9 {
					case 0, 1:
						h = runtime.Go(cx, func(*future.Context) (int, error) { return 1, nil })
					case 2:
						h = runtime.Go(cx, func(cx *future.Context) (int, error) { return 1, future.Yield(cx) })
					case 3:
						h = runtime.Spawn(cx, future.Ready(1))
					case 4:
						h = runtime.Go(cx, func(*future.Context) (int, error) { panic("boom") })
					case 5:
						h = runtime.Go(cx, func(*future.Context) (int, error) { goruntime.Goexit(); return 0, nil })
					case 6:
						h = runtime.Go(cx, func(cx *future.Context) (int, error) { return 0, never(cx) })
						h.Abort()
					case 7:
						h = runtime.Go(cx, func(*future.Context) (int, error) {
							if i%4 == 0 {
								for begin := time.Now(); time.Since(begin) < 4*time.Millisecond; { // blocks the worker, to be rescued
								}
							}
							return 1, nil
						})
					case 8:
						h = runtime.Go(cx, func(cx *future.Context) (int, error) {
							return runtime.BlockInPlace(cx, func() (int, error) { goruntime.Gosched(); return 5, nil })
						})
					}
					runtime.Go(cx, func(*future.Context) (int, error) { return 1, nil }) // its owner's end may find it queued
					_, _ = h.Await(cx)
				}
				return none{}, nil
			})
		}
		if round%2 == 0 {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			require.NoError(t, rt.Shutdown(ctx))
			cancel()
		} else {
			receive(t, began)
			require.NoError(t, rt.Close())
		}
	}
}
