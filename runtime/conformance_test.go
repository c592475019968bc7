package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/sync/lock"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/sync/oneshot"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// Behaviours that tokio's tests ask for and that belong to no other file: several tools at once, and ends of runtimes.

// tokio: T12 tests/rt_common.rs create_rt_in_block_on: a runtime may be made, and used, inside a task of another
// tokio: T72 tests/task_blocking.rs can_shutdown_now_in_runtime (ours: by a goroutine): it may be ended there, without blocking the worker
func TestARuntimeMayBeMadeInsideATask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		inner, err := runtime.New(runtime.Config{Workers: 1})
		require.NoError(t, err)
		v, err := runtime.Go(inner, func(cx *future.Context) (int, error) { return 7, future.Yield(cx) }).Await(cx)
		require.NoError(t, err)
		require.Equal(t, 7, v)
		tx, rx := oneshot.New[error]()
		go func() { _ = tx.Send(nil, inner.Close()) }() // ends with inner
		closed, err := rx.Recv(cx)
		require.NoError(t, err)
		require.NoError(t, closed)
	})
}

// tokio: T21 tests/rt_common.rs always_active_parker: of two goroutines that block on one runtime neither stops the other's timers and wakes
func TestGoroutinesThatBlockOnOneRuntimeDoNotHinderEachOther(t *testing.T) {
	for _, workers := range []int{1, 2} {
		rt := open(t, runtime.Config{Workers: workers})
		var first, second gate
		var both sync.WaitGroup
		errs := make(chan error, 2)
		blockOn := func(body func(cx *future.Context) error) {
			both.Go(func() { // ends with its task
				_, err := runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (none, error) { return none{}, body(cx) }))
				errs <- err
			})
		}
		blockOn(func(cx *future.Context) error {
			err := errors.Join(second.pass(cx), timer.Sleep(cx, time.Millisecond))
			first.open()
			return err
		})
		blockOn(func(cx *future.Context) error {
			second.open()
			return errors.Join(timer.Sleep(cx, time.Millisecond), first.pass(cx), timer.Sleep(cx, time.Millisecond))
		})
		for range 2 {
			require.NoError(t, receive(t, errs))
		}
		both.Wait()
	}
}

// tokio: T27 tests/rt_basic.rs acquire_mutex_in_drop: what a task does while it is dropped may lock and send
// tokio: T27 tests/rt_basic.rs drop_tasks_in_context: and finds its runtime there
func TestWhatIsDroppedAtCloseMayLockAndSend(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	var mu lock.Mutex
	tx, rx := oneshot.New[int]()
	var found *runtime.Runtime
	var locked, sent error
	begun := make(chan none)
	runtime.Go(rt, func(cx *future.Context) (none, error) {
		defer func() {
			found = runtime.Of(cx)
			locked = mu.Lock(cx)
			sent = tx.Send(cx, 7)
			mu.Unlock(cx)
		}()
		close(begun)
		return none{}, never(cx)
	})
	receive(t, begun)
	require.NoError(t, rt.Close())
	require.Same(t, rt, found)
	require.NoError(t, locked)
	require.NoError(t, sent)
	require.True(t, mu.TryLock())
	v, err := rx.TryRecv()
	require.NoError(t, err)
	require.Equal(t, 7, v)
}

// tokio: T28 tests/rt_basic.rs wake_in_drop_after_panic: the tasks that are left when the root panics may wake each other as they are dropped
func TestTasksMayWakeEachOtherAsTheyAreDroppedAfterAPanic(t *testing.T) {
	var waiting, unwound atomic.Int32
	requirePanic(t, runtime.Run(func(cx *future.Context) error {
		var txs [2]oneshot.Sender[int]
		var rxs [2]*oneshot.Receiver[int]
		for i := range txs {
			txs[i], rxs[i] = oneshot.New[int]()
		}
		for i := range txs {
			runtime.Go(runtime.Of(cx), func(cx *future.Context) (int, error) {
				defer func() {
					_ = txs[1-i].Send(cx, i) // wakes the other one, if that is still there
					unwound.Add(1)
				}()
				waiting.Add(1)
				return rxs[i].Recv(cx)
			})
		}
		for waiting.Load() < 2 {
			if err := future.Yield(cx); err != nil {
				return err
			}
		}
		panic("boom")
	}), "boom")
	require.EqualValues(t, 2, unwound.Load())
}

// draws returns ten random numbers of a task of rt.
func draws(t *testing.T, rt *runtime.Runtime) (list [10]uint32) {
	t.Helper()
	must(t, rt, func(cx *future.Context) {
		for i := range list {
			list[i] = cx.Random(1 << 30)
		}
	})
	return list
}

