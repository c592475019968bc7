package runtime_test

import (
	"context"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/timer"
)

func tasksByName(rt *runtime.Runtime) map[string]runtime.TaskInfo {
	list := map[string]runtime.TaskInfo{}
	for info := range rt.Tasks() {
		list[info.Name] = info
	}
	return list
}

// tokio: T60 tests/rt_worker_index.rs worker_index_from_spawn_blocking: a blocking function has no worker
// tokio: T88 tests/task_builder.rs spawn_blocking_with_name: a blocking function may have a name
// covers: F213
func TestTasksDescribesEveryLiveTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, MaxBlocking: 1})
	idle := newProbe()
	h := runtime.Spawn(runtime.Named(rt, "idle"), idle)
	receive(t, idle.polled)
	sleeper := runtime.Go(runtime.Named(rt, "sleeper"), func(cx *future.Context) (none, error) {
		return none{}, timer.Sleep(cx, time.Hour)
	})
	async := runtime.Spawn(runtime.Named(rt, "async"), future.Async(func(cx *future.Context) (none, error) {
		return none{}, timer.Sleep(cx, time.Hour)
	}))
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) }) // the sleepers sleep
	running, release := make(chan none), make(chan none)
	blocking := runtime.SpawnBlocking(runtime.Named(rt, "blocking"), func(context.Context) (int, error) {
		close(running)
		<-release
		return 0, nil
	})
	waiting := runtime.SpawnBlocking(runtime.Named(rt, "waiting"), func(context.Context) (int, error) { return 0, nil })
	receive(t, running)

	got := tasksByName(rt)
	require.Len(t, got, 5)
	const here = "github.com/simmer-go/simmer/runtime_test.TestTasksDescribesEveryLiveTask.func"
	for name, want := range map[string]runtime.TaskInfo{
		"idle":     {ID: h.ID(), State: scheduler.StateIdle, Origin: "*runtime_test.probe", Worker: 0},
		"sleeper":  {ID: sleeper.ID(), State: scheduler.StateIdle, Origin: here, Worker: 0},
		"async":    {ID: async.ID(), State: scheduler.StateIdle, Origin: here, Worker: 0},
		"blocking": {ID: blocking.ID(), State: scheduler.StateRunning, Origin: here, Worker: -1},
		"waiting":  {ID: waiting.ID(), State: scheduler.StateQueued, Origin: here, Worker: -1},
	} {
		info := got[name]
		require.Truef(t, strings.HasPrefix(info.Origin, want.Origin), "%s: %s", name, info.Origin)
		info.Origin = want.Origin
		want.Name = name
		require.Equal(t, want, info)
	}
	close(release)
	result(t, waiting)
	h.Abort()
	result(t, h)
	require.NotContains(t, tasksByName(rt), "idle")
	require.Equal(t, []string{"queued", "running", "idle"},
		[]string{scheduler.StateQueued.String(), scheduler.StateRunning.String(), scheduler.StateIdle.String()})
}

func TestTasksMarksAWorkerThatDoesNotAnswer(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	polling, release := make(chan none), make(chan none)
	runtime.Go(runtime.Named(rt, "long poll"), func(*future.Context) (none, error) {
		close(polling)
		<-release
		return none{}, nil
	})
	receive(t, polling)
	runtime.Spawn(runtime.Named(rt, "queued"), forever) // in the injector, which needs no worker's answer
	got := tasksByName(rt)
	close(release)
	require.True(t, got["long poll"].Unanswered)
	require.Equal(t, scheduler.StateRunning, got["long poll"].State)
	require.False(t, got["queued"].Unanswered)
	require.Equal(t, scheduler.StateQueued, got["queued"].State)
}

func TestTasksInsideATaskAndAfterClose(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	var child map[string]runtime.TaskInfo
	must(t, rt, func(cx *future.Context) {
		runtime.Spawn(runtime.Named(cx, "child"), forever)
		require.NoError(t, future.Yield(cx))
		child = tasksByName(rt)
	})
	require.Contains(t, child, "") // the task that asks, which does not answer itself
	require.NoError(t, rt.Close())
	require.Empty(t, tasksByName(rt))
}

func TestTasksStopsWhenItsReaderDoes(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for range 3 {
		runtime.Spawn(rt, forever)
	}
	n := 0
	for range rt.Tasks() {
		n++
		break
	}
	require.Equal(t, 1, n)
}

