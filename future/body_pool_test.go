package future_test

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// coroutines counts the coroutines of the process.
func coroutines() int {
	text := make([]byte, 1<<20)
	return bytes.Count(text[:runtime.Stack(text, true)], []byte("created by iter.Pull"))
}

// idleBodies leaves n coroutines in e's pool.
func idleBodies(e *executor, n int) {
	gates := make([]gate, n)
	for i := range gates {
		spawn(e, awaiting(&gates[i]))
	}
	e.run()
	for i := range gates {
		gates[i].open(i)
	}
	e.run()
}

func TestACoroutineOutlivesItsJob(t *testing.T) {
	boom := func(*future.Context) error { panic("boom") }
	for name, end := range map[string]func(e *executor){
		"return": func(e *executor) { spawnBody(e, func(*future.Context) error { return nil }); e.run() },
		"panic":  func(e *executor) { spawnBody(e, boom); e.run() },
		"cancel": func(e *executor) {
			h := spawn(e, awaiting(&gate{}))
			e.run()
			e.abort(h.task)
			e.run()
		},
		"panic while unwinding": func(e *executor) {
			h := spawnBody(e, func(cx *future.Context) error {
				defer func() { panic("boom") }()
				return future.Yield(cx)
			})
			e.step(h.task)
			h.Abort()
			e.run()
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newExecutor(t)
			idleBodies(e, 1)
			before := coroutines()
			for range 3 {
				end(e)
				require.Equal(t, 1, e.local.IdleBodies())
				require.Equal(t, before, coroutines())
			}
			g := &gate{}
			h := spawn(e, awaiting(g))
			e.run()
			require.False(t, h.IsComplete(), "the next job starts with a clean state")
			g.open(1)
			e.run()
			require.Nil(t, h.panicked)
			require.Equal(t, 1, h.value)
		})
	}
}

func TestAWorkerKeepsAtMost256IdleBodies(t *testing.T) {
	e := newExecutor(t)
	before := coroutines()
	idleBodies(e, 300)
	require.Equal(t, 256, e.local.IdleBodies())
	require.Equal(t, before+256, coroutines(), "the others have ended")
}

func TestTrimHalvesWhatWasIdleThroughout(t *testing.T) {
	e := newExecutor(t)
	idleBodies(e, 100)
	require.True(t, e.local.TrimBodies(), "none was idle throughout: the pool was empty at the last trim")
	require.Equal(t, 100, e.local.IdleBodies())

	idleBodies(e, 60)
	require.True(t, e.local.TrimBodies())
	require.Equal(t, 80, e.local.IdleBodies(), "half of the 40 that were not needed")

	sizes := []int{}
	for e.local.TrimBodies() {
		sizes = append(sizes, e.local.IdleBodies())
	}
	require.Equal(t, []int{40, 20, 10, 5, 2, 1}, sizes)
	require.Zero(t, e.local.IdleBodies())
	require.False(t, e.local.TrimBodies())
}

func TestCloseBodiesEndsAll(t *testing.T) {
	e := newExecutor(t)
	before := coroutines()
	idleBodies(e, 20)
	e.local.CloseBodies()
	require.Zero(t, e.local.IdleBodies())
	require.Equal(t, before, coroutines())
}