// tokio: T32 tests/rt_basic.rs rng_seed: two runtimes with the same seed make the same choices
// tokio: T32 tests/rt_basic.rs rng_seed_multi_enter: also the second time that somebody blocks on them
// covers: F17
func TestASeedFixesTheChoicesOfARuntime(t *testing.T) {
	a := open(t, runtime.Config{Workers: 1, Seed: 7})
	b := open(t, runtime.Config{Workers: 1, Seed: 7})
	first, second := draws(t, a), draws(t, a)
	require.Equal(t, first, draws(t, b))
	require.Equal(t, second, draws(t, b))
	require.NotEqual(t, first, second)
	require.NotEqual(t, first, draws(t, open(t, runtime.Config{Workers: 1, Seed: 8})))
}

// onPark returns a runtime of one worker that calls the hook before each of its sleeps, from the moment that it is set.
func onPark(t *testing.T) (rt *runtime.Runtime, hook *atomic.Pointer[func()]) {
	hook = new(atomic.Pointer[func()])
	return open(t, runtime.Config{Workers: 1, Hooks: runtime.Hooks{OnPark: func(int) {
		if f := hook.Load(); f != nil {
			(*f)()
		}
	}}}), hook
}

// tokio: T33 tests/rt_common_before_park.rs before_park_wakes_block_on_task: a task that the park hook wakes is polled, and nobody sleeps before
// tokio: T33 tests/rt_common_before_park.rs before_park_spawns_task: so is one that it spawns
// covers: F200
func TestAParkHookMayWakeAndSpawn(t *testing.T) {
	rt, hook := onPark(t)
	var woken, spawned gate
	var once sync.Once
	act := func() {
		once.Do(func() {
			woken.open()
			runtime.Go(rt, func(*future.Context) (none, error) { spawned.open(); return none{}, nil })
		})
	}
	hook.Store(&act)
	must(t, rt, func(cx *future.Context) {
		require.NoError(t, woken.pass(cx))
		require.NoError(t, spawned.pass(cx))
	})
}

// tokio: T34 tests/rt_common_before_park.rs before_park_does_not_stall_spawned_timer: a hook that always wakes a task keeps no timer from firing
func TestAParkHookThatAlwaysWakesStallsNoTimer(t *testing.T) {
	rt, hook := onPark(t)
	var slot waker.Slot
	var stop atomic.Bool
	act := func() { slot.Take().Wake() }
	hook.Store(&act)
	restless := runtime.Spawn(rt, future.Func(func(cx *future.Context) (none, bool, error) {
		slot.Set(cx.Waker())
		return none{}, stop.Load(), nil
	}))
	_, err := do(t, rt, func(cx *future.Context) (none, error) { return none{}, timer.Sleep(cx, time.Millisecond) })
	require.NoError(t, err)
	stop.Store(true)
	_, err = result(t, restless)
	require.NoError(t, err)
}

// tokio: tests/task_blocking.rs block_in_block: a call in place may be made in another
// tokio: T40 tests/rt_threaded.rs mutex_in_block_in_place: it may wait for a lock that another task of the same worker holds
// tokio: T39 tests/rt_threaded.rs coop_and_block_in_place: a task that has blocked in place has its budget afterwards, and yields
// tokio: T73 tests/task_blocking.rs coop_disabled_in_block_in_place: what is received in a blocking way costs no budget, and does not hang
// tokio: T73 tests/task_blocking.rs coop_disabled_in_block_in_place_in_block_on: nor does it in the task that somebody blocks on
// covers: F90
func TestBlockInPlaceNestsLocksAndReceives(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	const values = 5 * future.Budget
	must(t, rt, func(cx *future.Context) {
		tx, rx := mpsc.NewUnbounded[int]()
		for i := range values {
			require.NoError(t, tx.Send(cx, i))
		}
		tx.Close(cx)
		var mu lock.Mutex
		holder := runtime.Go(cx, func(cx *future.Context) (none, error) {
			if err := mu.Lock(cx); err != nil {
				return none{}, err
			}
			defer mu.Unlock(cx)
			return none{}, timer.Sleep(cx, time.Millisecond)
		})
		require.NoError(t, future.Yield(cx)) // it holds the lock
		require.False(t, mu.TryLock())
		ctx := cx.Context()
		received, err := runtime.BlockInPlace(cx, func() (n int, err error) {
			if err := mu.LockBlocking(ctx); err != nil {
				return 0, err
			}
			mu.Unlock(nil)
			return runtime.BlockInPlace(cx, func() (n int, err error) {
				for err == nil {
					if _, err = rx.RecvBlocking(ctx); err == nil {
						n++
					}
				}
				return n, err
			})
		})
		require.ErrorIs(t, err, mpsc.ErrClosed)
		require.Equal(t, values, received)
		_, err = holder.Await(cx)
		require.NoError(t, err)

		turns := 0
		runtime.Go(cx, func(*future.Context) (none, error) { turns++; return none{}, nil })
		for range 2 * future.Budget {
			require.NoError(t, future.ConsumeBudget(cx))
		}
		require.Equal(t, 1, turns, "the budget holds")
	})
}

