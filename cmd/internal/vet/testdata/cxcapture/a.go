// Package cxcapture has right and wrong uses of a cx in inner functions.
package cxcapture

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

func child(cx *future.Context) error {
	h := runtime.Go(cx, func(*future.Context) (int, error) {
		return 1, timer.Sleep(cx, time.Second) // want `cx is another task's cx: this function has its own`
	})
	_, err := h.Await(cx)
	return err
}

func childWithItsOwn(cx *future.Context) error {
	h := runtime.Go(cx, func(cx *future.Context) (int, error) {
		return 1, timer.Sleep(cx, time.Second)
	})
	_, err := h.Await(cx)
	return err
}

func goroutine(cx *future.Context) {
	go func() { // ends at once
		cx.Waker().Wake() // want `cx is another task's cx: a goroutine must not use it`
	}()
	go use(cx) // want `cx is another task's cx: a goroutine must not use it`
	w := cx.Waker()
	go w.Wake()
}

func pool(cx *future.Context) error {
	h := runtime.SpawnBlocking(cx, func(_ ctx) (int, error) {
		use(cx) // want `cx is another task's cx: this function runs on a goroutine of its own`
		return 0, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() { use(cx) })                          // want `runs on a goroutine of its own`
	time.AfterFunc(time.Second, func() { use(cx) })    // want `runs on a goroutine of its own`
	time.AfterFunc(time.Second, func() { use(other) }) // a package's variable is cxkept's business
	_, err := h.Await(cx)
	return err
}

func deferred(cx *future.Context) {
	defer func() { use(cx) }()
	each(func() { use(cx) }) // runs in this task as far as one can see
}

func marked(cx *future.Context) {
	go func() { // ends at once
		use(cx) //simmer:ignore cxcapture the test wants the race
	}()
}

func local(cx *future.Context) future.Future[int] {
	_ = cx
	return future.Func(func(cx *future.Context) (int, bool, error) {
		mine := cx
		use(mine)
		return 1, true, nil
	})
}

var other *future.Context

func use(*future.Context) {}

func each(f func()) { f() }

// A function literal in a variable takes the cx along.

func helperOfTheParent(cx *future.Context) error {
	pause := func() error { return timer.Sleep(cx, time.Second) }
	if err := pause(); err != nil { // here it is in its own task
		return err
	}
	h := runtime.Go(cx, func(cx *future.Context) (int, error) {
		return 1, pause() // want `pause uses another task's cx: this function has its own`
	})
	var log = func() { use(cx) }
	go log()                         // want `log uses another task's cx: a goroutine must not use it`
	time.AfterFunc(time.Second, log) // want `log uses another task's cx: this function runs on a goroutine of its own`
	work := func(ctx) (int, error) { return 1, timer.Sleep(cx, time.Second) }
	j := runtime.SpawnBlocking(cx, work) // want `work uses another task's cx: this function runs on a goroutine of its own`
	defer log()
	each(log)
	_, err := j.Await(cx)
	if err == nil {
		_, err = h.Await(cx)
	}
	return err
}

func literalInALiteral(cx *future.Context) {
	log := func() { use(cx) }
	twice := func() { log(); log() }
	twice()
	go twice() // want `twice uses another task's cx: a goroutine must not use it`
}

func methodValue(cx *future.Context) {
	time.AfterFunc(time.Second, cx.Again) // want `cx is another task's cx: this function runs on a goroutine of its own`
	go cx.Again()                         // want `cx is another task's cx: a goroutine must not use it`
	each(cx.Again)
}

func evaluatedHere(cx *future.Context) {
	go cx.Waker().Wake()
	go wake(cx.Waker(), 1)
	go each(func() { use(cx) }) // want `cx is another task's cx: a goroutine must not use it`
}

func wake(waker.Waker, int) {}

func coroutine(cx *future.Context) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		use(cx) // want `runs on a goroutine of its own`
		yield(1)
	})
	defer stop()
	next()
}

func sets(cx *future.Context, m *runtime.JoinMap[string, int], q *runtime.JoinQueue[int]) {
	m.SpawnBlocking(cx, "a", func(ctx) (int, error) { use(cx); return 1, nil }) // want `runs on a goroutine of its own`
	q.SpawnBlocking(cx, func(ctx) (int, error) { use(cx); return 1, nil })      // want `runs on a goroutine of its own`
	q.Go(cx, func(*future.Context) (int, error) { use(cx); return 1, nil })     // want `this function has its own`
}

func scope(cx *future.Context) error {
	return runtime.Scope(cx, func(n *runtime.Nursery) error {
		use(cx) // the scope runs in this body
		n.Go(cx, func(cx *future.Context) error { return timer.Sleep(cx, time.Second) })
		n.Go(cx, func(*future.Context) error {
			return timer.Sleep(cx, time.Second) // want `cx is another task's cx: this function has its own`
		})
		return future.Yield(cx)
	})
}

func handlers(cx *future.Context, f future.Future[int]) error {
	return future.Select(cx, future.On(f, func(int, error) error { return future.Yield(cx) }))
}

// ofAny is generic, and so are the methods of box.
func ofAny[T any](cx *future.Context, value T) *runtime.JoinHandle[T] {
	return runtime.Go[T](cx, func(*future.Context) (T, error) {
		return value, timer.Sleep(cx, time.Second) // want `cx is another task's cx: this function has its own`
	})
}

type box[T any] struct{ value T }

func (b *box[T]) Poll(cx *future.Context) (T, bool, error) {
	go func() { use(cx) }() // want `a goroutine must not use it`
	return b.value, true, nil
}

func (b *box[T]) body(cx *future.Context) (T, error) { return b.value, timer.Sleep(cx, time.Second) }

func spawnsAMethod(cx *future.Context, rt *runtime.Runtime) *runtime.JoinHandle[int] {
	go func() { // ends with the task
		_, _ = runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (int, error) {
			return 1, timer.Sleep(cx, time.Second)
		}))
	}()
	return runtime.Go(cx, (&box[int]{1}).body)
}
