package runtime_test

import (
	"context"
	goruntime "runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

var (
	number  = runtime.NewLocal[int]()
	another = runtime.NewLocal[int]()
	flag    = runtime.NewLocal[bool]()
)

// hasNumber checks what cx carries for number; 0 stands for nothing.
func hasNumber(t testing.TB, cx *future.Context, want int) {
	t.Helper()
	got, ok := number.Get(cx)
	require.Equal(t, want, got)
	require.Equal(t, want != 0, ok)
}

// tokio: T80 tests/task_local.rs local: each task sees its own value, before and after it has waited, and no other key's
// tokio: T62 tests/task_panic.rs local_key_get_panic_caller, local_key_with_panic_caller (ours: not there): outside of any task there is no value
// covers: F75 F77
func TestATaskSeesItsOwnValue(t *testing.T) {
	rt, _ := openPaused(t, 2)
	must(t, rt, func(cx *future.Context) {
		var tasks runtime.JoinSet[int]
		for i := 1; i <= 20; i++ {
			tasks.Go(number.On(rt, i), func(cx *future.Context) (int, error) {
				for range 10 {
					hasNumber(t, cx, i)
					_, ok := another.Get(cx)
					require.False(t, ok)
					if err := timer.Sleep(cx, 10*time.Millisecond); err != nil {
						return 0, err
					}
				}
				return i, nil
			})
		}
		tasks.Go(flag.On(cx, true), func(cx *future.Context) (int, error) {
			v, ok := flag.Get(cx)
			require.True(t, v && ok)
			hasNumber(t, cx, 0)
			return 0, nil
		})
		for _, j := range tasks.All(cx) {
			require.NoError(t, j.Err)
		}
		hasNumber(t, cx, 0)
	})
	hasNumber(t, nil, 0)
}

// tokio: T80 tests/task_local.rs task_local_available_on_abort: the value is there while the future of an aborted task is dropped
// tokio: T80 tests/task_local.rs task_local_available_on_completion_drop: and in what a body leaves to be done at its end
func TestTheValueIsThereAtTheEnd(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for name, spawn := range map[string]func(f future.Future[int]) *runtime.JoinHandle[int]{
		"On": func(f future.Future[int]) *runtime.JoinHandle[int] { return runtime.Spawn(number.On(rt, 42), f) },
		"Scoped": func(f future.Future[int]) *runtime.JoinHandle[int] {
			return runtime.Spawn(rt, runtime.Scoped(number, 42, f))
		},
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(chan int, 1)
			look := func(cx *future.Context) {
				v, _ := number.Get(cx)
				seen <- v
			}
			p := newProbe()
			p.onDrop = look
			h := spawn(p)
			receive(t, p.polled)
			h.Abort()
			require.Equal(t, 42, receive(t, seen))
			_, err := result(t, h)
			requireCancelled(t, err)
			for _, wait := range []func(cx *future.Context) error{never, future.Yield} {
				began := make(chan none)
				h := spawn(future.Async(func(cx *future.Context) (int, error) {
					defer look(cx)
					close(began)
					return 0, wait(cx)
				}))
				receive(t, began)
				h.Abort()
				require.Equal(t, 42, receive(t, seen))
			}
		})
	}
}

// tokio: T80 tests/task_local.rs take_value: the value can be taken back, once
// tokio: T80 tests/task_local.rs poll_after_take_value_should_fail: a future that is polled after that finds none
// covers: F78
func TestTakeValueTakesTheValueBack(t *testing.T) {
	var f *runtime.ScopedFuture[int, none]
	polls := 0
	f = runtime.Scoped(number, 1, future.Func(func(cx *future.Context) (none, bool, error) {
		polls++
		if polls == 1 {
			hasNumber(t, cx, 1)
			return none{}, false, nil
		}
		hasNumber(t, cx, 0)
		return none{}, true, nil
	}))
	outer := runtime.Scoped(number, 9, future.Ref[none](f)) // an outer value does not show through
	h := newHand()
	require.False(t, isReady(h, outer))
	v, ok := f.TakeValue()
	require.True(t, ok)
	require.Equal(t, 1, v)
	_, ok = f.TakeValue()
	require.False(t, ok)
	require.True(t, isReady(h, outer))
}