// tokio: T74 tests/task_blocking.rs blocking_when_paused: a timeout around a blocking function does not fire by itself
// tokio: T74 tests/task_blocking.rs blocking_task_wakes_paused_runtime: and its end is heard by a runtime that sleeps
// tokio: T74 tests/task_blocking.rs panicking_blocking_task_wakes_paused_runtime: also if it panics
func TestATimeoutAroundBlockingWorkDoesNotFireOnAPausedClock(t *testing.T) {
	for _, fails := range []bool{false, true} {
		rt, clock, sleep := openWatched(t, 1)
		begun, release := make(chan none), make(chan none)
		h := runtime.Go(rt, func(cx *future.Context) (int, error) {
			return timer.AwaitTimeout(cx, time.Millisecond, runtime.SpawnBlocking(cx, func(context.Context) (int, error) {
				close(begun)
				<-release
				if fails {
					panic("boom")
				}
				return 7, nil
			}))
		})
		receive(t, begun)
		sleep.wait(t)
		require.Zero(t, clock.Nanos())
		close(release)
		v, err := result(t, h)
		if fails {
			requirePanic(t, err, "boom")
		} else {
			require.NoError(t, err)
			require.Equal(t, 7, v)
		}
		require.Zero(t, clock.Nanos())
	}
}

// tokio: T75 tests/task_id.rs task_id_future_destructor_abort: a future knows its task's number while it is dropped
// tokio: T76 tests/task_id.rs task_ids_match_current_thread: and while it is polled, which is the handle's
// tokio: T76 tests/task_id.rs task_ids_match_multi_thread: the same with several workers
// covers: F47
func TestAFutureKnowsItsTasksNumber(t *testing.T) {
	for _, workers := range []int{1, 2} {
		rt := open(t, runtime.Config{Workers: workers})
		id := func(cx *future.Context) uint64 { return scheduler.TaskOf(cx.Task()).ID() }
		p := newProbe()
		var polled, dropped uint64
		p.onPoll = func(cx *future.Context) (int, bool, error) { polled = id(cx); return 0, false, nil }
		p.onDrop = func(cx *future.Context) { dropped = id(cx) }
		h := runtime.Spawn(rt, p)
		receive(t, p.polled)
		h.Abort()
		_, err := result(t, h)
		require.Equal(t, h.ID(), requireCancelled(t, err).ID())
		require.Equal(t, []uint64{h.ID(), h.ID()}, []uint64{polled, dropped})

		var inDefer uint64
		begun := make(chan none)
		body := runtime.Go(rt, func(cx *future.Context) (none, error) {
			defer func() { inDefer = id(cx) }()
			close(begun)
			return none{}, never(cx)
		})
		receive(t, begun)
		body.Abort()
		_, err = result(t, body)
		requireCancelled(t, err)
		require.Equal(t, body.ID(), inDefer)
	}
}

// tokio: T49 tests/rt_handle.rs drop_tasks_with_reference_cycle: tasks that hold each other's handles are dropped by Close, and no longer reachable
func TestTasksThatHoldEachOthersHandlesAreNoLeak(t *testing.T) {
	use := func() (list [2]weak.Pointer[big]) {
		rt, err := runtime.New(runtime.Config{Workers: 1})
		require.NoError(t, err)
		var handles [2]*runtime.JoinHandle[int]
		var dropped [2]bool
		both := make(chan none, 2)
		for i := range handles {
			payload := &big{new([1 << 10]byte)}
			list[i] = weak.Make(payload)
			handles[i] = runtime.Go(rt, func(cx *future.Context) (int, error) {
				defer func() { dropped[i] = true }()
				both <- none{}
				if err := future.Yield(cx); err != nil { // both are spawned
					return 0, err
				}
				_, err := handles[1-i].Await(cx)
				return int(payload.payload[0]), err
			})
		}
		receive(t, both)
		receive(t, both)
		require.NoError(t, rt.Close())
		require.Equal(t, [2]bool{true, true}, dropped)
		return list
	}
	for _, payload := range use() {
		goruntime.GC()
		goruntime.GC()
		require.Nil(t, payload.Value())
	}
}

