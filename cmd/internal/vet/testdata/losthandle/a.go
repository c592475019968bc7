// Package losthandle has handles that are kept and handles that are lost.
package losthandle

import (
	"context"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/stream"
	"github.com/simmer-go/simmer/sync/mpsc"
	"github.com/simmer-go/simmer/timer"
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

func assigned(cx *future.Context, isLate bool) {
	var h *runtime.JoinHandle[int]
	h = runtime.Go(cx, body) // want `the handle of this child is lost`
	if isLate {
		h = runtime.Go(cx, body) // want `the handle of this child is lost`
	}
	if h != nil {
		println(h.ID())
	}
	first := runtime.Go(cx, body) // want `the handle of this child is lost`
	println(first.ID())
	first = runtime.Go(cx, body) // want `the handle of this child is lost`
	var unused *runtime.JoinHandle[int]
	unused = runtime.Go(cx, body) // want `the handle of this child is lost`
	_ = unused
	third := runtime.Go(cx, body) // want `the handle of this child is lost`
	defer func() { println(third.IsFinished()) }()
}

func assignedAndKept(cx *future.Context, o *owner, isLate bool) (returned *runtime.JoinHandle[int], err error) {
	returned = runtime.Go(cx, body)
	var awaited, stored, passed, detached, dropped, aborted, captured *runtime.JoinHandle[int]
	awaited = runtime.Go(cx, body)
	stored = runtime.Go(cx, body)
	passed = runtime.Go(cx, body)
	detached = runtime.Go(cx, body)
	dropped = runtime.Go(cx, body)
	aborted = runtime.Go(cx, body)
	if isLate {
		aborted = runtime.Go(cx, body)
		println(aborted.ID())
	}
	captured = runtime.Go(cx, body)
	defer func() { println(captured.ID()) }()
	o.one = stored
	keep(passed)
	detached.Detach()
	defer dropped.Drop(cx)
	aborted.Abort()
	for {
		var served *runtime.JoinHandle[int]
		served = runtime.Go(cx, body)
		println(served.ID())
		if _, err = awaited.Await(cx); err != nil {
			return
		}
	}
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

// What is said about a spawn does not change whom the task belongs to.

var hooks runtime.TaskHooks

func dressed(cx *future.Context, t *runtime.TaskTracker, l *runtime.Local[int]) {
	runtime.Go(runtime.Named(cx, "soup"), body)               // want `the handle of this child is lost`
	simmer.Go(runtime.Hooked(cx, hooks), body)                // want `the handle of this child is lost`
	simmer.Go(runtime.Pinned(cx), body)                       // want `the handle of this child is lost`
	simmer.Spawn(l.On(cx, 1), future.Async(body))             // want `the handle of this child is lost`
	simmer.Go(t.On(cx), body)                                 // want `the handle of this child is lost`
	simmer.Go(runtime.Named((t.On(l.On(cx, 1))), "x"), body)  // want `the handle of this child is lost`
	simmer.Go(simmer.Spawner(cx), body)                       // want `the handle of this child is lost`
	runtime.SpawnBlocking(runtime.Named(cx, "pot"), blocking) // want `the handle of this child is lost`
	on := runtime.Named(cx, "soup")
	simmer.Go(on, body) // want `the handle of this child is lost`
	var spawner runtime.Spawner = cx
	h := simmer.Go(runtime.Named(spawner, "soup"), body) // want `the handle of this child is lost`
	println(h.ID())
	new(owner).start("soup", cx) // want `the handle of this child is lost`
}

func dressedAndKept(cx *future.Context, rt *runtime.Runtime, l *runtime.Local[int], given runtime.Spawner) error {
	simmer.Go(runtime.Named(runtime.Detached(cx), "soup"), body)
	simmer.Go(runtime.Detached(runtime.Named(cx, "soup")), body)
	simmer.Go(runtime.Named(rt, "soup"), body)
	simmer.Go(l.On(rt, 1), body)
	simmer.Go(runtime.Hooked(runtime.PinnedTo(rt, 1), hooks), body)
	simmer.Go(runtime.Named(given, "soup"), body)
	on := runtime.Named(cx, "soup")
	if l != nil {
		on = runtime.Detached(cx)
	}
	simmer.Go(on, body)
	h := simmer.Go(runtime.Named(cx, "soup"), body)
	_, err := h.Await(cx)
	return err
}

func waitsForItsTracker(cx *future.Context) error {
	var t runtime.TaskTracker
	for range 3 {
		simmer.Go(t.On(cx), body) // the function does not end before it
	}
	t.Close(cx)
	return t.Wait(cx)
}

func namedInAScope(cx *future.Context) error {
	return runtime.Scope(cx, func(n *runtime.Nursery) error {
		runtime.Go(runtime.Named(n.On(cx), "soup"), body)
		return nil
	})
}

// A range over what does not end by itself is a loop without end.

func serveIncoming(cx *future.Context, l *aio.Listener) error {
	for conn, err := range l.Incoming().All(cx) {
		if err != nil {
			return err
		}
		simmer.Spawn(cx, aio.Serving(conn, session))
	}
	return nil
}

func session(*future.Context, *aio.Conn) (int, error) { return 0, nil }

func endlessRanges(cx *future.Context, l *aio.Listener, every *timer.Interval) {
	for range every.All(cx) {
		simmer.Go(cx, body)
	}
	incoming := l.Incoming()
	for range stream.All(cx, incoming) {
		simmer.Go(cx, body)
	}
	for range stream.All(cx, stream.Interval(time.Second)) {
		simmer.Go(cx, body)
	}
}

func rangesWithAnEnd(cx *future.Context, rx *mpsc.Receiver[int]) {
	for range rx.All(cx) {
		simmer.Go(cx, body) // want `the handle of this child is lost`
	}
	for range stream.All(cx, stream.FromSlice([]int{1})) {
		simmer.Go(cx, body) // want `the handle of this child is lost`
	}
}
