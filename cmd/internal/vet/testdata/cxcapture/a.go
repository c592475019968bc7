// Package cxcapture has right and wrong uses of a cx in inner functions.
package cxcapture

import (
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
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
