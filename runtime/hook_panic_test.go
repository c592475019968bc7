package runtime_test

import (
	"context"
	"encoding/json"
	"log/slog"
	goruntime "runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// hookRecord is what the log says of a hook that has panicked.
type hookRecord struct {
	Msg, Level, Runtime, Hook, Name, Origin, Panic, Stack string
	Task                                                  uint64
	Worker                                                int
}

// hooksInBook returns the records of hooks that have panicked, in order.
func hooksInBook(t *testing.T, book *logBook) (records []hookRecord) {
	t.Helper()
	for _, line := range book.lines() {
		if line == "" {
			continue
		}
		var r hookRecord
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		require.Equal(t, "hook panicked", r.Msg)
		records = append(records, r)
	}
	return records
}

// brokenHooks are hooks all of which call end; those of tasks only for a task with a name.
func brokenHooks(end func()) map[string]runtime.Hooks {
	ofTask := func(m runtime.TaskMeta) {
		if m.Name() != "" {
			end()
		}
	}
	ofWorker := func(int) { end() }
	return map[string]runtime.Hooks{
		"OnSpawn":       {OnSpawn: ofTask},
		"OnPollBegin":   {OnPollBegin: ofTask},
		"OnPollEnd":     {OnPollEnd: ofTask},
		"OnEnd":         {OnEnd: ofTask},
		"OnPark":        {OnPark: ofWorker},
		"OnUnpark":      {OnUnpark: ofWorker},
		"OnWorkerStart": {OnWorkerStart: ofWorker},
		"OnWorkerStop":  {OnWorkerStop: ofWorker},
	}
}

// spawnedInEachWay awaits tasks of each kind, with a name, that return, and returns the number of those that workers poll.
func spawnedInEachWay(t *testing.T, rt *runtime.Runtime) (polled uint64) {
	t.Helper()
	named := func(on runtime.Spawner) runtime.Spawner { return runtime.Named(on, "it") }
	waits := func(cx *future.Context) (int, error) { return 1, future.Yield(cx) }
	awaited := make(chan none)
	blocks := func(context.Context) (int, error) { <-awaited; return 1, nil }
	for _, h := range []*runtime.JoinHandle[int]{
		runtime.Go(named(rt), waits),
		runtime.SpawnValue(named(rt), &counter{n: 1}),
		runtime.Go(runtime.Named(runtime.PinnedTo(rt, 0), "it"), waits),
	} {
		_, err := result(t, h)
		require.NoError(t, err)
	}
	must(t, rt, func(cx *future.Context) {
		for _, h := range []*runtime.JoinHandle[int]{
			runtime.Go(named(cx), waits),
			runtime.Go(named(cx), returning(1)),
			runtime.SpawnValue(named(cx), &counter{n: 1}),
		} {
			_, err := h.Await(cx)
			require.NoError(t, err)
		}
		blocking := runtime.SpawnBlocking(named(cx), blocks)
		runtime.Go(cx, func(*future.Context) (none, error) { close(awaited); return none{}, nil }) // when blocking is awaited
		_, err := blocking.Await(cx)
		require.NoError(t, err)
		h := runtime.Spawn(named(cx), forever)
		h.Abort()
		_, err = h.Await(cx)
		requireCancelled(t, err)
	})
	return 3 + 1 + 5
}

// A hook that panics is logged: each task ends once, as it does without it, and its joiner is woken.
func TestAHookThatPanicsIsLoggedAndHarmsNobody(t *testing.T) {
	for name, hooks := range brokenHooks(func() { panic("hook") }) {
		t.Run(name, func(t *testing.T) {
			var book logBook
			rt, err := runtime.New(runtime.Config{Name: "kitchen", Workers: 1, Hooks: hooks, Blocked: runtime.BlockedOff,
				Logger: slog.New(slog.NewJSONHandler(&book, nil))})
			require.NoError(t, err)
			for rt.Metrics().Parks == 0 { // before it is woken: OnPark and OnUnpark come too
				goruntime.Gosched()
			}
			polled := spawnedInEachWay(t, rt)
			require.NoError(t, rt.Close())
			m := rt.Metrics()
			require.Equal(t, []uint64{polled, polled}, []uint64{m.Spawned, m.Completed})
			records := hooksInBook(t, &book)
			require.NotEmpty(t, records)
			r := records[0]
			require.Equal(t, []string{"ERROR", "kitchen", name, "hook"}, []string{r.Level, r.Runtime, r.Hook, r.Panic})
			require.Contains(t, r.Stack, "brokenHooks")
			isOfTask := slices.Contains([]string{"OnSpawn", "OnPollBegin", "OnPollEnd", "OnEnd"}, name)
			require.Equal(t, isOfTask, r.Task != 0)
			require.Equal(t, isOfTask, r.Name == "it" && r.Origin != "")
		})
	}
}

// A hook may end its goroutine, as testing's FailNow does: where the task has ended, or has not begun, that is as if it had returned.
func TestAnOnEndThatEndsItsGoroutineEndsItsTaskOnce(t *testing.T) {
	var ends atomic.Int32
	rt, err := runtime.New(runtime.Config{Workers: 1, Hooks: runtime.Hooks{OnEnd: func(m runtime.TaskMeta) {
		if m.Name() != "" {
			ends.Add(1)
			goruntime.Goexit()
		}
	}}})
	require.NoError(t, err)
	polled := spawnedInEachWay(t, rt)
	require.NoError(t, rt.Close())
	require.EqualValues(t, 8, ends.Load())
	m := rt.Metrics()
	require.Equal(t, []uint64{polled, polled}, []uint64{m.Spawned, m.Completed})
}

// A task that was counted is run, though nobody has its handle.
func TestATaskRunsThoughOnSpawnEndsItsGoroutine(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1, Hooks: runtime.Hooks{OnSpawn: func(m runtime.TaskMeta) {
		if m.Name() != "" {
			goruntime.Goexit()
		}
	}}})
	for _, on := range []runtime.Spawner{rt, runtime.PinnedTo(rt, 0)} {
		ran := make(chan none)
		go runtime.Go(runtime.Named(on, "it"), func(*future.Context) (int, error) { close(ran); return 1, nil })
		receive(t, ran)
	}
	require.NoError(t, rt.Shutdown(t.Context()))
}

// Around a poll it ends the task, and the worker's place is taken by another goroutine.
func TestAHookThatEndsItsGoroutineBesideAPollEndsTheTask(t *testing.T) {
	for name, hooks := range brokenHooks(goruntime.Goexit) {
		if name != "OnPollBegin" && name != "OnPollEnd" {
			continue
		}
		rt := open(t, runtime.Config{Workers: 1, Hooks: hooks})
		_, err := result(t, runtime.Go(runtime.Named(rt, "it"), returning(1)))
		require.ErrorIs(t, err, runtime.ErrGoexit, name)
		n, err := result(t, runtime.Go(rt, returning(1)))
		require.NoError(t, err, name)
		require.Equal(t, 1, n)
	}
}

// The last hook of a worker has nothing to end: Close does not wait for the worker.
func TestCloseReturnsThoughOnWorkerStopEndsItsGoroutine(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 2, Hooks: brokenHooks(goruntime.Goexit)["OnWorkerStop"]})
	require.NoError(t, err)
	_, err = result(t, runtime.Go(rt, returning(1)))
	require.NoError(t, err)
	require.NoError(t, rt.Close())
}
