package runtime_test

import (
	"context"
	"fmt"
	goruntime "runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

// diary writes down what hooks are told.
type diary struct {
	mu    sync.Mutex
	lines []string
	ids   map[uint64]bool
}

func (d *diary) hook(name string) func(runtime.TaskMeta) {
	return func(m runtime.TaskMeta) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.ids == nil {
			d.ids = map[uint64]bool{}
		}
		d.ids[m.ID()] = true
		d.lines = append(d.lines, name)
	}
}

func (d *diary) hooks(prefix string) runtime.TaskHooks {
	return runtime.TaskHooks{
		OnSpawn:     d.hook(prefix + "spawn"),
		OnPollBegin: d.hook(prefix + "begin"),
		OnPollEnd:   d.hook(prefix + "end of poll"),
		OnEnd:       d.hook(prefix + "end"),
	}
}

func (d *diary) read() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.lines, ", ")
}

// tokio: T61 tests/task_hooks.rs spawn_task_hook_fires: the spawn hook is called once for each task, with its number
// tokio: T61 tests/task_hooks.rs terminate_task_hook_fires: the hook of the end too
// covers: F201
func TestHooksOfTheRuntimeAreCalledForEachTask(t *testing.T) {
	const tasks = 8
	var spawned, ended diary
	rt, err := runtime.New(runtime.Config{Workers: 1, Hooks: runtime.Hooks{OnSpawn: spawned.hook("spawn"), OnEnd: ended.hook("end")}})
	require.NoError(t, err)
	for range tasks / 2 {
		runtime.Spawn(rt, forever)
		_, err := runtime.Go(rt, returning(1)).Wait(t.Context())
		require.NoError(t, err)
	}
	require.Len(t, spawned.ids, tasks)
	require.Len(t, spawned.lines, tasks)
	require.NoError(t, rt.Close())
	require.Equal(t, spawned.ids, ended.ids)
	require.Len(t, ended.lines, tasks)
}

// tokio: T61 tests/task_hooks.rs task_hook_spawn_location_multi_thread: hooks know where a task was spawned, if that is traced
// tokio: T61 tests/task_hooks.rs task_hook_spawn_location_current_thread: the same with one worker
func TestHooksKnowWhereATaskWasSpawned(t *testing.T) {
	for _, workers := range []int{1, 2} {
		var mu sync.Mutex
		sites := map[string]int{}
		look := func(m runtime.TaskMeta) {
			mu.Lock()
			defer mu.Unlock()
			sites[m.Site()]++
		}
		rt, err := runtime.New(runtime.Config{Workers: workers, TraceSpawn: true,
			Hooks: runtime.Hooks{OnSpawn: look, OnPollBegin: look, OnPollEnd: look, OnEnd: look}})
		require.NoError(t, err)
		var tr runtime.TaskTracker
		must(t, rt, func(cx *future.Context) {
			var s runtime.JoinSet[int]
			s.Go(cx, returning(1))
			s.SpawnBlocking(runtime.Named(tr.On(cx), "x"), func(context.Context) (int, error) { return 1, nil })
			s.Add(runtime.SpawnValue(runtime.Hooked(rt, runtime.TaskHooks{}), &counter{}))
			require.NoError(t, runtime.Scope(cx, func(n *runtime.Nursery) error {
				n.Go(cx, func(*future.Context) error { return nil })
				runtime.ScopeGo(cx, n, returning(1))
				return nil
			}))
			for range s.All(cx) {
			}
		})
		require.NoError(t, rt.Close())
		for site := range sites {
			require.Contains(t, site, "_test.go:", sites)
		}
		require.Len(t, sites, 6)
	}
}

