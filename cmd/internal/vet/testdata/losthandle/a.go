// Package losthandle has handles that are kept and handles that are lost.
package losthandle

import (
	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

func lost(cx *future.Context) {
	runtime.Go(cx, body)                  // want `the handle of this child is lost`
	_ = runtime.Go(cx, body)              // want `the handle of this child is lost`
	simmer.Go(cx, body)                   // want `the handle of this child is lost`
	runtime.Spawn(cx, future.Async(body)) // want `the handle of this child is lost`
	defer runtime.Go(cx, body)            // want `the handle of this child is lost`
	for range 3 {
		runtime.Go(cx, body) // want `the handle of this child is lost`
	}
}

func kept(cx *future.Context, rt *runtime.Runtime) error {
	h := runtime.Go(cx, body)
	runtime.Go(cx, body).Detach()
	runtime.Go(runtime.Detached(cx), body)
	runtime.Go(rt, body)
	keep(runtime.Go(cx, body))
	_, err := h.Await(cx)
	return err
}

func serve(cx *future.Context) error {
	for {
		if err := future.Yield(cx); err != nil {
			return err
		}
		runtime.Go(cx, body) // lives as long as its owner, which has no other end
	}
}

func body(*future.Context) (int, error) { return 1, nil }

func keep(*runtime.JoinHandle[int]) {}
