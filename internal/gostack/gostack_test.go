package gostack_test

import (
	"iter"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/gostack"
)

const gopanic = "runtime.gopanic"

func TestInsideTellsADeferredCallOfAPanicFromTheRest(t *testing.T) {
	var before, during, nested, recovering, later, outside bool
	func() {
		defer func() { later = gostack.Inside(gopanic) }() // another deferred call, after the recovery
		func() {
			defer func() {
				during = gostack.Inside(gopanic)
				func() { nested = gostack.Inside(gopanic) }()
				_ = recover()
				recovering = gostack.Inside(gopanic) // the deferred call that recovers is still called by the panic
			}()
			before = gostack.Inside(gopanic)
			panic("boom")
		}()
		outside = gostack.Inside(gopanic)
	}()
	require.Equal(t, []bool{false, true, true, true}, []bool{before, during, nested, recovering})
	require.Equal(t, []bool{false, false}, []bool{outside, later})
}

func TestInsideAfterARecoveryInANestedClosure(t *testing.T) {
	var inner, outer, after bool
	func() {
		defer func() {
			func() { // a panic of the deferred call's own, recovered in it
				defer func() { _ = recover() }()
				panic("second")
			}()
			inner = gostack.Inside(gopanic)
			_ = recover()
		}()
		defer func() { outer = gostack.Inside(gopanic) }()
		panic("first")
	}()
	after = gostack.Inside(gopanic)
	require.Equal(t, []bool{true, true, false}, []bool{inner, outer, after})
}

func TestInsideAfterARuntimeError(t *testing.T) {
	var during, after bool
	var nothing *int
	func() {
		defer func() {
			during = gostack.Inside(gopanic)
			_ = recover()
		}()
		*nothing = 1
	}()
	after = gostack.Inside(gopanic)
	require.Equal(t, []bool{true, false}, []bool{during, after})
}

func TestInsideWhileGoexitRunsTheDefers(t *testing.T) {
	var panicking, exiting, afterRecovery, stillExiting bool
	var wg sync.WaitGroup
	wg.Go(func() { // ends by Goexit
		defer func() {
			afterRecovery = gostack.Inside(gopanic)
			stillExiting = gostack.Inside("runtime.Goexit")
		}()
		defer func() { _ = recover() }()
		defer func() {
			panicking, exiting = gostack.Inside(gopanic), gostack.Inside(gopanic, "runtime.Goexit")
			panic("during exit")
		}()
		runtime.Goexit()
	})
	wg.Wait()
	require.Equal(t, []bool{false, true}, []bool{panicking, exiting})
	require.Equal(t, []bool{false, true}, []bool{afterRecovery, stillExiting})
}

func TestInsideFindsAFunctionAtAnyDepth(t *testing.T) {
	for depth := range 200 { // the frame that is looked for is at each place of the first batches
		require.True(t, below(depth, thisTest), depth)
		require.False(t, below(depth, "no.such"), depth)
	}
}

const thisTest = "github.com/simmer-go/simmer/internal/gostack_test.TestInsideFindsAFunctionAtAnyDepth"

func below(depth int, name string) bool {
	if depth == 0 {
		return gostack.Inside(name)
	}
	return below(depth-1, name)
}

func TestInsideSeesThisGoroutineOnly(t *testing.T) {
	var inCoroutine bool
	next, stop := iter.Pull(func(yield func(int) bool) {
		inCoroutine = gostack.Inside(gopanic)
		yield(1)
	})
	defer stop()
	func() {
		defer func() { _ = recover() }()
		defer next()
		panic("outside the coroutine")
	}()
	require.False(t, inCoroutine)
}

func TestIDIsTheNumberInAStackDump(t *testing.T) {
	ids := make(chan uint64)
	go func() { ids <- gostack.ID() }() // ends at once
	mine := gostack.ID()
	require.NotEqual(t, mine, <-ids)
	require.Equal(t, mine, gostack.ID())
	text := make([]byte, 64)
	header, _, _ := strings.Cut(string(text[:runtime.Stack(text, false)]), " [")
	require.Equal(t, header, "goroutine "+strconv.FormatUint(mine, 10))
}