func TestHooksOfOneTaskTellItsWay(t *testing.T) {
	twice := func(cx *future.Context) (int, error) { return 1, future.Yield(cx) }
	for _, c := range []struct {
		name, want string
		spawn      func(on runtime.Spawner) *runtime.JoinHandle[int]
	}{
		{"two polls", "spawn, begin, end of poll, begin, end of poll, end",
			func(on runtime.Spawner) *runtime.JoinHandle[int] { return runtime.Go(on, twice) }},
		{"abort before the first poll", "spawn, end",
			func(on runtime.Spawner) *runtime.JoinHandle[int] {
				h := runtime.Go(on, twice)
				h.Abort()
				return h
			}},
		{"panic", "spawn, begin, end",
			func(on runtime.Spawner) *runtime.JoinHandle[int] {
				return runtime.Go(on, func(*future.Context) (int, error) { panic("boom") })
			}},
		{"panic in Drop", "spawn, end",
			func(on runtime.Spawner) *runtime.JoinHandle[int] {
				p := newProbe()
				p.onDrop = func(*future.Context) { panic("boom") }
				h := runtime.Spawn(on, p)
				h.Abort()
				return h
			}},
		{"blocking", "spawn, begin, end of poll, end",
			func(on runtime.Spawner) *runtime.JoinHandle[int] {
				return runtime.SpawnBlocking(on, func(context.Context) (int, error) { return 1, nil })
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rt := open(t, runtime.Config{Workers: 1})
			var d, other diary
			must(t, rt, func(cx *future.Context) {
				h := c.spawn(runtime.Hooked(cx, d.hooks("")))
				runtime.Go(runtime.Hooked(cx, other.hooks("")), twice)
				_, _ = h.Await(cx)
				require.True(t, d.ids[h.ID()])
			})
			require.Len(t, d.ids, 1)
			if c.name == "blocking" { // another goroutine may begin before the spawner has told
				require.ElementsMatch(t, strings.Split(c.want, ", "), strings.Split(d.read(), ", "))
				require.Equal(t, "spawn", d.lines[0])
				return
			}
			require.Equal(t, c.want, d.read())
		})
	}
}

func TestHooksAddedLastAreToldFirst(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var d diary
	must(t, rt, func(cx *future.Context) {
		on := runtime.Hooked(runtime.Named(runtime.Hooked(cx, d.hooks("inner ")), "x"), d.hooks("outer "))
		_, err := runtime.Go(on, returning(1)).Await(cx)
		require.NoError(t, err)
	})
	require.Equal(t, "outer spawn, inner spawn, outer begin, inner begin, inner end of poll, inner end, outer end of poll, outer end", d.read())
}

// Hooks must not panic. If one of a task does, its task has panicked, and nothing is told, counted or dropped twice.
func TestAHookThatPanicsEndsItsTaskOnce(t *testing.T) {
	for _, at := range []string{"end of poll", "end"} {
		t.Run(at, func(t *testing.T) {
			boom := func(runtime.TaskMeta) { panic("hook") }
			ends := 0
			hooks := runtime.TaskHooks{OnEnd: func(runtime.TaskMeta) { ends++ }}
			switch at {
			case "end of poll":
				hooks.OnPollEnd = boom
			case "end":
				hooks.OnEnd = func(runtime.TaskMeta) { ends++; panic("hook") }
			}
			rt := open(t, runtime.Config{Workers: 1})
			var inner, outer runtime.TaskTracker
			p := newProbe()
			p.onPoll = func(*future.Context) (int, bool, error) { return 1, true, nil }
			on := outer.On(runtime.Hooked(inner.On(runtime.Named(rt, "it")), hooks))
			_, err := result(t, runtime.Spawn(on, p))
			requirePanic(t, err, "hook")
			require.Zero(t, inner.Len())
			require.Zero(t, outer.Len())
			require.Zero(t, p.drops.Load())
			require.Equal(t, 1, ends)
		})
	}
}