// covers: F213
func TestTraceSpawnRecordsTheCallSite(t *testing.T) {
	for _, trace := range []bool{true, false} {
		rt := open(t, runtime.Config{Workers: 1, TraceSpawn: trace})
		_, file, line, _ := goruntime.Caller(0)
		spawn := func(on runtime.Spawner) {
			runtime.Spawn(runtime.Named(on, "Spawn"), forever)
			runtime.SpawnValue(runtime.Named(on, "SpawnValue"), &unready{})
			runtime.Go(runtime.Named(on, "Go"), func(cx *future.Context) (none, error) { return none{}, never(cx) })
			runtime.SpawnBlocking(runtime.Named(on, "SpawnBlocking"), func(ctx context.Context) (none, error) {
				<-ctx.Done()
				return none{}, nil
			})
		}
		check := func() {
			got := tasksByName(rt)
			for i, name := range []string{"Spawn", "SpawnValue", "Go", "SpawnBlocking"} {
				require.Contains(t, got, name)
				if trace {
					require.Equal(t, file+":"+strconv.Itoa(line+2+i), got[name].Site)
				} else {
					require.Empty(t, got[name].Site)
				}
			}
		}
		spawn(rt)
		check()
		require.NoError(t, rt.Close())

		rt = open(t, runtime.Config{Workers: 1, TraceSpawn: trace})
		runtime.Go(rt, func(cx *future.Context) (none, error) {
			spawn(cx)
			return none{}, never(cx)
		})
		must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) })
		check()
		require.Equal(t, "inspect_test.go", filepath.Base(file))
	}
}

// unready is never ready.
type unready struct{ _ int }

func (*unready) Poll(*future.Context) (int, bool, error) { return 0, false, nil }

// tokio: T53 tests/rt_metrics.rs num_workers: their number
// tokio: T53 tests/rt_metrics.rs num_alive_tasks: that of the tasks that live, and none when they have ended
// tokio: T53 tests/rt_metrics.rs worker_park_count: how often workers went to sleep
// tokio: tests/rt_unstable_metrics.rs spawned_tasks_count: how many tasks there were
// tokio: tests/rt_unstable_metrics.rs worker_poll_count_and_time (ours: the count): how many polls
// covers: F35 F203
// covers: F210
func TestMetricsCountWhatHasHappened(t *testing.T) {
	sleep := newSleepWatch(2)
	rt := open(t, runtime.Config{Workers: 2, Hooks: sleep.hooks()})
	const tasks = 1000
	waiting := runtime.Spawn(rt, forever)
	must(t, rt, func(cx *future.Context) {
		for range tasks {
			_, err := runtime.SpawnValue(cx, &counter{n: 1}).Await(cx)
			require.NoError(t, err)
		}
	})
	sleep.wait(t) // workers publish before they sleep
	m := rt.Metrics()
	require.Equal(t, 2, m.Workers)
	require.EqualValues(t, tasks+2, m.Spawned)
	require.EqualValues(t, tasks+1, m.Completed)
	require.EqualValues(t, 1, m.Alive)
	require.GreaterOrEqual(t, m.Polls, uint64(3*tasks)) // twice the child, once its owner
	require.NotZero(t, m.Parks)
	require.Zero(t, m.InjectorDepth)
	require.Zero(t, m.BudgetYields)
	waiting.Abort()
	result(t, waiting)
	sleep.wait(t)
	require.Zero(t, rt.Metrics().Alive)
	require.Equal(t, []int{0, 0}, []int{m.BlockingGoroutines, m.BlockingQueue})
}

// tokio: T53 tests/rt_metrics.rs global_queue_depth_multi_thread: tasks that wait in the shared queue are counted
// tokio: T54 tests/rt_unstable_metrics.rs worker_steal_count: so are those that were stolen
func TestMetricsCountTheInjectorsDepthAndSteals(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	polling, release := make(chan none), make(chan none)
	runtime.Spawn(rt, future.Func(func(*future.Context) (none, bool, error) {
		close(polling)
		<-release
		return none{}, true, nil
	}))
	receive(t, polling)
	for range 10 {
		runtime.SpawnValue(rt, &counter{})
	}
	require.Equal(t, 10, rt.Metrics().InjectorDepth)
	close(release)

	sleep := newSleepWatch(2)
	two := open(t, runtime.Config{Workers: 2, Hooks: sleep.hooks()})
	must(t, two, func(cx *future.Context) {
		stolen := runtime.Go(cx, func(*future.Context) (int, error) { return 7, nil })
		runtime.SpawnValue(cx, &counter{}) // pushes the first one out of the LIFO slot
		waitFor(t, stolen)                 // this worker blocks: only the other one can run it
	})
	sleep.wait(t)
	require.NotZero(t, two.Metrics().Steals)
}

// tokio: T55 tests/rt_unstable_metrics.rs budget_exhaustion_yield: a budget that is used up is counted once
// covers: F205
func TestMetricsCountBudgetYields(t *testing.T) {
	sleep := newSleepWatch(1)
	rt := open(t, runtime.Config{Workers: 1, Hooks: sleep.hooks()})
	must(t, rt, func(cx *future.Context) {
		h := runtime.SpawnValue(cx, &counter{})
		require.NoError(t, future.Yield(cx))
		for range 2 * future.Budget {
			h.Await(cx) // ErrConsumed after the first, and each costs a unit
		}
	})
	sleep.wait(t)
	require.EqualValues(t, 2, rt.Metrics().BudgetYields)
}
