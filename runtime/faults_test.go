package runtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// tokio: T45 tests/rt_threaded.rs max_blocking_threads_set_to_zero (ours: zero is the default): less than nothing is refused
// tokio: T62 tests/rt_panic.rs builder_worker_threads_panic_caller (ours: an error): so is a number of workers that cannot be
// tokio: T62 tests/rt_panic.rs builder_max_blocking_threads_panic_caller (ours: an error): with the name of the field
// covers: F22
func TestAConfigThatMakesNoSenseIsRefused(t *testing.T) {
	for field, config := range map[string]runtime.Config{
		"Workers":      {Workers: -1},
		"Workers is":   {Workers: 1 << 16},
		"IO":           {IO: 3},
		"Orphans":      {Orphans: 2},
		"CloseTimeout": {CloseTimeout: -1},
		"MaxBlocking":  {MaxBlocking: -1},
	} {
		rt, err := runtime.New(config)
		require.Nil(t, rt)
		require.ErrorIs(t, err, runtime.ErrConfig)
		require.ErrorContains(t, err, field)
	}
}

// tokio: tests/rt_basic.rs default_runtime_name_should_be_none: a runtime has no name unless it was given one
// tokio: tests/rt_basic.rs different_runtime_names: each keeps its own
// covers: F1 F4 F9 F23
func TestTheZeroConfigHasAWorkerForEachProcessor(t *testing.T) {
	rt := open(t, runtime.Config{})
	require.Equal(t, goruntime.GOMAXPROCS(0), rt.Metrics().Workers)
	require.Empty(t, rt.Name())
	require.Equal(t, "kitchen", open(t, runtime.Config{Name: "kitchen", Workers: 3}).Name())
}

func TestAwaitOutsideABodyPanicsAndSaysSo(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for name, poll := range map[string]func(cx *future.Context){
		"Await":       func(cx *future.Context) { _, _ = future.Await(cx, forever) },
		"Yield":       func(cx *future.Context) { _ = future.Yield(cx) },
		"Sleep":       func(cx *future.Context) { _ = timer.Sleep(cx, 1) },
		"handle":      func(cx *future.Context) { _, _ = runtime.Spawn(cx, forever).Await(cx) },
		"nil context": func(*future.Context) { _, _ = future.Await(nil, forever) },
	} {
		inPoll := future.Func(func(cx *future.Context) (none, bool, error) { poll(cx); return none{}, true, nil })
		_, err := result(t, runtime.Spawn(rt, inPoll))
		var join *runtime.JoinError
		require.ErrorAs(t, err, &join, name)
		require.Contains(t, join.Panic(), "Await outside a body", name)
		require.Contains(t, join.Panic(), "future.Async", name)

		// The same in a Poll that a body awaits.
		_, err = do(t, rt, func(cx *future.Context) (none, error) { return future.Await(cx, inPoll) })
		require.ErrorAs(t, err, &join, name)
		require.Contains(t, join.Panic(), "Await outside a body", name)
	}
}

func TestAwaitWithAParentsCxPanicsAndSaysSo(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for name, body := range map[string]func(parent *future.Context) (none, error){
		"in a child's body": func(parent *future.Context) (none, error) {
			return runtime.Go(parent, func(*future.Context) (none, error) { return none{}, timer.Sleep(parent, 1) }).Await(parent)
		},
		"in a body that it awaits": func(parent *future.Context) (none, error) {
			return future.Await(parent, future.Async(func(*future.Context) (none, error) { return none{}, timer.Sleep(parent, 1) }))
		},
	} {
		_, err := do(t, rt, body)
		var join *runtime.JoinError
		require.ErrorAs(t, err, &join, name)
		require.Contains(t, join.Panic(), "another body's cx", name)
	}
}

func TestAwaitWithACxAfterItsBodyPanicsAndSaysSo(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	var late *future.Context
	must(t, rt, func(cx *future.Context) { late = cx })
	require.PanicsWithValue(t,
		"simmer: Await with another body's cx: each body, goroutine and poll uses the cx that it was given, never its parent's",
		func() { _, _ = future.Await(late, forever) })
	require.Nil(t, runtime.Of(late))
	_, err := runtime.BlockInPlace(late, func() (int, error) { return 7, nil })
	require.NoError(t, err, "without a worker it only calls the function")
}

func TestAwaitInAGoroutineOfTheBodyPanicsInCheckingBuilds(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("only -race and -tags invariants look at the goroutine")
	}
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		got := make(chan any)
		go func() { // ends with the panic
			defer func() { got <- recover() }()
			_ = future.Yield(cx)
		}()
		require.Contains(t, <-got, "another body's cx")
	})
}

