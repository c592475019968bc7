// Package blocking has bodies and polls that block, and such that do not.
package blocking

import (
	"context"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

type task struct {
	mu   sync.Mutex
	rw   sync.RWMutex
	in   chan int
	done chan struct{}
}

func (t *task) Poll(cx *future.Context) (int, bool, error) {
	time.Sleep(time.Millisecond) // want `Sleep blocks the worker, which has other tasks: use timer.Sleep`
	t.done <- struct{}{}         // want `a send on a Go channel may block the worker`
	n := <-t.in                  // want `a receive from a Go channel may block the worker`
	for range t.in {             // want `a loop over a Go channel may block the worker`
	}
	select { // want `a select without default may block the worker`
	case n = <-t.in:
	case <-t.done:
	}
	select {
	case n = <-t.in:
	case t.done <- struct{}{}:
	default:
	}
	return n, true, nil
}

func calls(cx *future.Context, rt *runtime.Runtime, h *runtime.JoinHandle[int]) (err error) {
	var wg sync.WaitGroup
	wg.Wait()                                                         // want `Wait blocks the worker`
	_, err = net.Dial("tcp", "localhost:80")                          // want `Dial blocks the worker, which has other tasks: use package aio`
	_, err = http.Get("http://localhost")                             // want `Get blocks the worker`
	_, err = http.DefaultClient.Do(nil)                               // want `Do blocks the worker`
	_, err = os.ReadFile("name")                                      // want `ReadFile blocks the worker, which has other tasks: use SpawnBlocking`
	_, err = h.Wait(cx.Context())                                     // want `Wait blocks the worker, which has other tasks: use Await`
	_, err = runtime.BlockOn(cx.Context(), rt, future.Future[int](h)) // want `BlockOn blocks the worker`
	defer func() { time.Sleep(1) }()                                  // want `Sleep blocks the worker`
	return err
}

func elsewhere(cx *future.Context, t *task) error { // want elsewhere:"awaits"
	h := runtime.SpawnBlocking(cx, func(context.Context) ([]byte, error) { return os.ReadFile("name") })
	go func() { t.in <- 1 }() // ends when somebody receives
	_, err := runtime.BlockInPlace(cx, func() (int, error) { return <-t.in, nil })
	if err == nil {
		_, err = h.Await(cx)
	}
	return err
}

func ordinary(t *task) { <-t.in }

func (t *task) held(cx *future.Context) error { // want held:"awaits"
	t.mu.Lock() // want `a sync.Mutex is held across an await \(line \d+\)`
	defer t.mu.Unlock()
	return timer.Sleep(cx, time.Second)
}

func (t *task) heldByOurs(cx *future.Context) error { // want heldByOurs:"awaits"
	t.rw.RLock() // want `a sync.Mutex is held across an await`
	err := t.pause(cx)
	t.rw.RUnlock()
	return err
}

func (t *task) pause(cx *future.Context) error { return future.Yield(cx) } // want pause:"awaits"

func (t *task) givenBack(cx *future.Context) error { // want givenBack:"awaits"
	t.mu.Lock()
	t.in = nil
	t.mu.Unlock()
	return t.pause(cx)
}

func (t *task) wakesUnderLock(cx *future.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cx.Wake(cx.Waker())
}

func marked(_ *future.Context, room chan int) {
	room <- 1 //simmer:ignore blocking the channel has room
	//simmer:ignore blocking so has this one
	room <- 2
	room <- 3 // want `a send on a Go channel may block the worker`
}
