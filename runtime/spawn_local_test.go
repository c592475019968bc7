package runtime_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/timer"
)

func workerNumber(cx *future.Context) int { return cx.Local().Worker.(*scheduler.Worker).Index() }

// covers: F48
// tokio: T83 tests/task_local_set.rs nested_spawn_is_local: a local task's own local tasks stay on the same thread
// tokio: tests/task_local_set.rs local_threadpool: spawned local tasks stay on the thread that has spawned them
// tokio: tests/task_local_set.rs local_threadpool_timer: they may sleep and stay there
// tokio: T59 tests/rt_local.rs test_spawn_local_in_runtime: a local task needs no set around it
// tokio: T60 tests/rt_worker_index.rs worker_index_matches_metrics_worker_thread_id: a worker's number is that of the tasks that are pinned to it
// tokio: tokio-util/tests/spawn_pinned.rs spawn_by_idx: a task goes to the worker with the given number
// covers: F61 F34 S16
func TestLocalTasksStayOnTheirWorkerAndShareDataWithoutLocks(t *testing.T) {
	for _, workers := range []int{1, 4} {
		rt := open(t, runtime.Config{Workers: workers})
		for at := range workers {
			total, err := result(t, runtime.GoPinned(rt, at, func(cx *future.Context) (int, error) {
				total := 0 // the race detector watches
				var handles []*runtime.JoinHandle[none]
				for i := range 50 {
					handles = append(handles, runtime.GoLocal(cx, func(cx *future.Context) (none, error) {
						for n := range 10 {
							require.Equal(t, at, workerNumber(cx))
							total++
							if (i+n)%5 == 0 {
								require.NoError(t, timer.Sleep(cx, 10))
							} else {
								require.NoError(t, future.Yield(cx))
							}
						}
						return none{}, nil
					}))
				}
				for _, h := range handles {
					if _, err := h.Await(cx); err != nil {
						return 0, err
					}
				}
				return total, nil
			}))
			require.NoError(t, err)
			require.Equal(t, 500, total)
		}
	}
}

// covers: F71 F72
// tokio: T83 tests/task_local_set.rs spawn_wakes_localset: a local task that is woken from another thread is polled on its own
func TestALocalTaskIsWokenFromAnywhere(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 3})
	for at := range 3 {
		g := &gate{}
		h := runtime.GoPinned(rt, at, func(cx *future.Context) (int, error) {
			err := g.pass(cx)
			return workerNumber(cx), err
		})
		opener := runtime.GoPinned(rt, (at+1)%3, func(cx *future.Context) (none, error) { g.open(); return none{}, nil })
		n, err := result(t, h)
		require.NoError(t, err)
		require.Equal(t, at, n)
		_, err = result(t, opener)
		require.NoError(t, err)
	}
}

// tokio: T82 tests/task_local_set.rs drop_cancels_tasks: the end of the owner cancels its local tasks
func TestLocalTasksAreChildren(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	p := newProbe()
	var child *runtime.JoinHandle[int]
	must(t, rt, func(cx *future.Context) {
		child = runtime.SpawnLocal(cx, p)
		require.NoError(t, future.Yield(cx))
	})
	_, err := result(t, child)
	requireCancelled(t, err)
	p.requireDroppedOnce(t)

	p = newProbe()
	must(t, rt, func(cx *future.Context) {
		child = runtime.SpawnLocal(runtime.Named(runtime.Detached(cx), "free"), p)
	})
	receive(t, p.polled)
	require.Equal(t, "free", child.Name())
	child.Abort()
	_, err = result(t, child)
	requireCancelled(t, err)
}

// tokio: T81 tests/task_local_set.rs local_tasks_are_polled_after_tick: a local task is polled though others never let the worker rest
func TestLocalTasksAreNotStarvedByOthers(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	stop := false // one worker: no lock
	busy := runtime.Go(rt, func(cx *future.Context) (none, error) {
		for !stop {
			if err := future.Yield(cx); err != nil {
				return none{}, err
			}
		}
		return none{}, nil
	})
	_, err := result(t, runtime.GoPinned(rt, 0, func(*future.Context) (none, error) { stop = true; return none{}, nil }))
	require.NoError(t, err)
	_, err = result(t, busy)
	require.NoError(t, err)
}