// simmeringSoup is the function that the stack of its panic must show.
func simmeringSoup() { panic("boiled over") }

func TestTheStackOfAPanicShowsTheCodeThatPanicked(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	body := runtime.Go(rt, func(*future.Context) (none, error) { simmeringSoup(); return none{}, nil })
	nested := runtime.Go(rt, func(cx *future.Context) (none, error) {
		return future.Await(cx, future.Async(func(cx *future.Context) (none, error) {
			if err := future.Yield(cx); err != nil {
				return none{}, err
			}
			simmeringSoup()
			return none{}, nil
		}))
	})
	poll := runtime.Spawn(rt, future.Func(func(*future.Context) (none, bool, error) { simmeringSoup(); return none{}, true, nil }))
	p := newProbe()
	p.onDrop = func(*future.Context) { simmeringSoup() }
	drop := runtime.Spawn(rt, p)
	drop.Abort()
	blocking := runtime.SpawnBlocking(rt, func(context.Context) (none, error) { simmeringSoup(); return none{}, nil })
	for _, wait := range []func() error{
		func() error { _, err := result(t, body); return err },
		func() error { _, err := result(t, nested); return err },
		func() error { _, err := result(t, poll); return err },
		func() error { _, err := result(t, drop); return err },
		func() error { _, err := result(t, blocking); return err },
	} {
		join := requirePanic(t, wait(), "boiled over")
		require.Contains(t, string(join.Stack()), "simmeringSoup")
		require.Contains(t, string(join.Stack()), "faults_test.go")
	}
}

// tokio: tests/rt_common.rs panic_in_task: a panic ends its task, and the worker goes on
func TestAPanicEndsItsTaskOnly(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	must(t, rt, func(cx *future.Context) {
		var release gate
		sibling := runtime.Go(cx, func(cx *future.Context) (int, error) { return 7, release.pass(cx) })
		for i := range 20 {
			p := newProbe()
			p.onPoll = func(*future.Context) (int, bool, error) { panic(i) }
			_, err := runtime.Spawn(cx, p).Await(cx)
			requirePanic(t, err, i)
		}
		release.open()
		v, err := sibling.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	})
}

// logBook is a slog handler's writer.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Split(strings.TrimSuffix(b.text.String(), "\n"), "\n")
}

func TestAPanicIsLoggedOnceIfNobodyWaitsForIt(t *testing.T) {
	var book logBook
	rt, err := runtime.New(runtime.Config{Name: "kitchen", Workers: 1, Logger: slog.New(slog.NewJSONHandler(&book, nil))})
	require.NoError(t, err)
	h := runtime.Go(runtime.Named(rt, "soup"), func(*future.Context) (none, error) { simmeringSoup(); return none{}, nil })
	must(t, rt, func(cx *future.Context) { require.NoError(t, future.Yield(cx)) }) // one worker: h has ended
	lines := book.lines()
	require.Len(t, lines, 1)
	var record struct {
		Level, Msg, Runtime, Name, Origin, Panic, Stack string
		Task                                            uint64
	}
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &record))
	require.Equal(t, "ERROR", record.Level)
	require.Equal(t, []any{"kitchen", "soup", "boiled over", h.ID()}, []any{record.Runtime, record.Name, record.Panic, record.Task})
	require.Contains(t, record.Origin, "TestAPanicIsLoggedOnceIfNobodyWaitsForIt")
	require.Contains(t, record.Stack, "simmeringSoup")

	_, err = result(t, h)
	requirePanic(t, err, "boiled over") // a later waiter still gets it
	require.NoError(t, rt.Close())
	require.Len(t, book.lines(), 1)
}

