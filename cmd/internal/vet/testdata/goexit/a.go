// Package goexit ends goroutines that are its own, and such that are not.
package goexit

import (
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