// A child may look for the value on another worker while it is taken back: the child's is its own.
func TestTakeValueLeavesWhatAChildHasInherited(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var release gate
	must(t, rt, func(cx *future.Context) {
		var children runtime.JoinSet[int]
		f := runtime.Scoped(number, 5, future.Func(func(cx *future.Context) (none, bool, error) {
			children.Go(cx, func(cx *future.Context) (int, error) {
				hasNumber(t, cx, 5)
				err := release.pass(cx)
				hasNumber(t, cx, 5)
				return 0, err
			})
			return none{}, true, nil
		}))
		_, err := future.Await(cx, f)
		require.NoError(t, err)
		v, ok := f.TakeValue()
		require.True(t, ok)
		require.Equal(t, 5, v)
		release.open()
		for _, j := range children.All(cx) {
			require.NoError(t, j.Err)
		}
	})
}

// tokio: src/task/task_local.rs scope: scopes nest, and the outer value comes back
// covers: F76
func TestScopesNest(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		ends := number.With(cx, 1, func(cx *future.Context) error {
			hasNumber(t, cx, 1)
			if err := future.Yield(cx); err != nil {
				return err
			}
			err := number.With(cx, 2, func(cx *future.Context) error {
				hasNumber(t, cx, 2)
				number.Sync(cx, 3, func(cx *future.Context) { hasNumber(t, cx, 3) })
				hasNumber(t, cx, 2)
				return another.With(cx, 7, func(cx *future.Context) error {
					hasNumber(t, cx, 2)
					return errOwn
				})
			})
			require.Equal(t, errOwn, err)
			hasNumber(t, cx, 1)
			return future.Yield(cx)
		})
		require.NoError(t, ends)
		hasNumber(t, cx, 0)
		require.ErrorIs(t, number.With(cx, 1, nil), future.ErrNilFuture)
		_, err := future.Await(cx, runtime.Scoped[int, int](number, 1, nil))
		require.ErrorIs(t, err, future.ErrNilFuture)
	})
}

func TestAChildInheritsWhatItsSpawnerCarries(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		sees := func(on runtime.Spawner, want int) {
			t.Helper()
			_, err := runtime.Go(on, func(cx *future.Context) (none, error) {
				hasNumber(t, cx, want)
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
				_, err := runtime.Go(cx, func(cx *future.Context) (none, error) { // a grandchild too
					hasNumber(t, cx, want)
					return none{}, nil
				}).Await(cx)
				return none{}, err
			}).Await(cx)
			require.NoError(t, err)
		}
		sees(cx, 0)
		err := number.With(cx, 5, func(inner *future.Context) error {
			cx = inner
			sees(cx, 5)
			sees(runtime.Detached(cx), 5)
			sees(runtime.Named(cx, "soup"), 5)
			sees(rt, 0)
			sees(number.On(cx, 6), 6)
			sees(runtime.Named(number.On(runtime.Detached(cx), 6), "soup"), 6)
			sees(number.On(number.On(cx, 6), 7), 7) // the last one wins
			sees(another.On(cx, 6), 5)
			sees(runtime.Detached(another.On(cx, 6)), 5)
			number.Sync(cx, 8, func(sub *future.Context) {
				h := runtime.Go(sub, func(cx *future.Context) (none, error) { hasNumber(t, cx, 8); return none{}, nil })
				h.Detach()
			})
			return nil
		})
		require.NoError(t, err)
	})
}

func TestABlockingFunctionFindsTheValuesInItsContext(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		type key struct{}
		begun := make(chan none)
		h := runtime.SpawnBlocking(number.On(cx, 5), func(ctx context.Context) (int, error) {
			close(begun)
			v, ok := number.FromContext(context.WithValue(ctx, key{}, 1))
			require.True(t, ok)
			_, ok = another.FromContext(ctx)
			require.False(t, ok)
			require.Nil(t, ctx.Value(key{}))
			<-ctx.Done() // it still is the task's
			require.ErrorIs(t, context.Cause(ctx), runtime.ErrCancelled)
			return v, nil
		})
		receive(t, begun)
		h.Abort()
		v, err := h.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 5, v)
		require.NoError(t, number.With(cx, 6, func(cx *future.Context) error { // it inherits
			v, err := runtime.SpawnBlocking(cx, func(ctx context.Context) (int, error) {
				v, _ := number.FromContext(ctx)
				return v, nil
			}).Await(cx)
			require.Equal(t, 6, v)
			return err
		}))
		_, err = runtime.SpawnBlocking(cx, func(ctx context.Context) (int, error) {
			_, ok := number.FromContext(ctx)
			require.False(t, ok)
			return 0, nil
		}).Await(cx)
		require.NoError(t, err)
	})
}