func TestAPanicIsNotLoggedIfSomebodyWaitsForIt(t *testing.T) {
	var book logBook
	rt := open(t, runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
	must(t, rt, func(cx *future.Context) {
		_, err := runtime.Go(cx, func(cx *future.Context) (none, error) {
			require.NoError(t, future.Yield(cx))
			panic("boom")
		}).Await(cx)
		requirePanic(t, err, "boom")
	})
	require.Equal(t, []string{""}, book.lines())
}

func TestAPanicInTheDropOfARefusedFutureIsLogged(t *testing.T) {
	var book logBook
	rt, err := runtime.New(runtime.Config{Workers: 1, Logger: slog.New(slog.NewTextHandler(&book, nil))})
	require.NoError(t, err)
	require.NoError(t, rt.Close())
	p := newProbe()
	p.onDrop = func(*future.Context) { panic("boom") }
	h := runtime.Spawn(rt, p)
	require.Equal(t, runtime.Panicked, h.Outcome())
	require.Contains(t, book.lines()[0], "boom")
}

func TestGoexitEndsItsTaskWithAnErrorAndTheWorkerIsReplaced(t *testing.T) {
	exit := func(*future.Context) { goruntime.Goexit() }
	dropped := func() *probe { p := newProbe(); p.onDrop = exit; return p }
	for name, spawn := range map[string]func(cx *future.Context) *runtime.JoinHandle[int]{
		"body": func(cx *future.Context) *runtime.JoinHandle[int] {
			return runtime.Go(cx, func(*future.Context) (int, error) { goruntime.Goexit(); return 0, nil })
		},
		"body that has waited": func(cx *future.Context) *runtime.JoinHandle[int] {
			return runtime.Go(cx, func(cx *future.Context) (int, error) {
				require.NoError(t, future.Yield(cx))
				goruntime.Goexit()
				return 0, nil
			})
		},
		"nested body": func(cx *future.Context) *runtime.JoinHandle[int] {
			return runtime.Go(cx, func(cx *future.Context) (int, error) {
				return future.Await(cx, future.Async(func(*future.Context) (int, error) { goruntime.Goexit(); return 0, nil }))
			})
		},
		"poll": func(cx *future.Context) *runtime.JoinHandle[int] {
			return runtime.Spawn(cx, future.Func(func(*future.Context) (int, bool, error) { goruntime.Goexit(); return 0, true, nil }))
		},
		"drop": func(cx *future.Context) *runtime.JoinHandle[int] {
			h := runtime.Spawn(cx, dropped())
			h.Abort()
			return h
		},
		"deferred call": func(cx *future.Context) *runtime.JoinHandle[int] {
			h := runtime.Go(cx, func(cx *future.Context) (int, error) {
				defer goruntime.Goexit()
				return 0, never(cx)
			})
			require.NoError(t, future.Yield(cx))
			h.Abort()
			return h
		},
		"after BlockInPlace": func(cx *future.Context) *runtime.JoinHandle[int] {
			return runtime.Go(cx, func(cx *future.Context) (int, error) {
				return runtime.BlockInPlace(cx, func() (int, error) { goruntime.Goexit(); return 0, nil })
			})
		},
		"blocking function": func(cx *future.Context) *runtime.JoinHandle[int] {
			return runtime.SpawnBlocking(cx, func(context.Context) (int, error) { goruntime.Goexit(); return 0, nil })
		},
	} {
		for _, workers := range []int{1, 2} {
			t.Run(name, func(t *testing.T) {
				rt := open(t, runtime.Config{Workers: workers})
				must(t, rt, func(cx *future.Context) {
					other := runtime.Go(cx, func(cx *future.Context) (int, error) { return 7, timer.Sleep(cx, time.Millisecond) })
					for range 5 {
						h := spawn(cx)
						_, err := h.Await(cx)
						requirePanic(t, err, runtime.ErrGoexit)
						require.ErrorIs(t, err, runtime.ErrGoexit)
						require.Equal(t, runtime.Panicked, h.Outcome())
					}
					v, err := other.Await(cx)
					require.NoError(t, err)
					require.Equal(t, 7, v)
				})
				require.Equal(t, workers, pollingWorkers(t, rt, workers))
			})
		}
	}
}

// pollingWorkers returns the number of goroutines that poll tasks of rt: as many tasks as workers meet in their polls.
func pollingWorkers(t *testing.T, rt *runtime.Runtime, workers int) int {
	t.Helper()
	var mu sync.Mutex
	ids := map[uint64]bool{}
	var all sync.WaitGroup
	all.Add(workers)
	handles := make([]*runtime.JoinHandle[none], workers)
	for i := range handles {
		handles[i] = runtime.Spawn(rt, future.Func(func(*future.Context) (none, bool, error) {
			mu.Lock()
			ids[gostack.ID()] = true
			mu.Unlock()
			all.Done()
			all.Wait() // blocks the worker until all the others are here too
			return none{}, true, nil
		}))
	}
	for _, h := range handles {
		_, err := result(t, h)
		require.NoError(t, err)
	}
	return len(ids)
}

// covers: F12
func TestASocketlessRuntimeRunsTasks(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2, IO: runtime.IOOff})
	v, err := do(t, rt, func(cx *future.Context) (int, error) { return 7, timer.Sleep(cx, time.Millisecond) })
	require.NoError(t, err)
	require.Equal(t, 7, v)
}