// The future is gone when OnEnd of a task is called, also if its Drop panics; the handle cannot see the end yet.
func TestOnEndOfATaskComesWhenItsFutureIsGone(t *testing.T) {
	for _, panics := range []bool{false, true} {
		rt := open(t, runtime.Config{Workers: 1})
		p := newProbe()
		p.onDrop = func(*future.Context) {
			if panics {
				panic("boom")
			}
		}
		var h *runtime.JoinHandle[int]
		var drops int32
		isFinished := true
		must(t, rt, func(cx *future.Context) {
			h = runtime.Spawn(runtime.Hooked(cx, runtime.TaskHooks{OnEnd: func(runtime.TaskMeta) {
				drops, isFinished = p.drops.Load(), h.IsFinished()
			}}), p)
			require.NoError(t, future.Yield(cx))
			h.Abort()
			_, err := h.Await(cx)
			require.Error(t, err)
		})
		require.EqualValues(t, 1, drops)
		require.False(t, isFinished)
	}
}

// fragile is ready at once, and must not be dropped after that: its cell is empty then.
type fragile struct{}

var fragileDrops atomic.Int32

func (f *fragile) Poll(*future.Context) (int, bool, error) { return 1, true, nil }

func (f *fragile) Drop(*future.Context) { fragileDrops.Add(1) }

func TestAHookThatPanicsAfterTheLastPollDropsNothing(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("hook") }, "Goexit": goruntime.Goexit} {
		for _, ofTask := range []bool{false, true} {
			hook := func(m runtime.TaskMeta) {
				if m.Name() == "it" {
					end()
				}
			}
			config, hooks := runtime.Config{Workers: 1}, runtime.TaskHooks{}
			if ofTask {
				hooks.OnPollEnd = hook
			} else {
				config.Hooks.OnPollEnd = hook
			}
			rt := open(t, config)
			_, err := result(t, runtime.SpawnValue(runtime.Hooked(runtime.Named(rt, "it"), hooks), &fragile{}))
			switch {
			case name == "Goexit":
				requirePanic(t, err, runtime.ErrGoexit)
			case ofTask:
				requirePanic(t, err, "hook")
			default:
				require.NoError(t, err)
			}
			require.Zero(t, fragileDrops.Load())
		}
	}
}

func TestARefusedTaskHasNoEvents(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	require.NoError(t, rt.Close())
	var d diary
	runtime.Go(runtime.Hooked(rt, d.hooks("")), returning(1))
	runtime.SpawnBlocking(runtime.Hooked(rt, d.hooks("")), func(context.Context) (int, error) { return 1, nil })
	runtime.Go(runtime.Hooked(nil, d.hooks("")), returning(1))
	require.Empty(t, d.read())
}

// Tasks are spawned from outside, and the spawner is slow to tell of them: the worker does it then.
func TestOnSpawnComesBeforeTheFirstPoll(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var tr runtime.TaskTracker
	for range 50 {
		var d diary
		on := runtime.Hooked(rt, d.hooks(""))
		for range 5000 {
			on = tr.On(on) // the spawner looks at each of them first
		}
		_, err := result(t, runtime.Go(on, returning(1)))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(d.read(), "spawn, begin"), d.read())
	}
}

func TestHooksKnowWorkerAndTask(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var mu sync.Mutex
	var lines []string
	note := func(what string) func(m runtime.TaskMeta) {
		return func(m runtime.TaskMeta) {
			mu.Lock()
			defer mu.Unlock()
			lines = append(lines, fmt.Sprint(what, " ", m.Worker, " ", m.Name(), " ", m.Origin()))
		}
	}
	must(t, rt, func(cx *future.Context) {
		on := runtime.Named(runtime.Hooked(cx, runtime.TaskHooks{OnSpawn: note("spawn"), OnEnd: note("end")}), "soup")
		_, err := runtime.SpawnValue(on, &counter{}).Await(cx)
		require.NoError(t, err)
	})
	require.Equal(t, []string{"spawn 0 soup *runtime_test.counter", "end 0 soup *runtime_test.counter"}, lines)
}