// A function with a value sees the others of the cx that it was called with, and leaves that cx as it is.
func TestSyncAddsAValueToThoseThatAreThere(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	h := runtime.Go(flag.On(number.On(rt, 1), true), func(cx *future.Context) (none, error) {
		another.Sync(cx, 2, func(cx *future.Context) {
			hasNumber(t, cx, 1)
			number.Sync(cx, 3, func(cx *future.Context) {
				hasNumber(t, cx, 3)
				v, ok := another.Get(cx)
				require.True(t, ok)
				require.Equal(t, 2, v)
				v2, _ := flag.Get(cx)
				require.True(t, v2)
			})
			hasNumber(t, cx, 1)
		})
		_, ok := another.Get(cx)
		require.False(t, ok)
		return none{}, nil
	})
	_, err := result(t, h)
	require.NoError(t, err)
}

// The values reach what a scoped body awaits, also through a combinator's part, and not what is polled beside it.
func TestValuesReachWhatIsPolledInside(t *testing.T) {
	part := newHand()
	leaf := func(want int) future.Future[none] {
		return future.Func(func(cx *future.Context) (none, bool, error) {
			sub := cx.WithWaker(&part.header)
			hasNumber(t, &sub, want)
			return none{}, true, nil
		})
	}
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		both := future.Func(func(cx *future.Context) (none, bool, error) {
			runtime.Scoped(number, 3, leaf(3)).Poll(cx)
			return leaf(0).Poll(cx)
		})
		_, err := future.Await(cx, both)
		require.NoError(t, err)
		require.NoError(t, number.With(cx, 4, func(cx *future.Context) error {
			_, err := future.Await(cx, leaf(4))
			return err
		}))
	})
}

func TestAScopeFollowsTheValuesAroundIt(t *testing.T) {
	h := newHand()
	var seen []int
	f := runtime.Scoped(number, 1, future.Func(func(cx *future.Context) (none, bool, error) {
		hasNumber(t, cx, 1)
		v, _ := another.Get(cx)
		seen = append(seen, v)
		return none{}, false, nil
	}))
	for _, v := range []int{5, 6} {
		another.Sync(&h.cx, v, func(cx *future.Context) { f.Poll(cx) })
	}
	f.Poll(&h.cx)
	require.Equal(t, []int{5, 6, 0}, seen)
}

func TestEachKeyIsItsOwn(t *testing.T) {
	var keys []*runtime.Local[int] // on the heap, where variables without a size share an address
	for range 10 {
		keys = append(keys, runtime.NewLocal[int]())
	}
	for i, key := range keys {
		var cx *future.Context
		key.Sync(cx, i, func(cx *future.Context) {
			for j, other := range keys {
				v, ok := other.Get(cx)
				require.Equal(t, i == j, ok)
				require.True(t, !ok || v == i)
			}
		})
	}
}

func TestAHandleKeepsNoValuesOfItsTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	key := runtime.NewLocal[*big]()
	for name, end := range map[string]func(*future.Context) (int, error){
		"ready":   returning(1),
		"aborted": neverEnding,
		"panics":  func(*future.Context) (int, error) { panic("boom") },
	} {
		h, ref := func() (*runtime.JoinHandle[int], weak.Pointer[big]) {
			value := &big{new([1 << 10]byte)}
			return runtime.Go(key.On(rt, value), end), weak.Make(value)
		}()
		if name == "aborted" {
			h.Abort()
		}
		for !h.IsFinished() {
			goruntime.Gosched()
		}
		goruntime.GC()
		goruntime.GC()
		require.Nil(t, ref.Value(), name)
		goruntime.KeepAlive(h)
	}
}
