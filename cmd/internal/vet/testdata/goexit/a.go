// Package goexit ends goroutines that are its own, and such that are not.
package goexit

import (
	"context"
	goruntime "runtime"
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

func body(cx *future.Context) (int, error) {
	goruntime.LockOSThread() // want `LockOSThread binds the worker`
	goruntime.Goexit()       // want `Goexit ends the goroutine, which is not the task's own`
	return 0, nil
}

func test(t *testing.T, cx *future.Context, rt *runtime.Runtime) {
	runtime.Go(rt, func(cx *future.Context) (int, error) {
		t.Fatal("no") // want `Fatal ends the goroutine`
		return 0, nil
	})
	go func() { goruntime.Goexit() }() // ends at once
	t.Error("fine")
}

func TestOf(t *testing.T) {
	goruntime.LockOSThread()
	t.Fatal("this is the test's own goroutine")
}

func helper() { goruntime.LockOSThread() }

func callsHelpers(cx *future.Context) (int, error) {
	helper()              // want `helper must not be called in a task: in it \(line \d+\), LockOSThread binds the worker`
	go goruntime.Goexit() // it is that goroutine which ends
	go helper()
	lock := func() { goruntime.LockOSThread() } // want `LockOSThread binds the worker`
	lock()
	h := runtime.SpawnBlocking(cx, func(context.Context) (int, error) {
		goruntime.LockOSThread() // a goroutine of the pool
		return 1, nil
	})
	return h.Await(cx)
}