// tokio: T24 tests/rt_common.rs local_set_block_on_socket: local tasks use sockets
// tokio: T66 tests/task_abort.rs remote_abort_local_set_3929: one that is aborted from elsewhere is dropped on its own worker
func TestALocalTaskUsesSocketsAndIsDroppedOnItsWorker(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 3})
	for at := range 3 {
		_, err := result(t, runtime.GoPinned(rt, at, func(cx *future.Context) (none, error) {
			ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
			if err != nil {
				return none{}, err
			}
			defer ln.Close()
			client := runtime.GoLocal(cx, func(cx *future.Context) (none, error) {
				conn, err := aio.Dial(cx, "tcp", ln.Addr().String())
				if err != nil {
					return none{}, err
				}
				return none{}, conn.Close()
			})
			conn, err := ln.Accept(cx)
			require.NoError(t, err)
			require.Equal(t, at, workerNumber(cx))
			require.NoError(t, conn.Close())
			return client.Await(cx)
		}))
		require.NoError(t, err)
		p := newProbe()
		droppedOn := -1
		p.onDrop = func(cx *future.Context) { droppedOn = workerNumber(cx) }
		h := runtime.SpawnPinned(rt, at, p)
		receive(t, p.polled)
		h.Abort()
		_, err = result(t, h)
		requireCancelled(t, err)
		require.Equal(t, at, droppedOn)
	}
}

// covers: F74
// tokio: T85 tests/task_local_set.rs block_in_place_in_spawn_local_mt (ours: allowed): the other local tasks wait for its end, all else goes on
func TestBlockInPlaceInALocalTaskKeepsTheOthersWaiting(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	begun, release := make(chan none), make(chan none)
	order := "" // no lock: local tasks
	first := runtime.GoPinned(rt, 0, func(cx *future.Context) (none, error) {
		_, err := runtime.BlockInPlace(cx, func() (none, error) {
			block(begun, release)
			order += "first "
			return none{}, nil
		})
		return none{}, err
	})
	receive(t, begun)
	second := runtime.GoPinned(rt, 0, func(*future.Context) (none, error) { order += "second"; return none{}, nil })
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
	require.False(t, second.IsFinished())
	close(release)
	for _, h := range []*runtime.JoinHandle[none]{first, second} {
		_, err := result(t, h)
		require.NoError(t, err)
	}
	require.Equal(t, "first second", order)
}

// tokio: tokio-util/src/task/spawn_pinned.rs spawn_pinned_by_idx (ours: an error): a number that no worker has is refused
func TestAWorkerThatDoesNotExistIsRefused(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	for _, at := range []int{-1, 2} {
		p := newProbe()
		h := runtime.SpawnPinned(rt, at, p)
		require.True(t, h.IsFinished())
		_, err := h.Wait(context.Background())
		requireCancelled(t, err)
		require.ErrorIs(t, err, runtime.ErrNoSuchWorker)
		require.ErrorContains(t, err, "of a runtime whose workers are 0 to 1")
		p.requireDroppedOnce(t)
	}
}

// tokio: src/task/local.rs spawn_local (ours: a finished handle): there is no worker to stay on
// tokio: T59 tests/rt_local.rs test_spawn_local_from_guard_other_thread (ours: a finished handle): not from another thread
// tokio: T88 tests/task_builder.rs spawn_local_panics_outside_local_set_or_local_runtime (ours: a finished handle): nor without a runtime
// tokio: T62 tests/task_panic.rs local_set_spawn_local_panic_caller (ours: a finished handle): the handle has the reason
// covers: F3
func TestSpawnLocalNeedsAWorker(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for _, on := range []runtime.Spawner{rt, runtime.Named(rt, "x"), (*runtime.Runtime)(nil), (*future.Context)(nil), nil} {
		p := newProbe()
		_, err := runtime.SpawnLocal(on, p).Wait(context.Background())
		require.ErrorIs(t, err, future.ErrNoWorker)
		p.requireDroppedOnce(t)
	}
	_, err := runtime.GoPinned(nil, 0, func(*future.Context) (none, error) { return none{}, nil }).Wait(context.Background())
	require.ErrorIs(t, err, future.ErrNoWorker)
}

// covers: F73
// tokio: T82 tests/task_local_set.rs drop_cancels_remote_tasks: a closed runtime refuses local tasks and has dropped those it had
func TestAClosedRuntimeRefusesLocalTasks(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(t, err)
	waits, late := newProbe(), newProbe()
	h := runtime.SpawnPinned(rt, 1, waits)
	receive(t, waits.polled)
	require.NoError(t, rt.Close())
	_, err = result(t, h)
	requireCancelled(t, err)
	waits.requireDroppedOnce(t)
	_, err = runtime.SpawnPinned(rt, 1, late).Wait(context.Background())
	require.ErrorIs(t, err, runtime.ErrClosed)
	late.requireDroppedOnce(t)
}