// tokio: T50 tests/rt_handle_block_on.rs sleep_before_shutdown_panics (ours: an error): who blocks on a sleep when the runtime is closed is told
// tokio: T50 tests/rt_handle_block_on.rs sleep_after_shutdown_panics (ours: an error): so is who comes later
// covers: F28
func TestWhoBlocksOnASleepIsToldOfTheEnd(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	begun := make(chan none)
	ended := make(chan error, 1)
	go func() { // ends with Close
		_, err := runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (none, error) {
			close(begun)
			return none{}, timer.Sleep(cx, time.Hour)
		}))
		ended <- err
	}()
	receive(t, begun)
	require.NoError(t, rt.Close())
	requireCancelled(t, receive(t, ended))
	_, err = runtime.BlockOn(t.Context(), rt, timer.After(time.Hour))
	require.ErrorIs(t, err, runtime.ErrClosed)
}

// tokio: L9 src/runtime/tests/loom_multi_thread.rs shutdown_with_notification: a blocking function that wakes a task beside Close loses nobody
// tokio: L15 src/runtime/tests/loom_blocking.rs spawn_blocking_racing_shutdown_resolves: a function that is spawned beside Close has a handle that ends
// tokio: L15 src/runtime/tests/loom_blocking.rs spawn_blocking_then_shutdown: so has one that was spawned just before
// tokio: tests/rt_unstable_metrics.rs num_idle_blocking_threads_is_zero_after_shutdown: and no goroutine of the pool is left
func TestBlockingFunctionsBesideCloseResolve(t *testing.T) {
	for range 200 {
		rt, err := runtime.New(runtime.Config{Workers: 2, MaxBlocking: 1, IO: runtime.IOOff})
		require.NoError(t, err)
		tx, rx := oneshot.New[int]()
		receiver := runtime.Go(rt, func(cx *future.Context) (int, error) { return rx.Recv(cx) })
		before := runtime.SpawnBlocking(rt, func(context.Context) (int, error) { return 7, tx.Send(nil, 7) })
		spawned := make(chan *runtime.JoinHandle[int], 1)
		go func() { // ends at once
			spawned <- runtime.SpawnBlocking(rt, func(context.Context) (int, error) { return 7, nil })
		}()
		require.NoError(t, rt.Close())
		for _, h := range []*runtime.JoinHandle[int]{receiver, before, receive(t, spawned)} {
			v, err := result(t, h)
			if h.Outcome() == runtime.Cancelled {
				requireCancelled(t, err)
			} else if err == nil {
				require.Equal(t, 7, v)
			} else {
				require.ErrorIs(t, err, oneshot.ErrClosed)
			}
		}
		m := rt.Metrics()
		require.Equal(t, []int{0, 0}, []int{m.BlockingGoroutines, m.BlockingQueue})
	}
}

// tokio: tests/rt_common.rs ping_pong_saturation: pairs that keep all workers busy do not starve a task that yields
func TestPairsThatExchangeMessagesDoNotStarveAYielder(t *testing.T) {
	for _, workers := range []int{1, 4} {
		rt := open(t, runtime.Config{Workers: workers})
		const pairs = 100
		var stop atomic.Bool
		var handles []*runtime.JoinHandle[none]
		begun := make(chan none, pairs)
		for range pairs {
			ping, pings := mpsc.NewUnbounded[none]()
			pong, pongs := mpsc.NewUnbounded[none]()
			handles = append(handles, runtime.Go(rt, func(cx *future.Context) (none, error) {
				defer ping.Close(cx)
				begun <- none{}
				for !stop.Load() {
					if err := ping.Send(cx, none{}); err != nil {
						return none{}, err
					}
					if _, err := pongs.Recv(cx); err != nil {
						return none{}, err
					}
				}
				return none{}, nil
			}), runtime.Go(rt, func(cx *future.Context) (none, error) {
				defer pong.Close(cx)
				for range pings.All(cx) {
					if err := pong.Send(cx, none{}); err != nil {
						return none{}, err
					}
				}
				return none{}, nil
			}))
		}
		for range pairs {
			receive(t, begun)
		}
		_, err := do(t, rt, func(cx *future.Context) (none, error) {
			for range 5 {
				if err := future.Yield(cx); err != nil {
					return none{}, err
				}
			}
			return none{}, nil
		})
		require.NoError(t, err)
		stop.Store(true)
		for _, h := range handles {
			_, err := result(t, h)
			require.NoError(t, err)
		}
	}
}
