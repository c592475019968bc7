// Package losthandle has handles that are kept and handles that are lost.
package losthandle

import (
	"context"

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

// A variable is not enough: what counts is what becomes of the handle.

func onlyLookedAt(cx *future.Context) {
	h := runtime.Go(cx, body) // want `the handle of this child is lost`
	println("started", h.ID(), h.IsFinished())
	other := simmer.Spawn(cx, future.Async(body)) // want `the handle of this child is lost`
	_ = other
	var third = runtime.SpawnBlocking(cx, blocking) // want `the handle of this child is lost`
	_ = third.Name()
}

func blocking(context.Context) (int, error) { return 1, nil }

type owner struct {
	one  *runtime.JoinHandle[int]
	all  []*runtime.JoinHandle[int]
	byID map[uint64]*runtime.JoinHandle[int]
}

func (o *owner) keeps(cx *future.Context) *runtime.JoinHandle[int] {
	o.one = runtime.Go(cx, body)
	o.all = append(o.all, runtime.Go(cx, body))
	o.all[0] = runtime.Go(cx, body)
	h := runtime.Go(cx, body)
	o.byID[h.ID()] = h
	dropped := runtime.Go(cx, body)
	defer dropped.Drop(cx)
	later := runtime.Go(cx, body)
	defer func() { _, _ = later.Await(cx) }()
	aborted := runtime.Go(cx, body)
	aborted.Abort()
	detached := runtime.Go(cx, body)
	println(detached.ID())
	detached.Detach()
	sent := make(chan *runtime.JoinHandle[int], 1)
	sent <- runtime.Go(cx, body)
	pair := &owner{one: runtime.Go(cx, body)}
	var late *runtime.JoinHandle[int]
	late = runtime.Go(cx, body)
	_ = future.Select2(late, pair.one)
	return runtime.Go(cx, body)
}

func start(cx *future.Context) *runtime.JoinHandle[int] { return runtime.Go(cx, body) }

func startDetached(cx *future.Context) *runtime.JoinHandle[int] {
	h := runtime.Go(cx, body)
	h.Detach()
	return h
}

func startOf[T any](cx *future.Context, f future.Future[T]) *runtime.JoinHandle[T] {
	return runtime.Spawn(cx, f)
}

func (o *owner) start(name string, cx *future.Context) *runtime.JoinHandle[int] {
	return runtime.Go(runtime.Named(cx, name), body)
}

func throughHelpers(cx *future.Context, o *owner) error {
	start(cx)                                           // want `the handle of this child is lost`
	startOf(cx, future.Future[int](future.Async(body))) // want `the handle of this child is lost`
	startDetached(cx)
	_, err := start(cx).Await(cx)
	return err
}

func nurseries(cx *future.Context) error {
	return runtime.Scope(cx, func(n *runtime.Nursery) error {
		runtime.ScopeGo(cx, n, body) // the scope waits for it
		runtime.Go(n.On(cx), body)
		return nil
	})
}

func sets(cx *future.Context, s *runtime.JoinSet[int]) {
	s.Go(cx, body)
	s.Add(runtime.Go(cx, body))
}
