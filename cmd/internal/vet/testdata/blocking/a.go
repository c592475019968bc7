// Package blocking has bodies and polls that block, and such that do not.
package blocking

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
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

// Functions without a cx that block are as bad where a task calls them: one level is looked at.

func pause() { time.Sleep(time.Second) }

func (t *task) wait() { <-t.done }

func mayPause() {
	go pause()
	f := func() { time.Sleep(1) }
	go f()
	select {
	default:
	}
}

func markedHelper(room chan int) {
	room <- 1 //simmer:ignore blocking the channel has room
}

func deepPause() { pause() }

func callsHelpers(cx *future.Context, t *task, room chan int) {
	pause()  // want `pause must not be called in a task: in it \(line \d+\), Sleep blocks the worker`
	t.wait() // want `wait must not be called in a task: in it \(line \d+\), a receive from a Go channel`
	mayPause()
	markedHelper(room)
	deepPause() // two levels are not
	go pause()
	defer pause() // want `pause must not be called in a task`
	runtime.SpawnBlocking(cx, func(context.Context) (int, error) { pause(); return 1, nil })
}

func literals(cx *future.Context, t *task, once *sync.Once, list []int) { // want literals:"awaits"
	go http.ListenAndServe(":6060", nil) // on its own goroutine
	go time.Sleep(1)
	nap := func() { time.Sleep(1) } // want `Sleep blocks the worker`
	nap()
	recurse := func(int) {}
	recurse = func(n int) { recurse(n - 1); time.Sleep(1) } // want `Sleep blocks the worker`
	recurse(1)
	elsewhere := func() { time.Sleep(1) }
	go elsewhere()
	once.Do(func() { time.Sleep(1) })                                                    // want `Sleep blocks the worker`
	slices.SortFunc(list, func(a, b int) int { time.Sleep(1); return a - b })            // want `Sleep blocks the worker`
	_ = runtime.Scope(cx, func(*runtime.Nursery) error { <-t.done; return nil })         // want `a receive from a Go channel`
	_ = future.Map(future.Ready(1), func(n int) (int, error) { pause(); return n, nil }) // want `pause must not be called in a task`
	kept := handlers{later: func() { time.Sleep(1) }}                                    // who knows who calls it
	_ = kept
}

type handlers struct{ later func() }

func files(cx *future.Context, f *os.File, c net.Conn, tcp *net.TCPConn, b []byte) {
	_, _ = io.ReadAll(f)                    // want `ReadAll blocks the worker`
	_, _ = io.Copy(tcp, bytes.NewReader(b)) // want `Copy blocks the worker`
	_, _ = io.ReadAll(c)                    // it may be Conn.Std(cx)
	_, _ = tcp.Read(b)                      // want `Read blocks the worker`
	_, _ = net.LookupMX("localhost")        // want `LookupMX blocks the worker`
	_, _ = f.WriteString("x")               // want `WriteString blocks the worker`
}

type queue[T any] struct {
	mu    sync.Mutex
	items chan T
}

func (q *queue[T]) Poll(*future.Context) (T, bool, error) {
	return <-q.items, true, nil // want `a receive from a Go channel`
}

func (q *queue[T]) unlock() { q.mu.Unlock() }

func (q *queue[T]) early(cx *future.Context, stop bool) error { // want early:"awaits"
	q.mu.Lock() // want `a sync.Mutex is held across an await`
	if stop {
		q.mu.Unlock()
		return nil
	}
	err := future.Yield(cx)
	q.mu.Unlock()
	return err
}

func (q *queue[T]) branches(cx *future.Context, n int) error { // want branches:"awaits"
	switch n {
	case 0:
		q.mu.Lock()
		defer q.mu.Unlock()
		return nil
	case 1:
		return future.Yield(cx)
	}
	if n == 2 {
		q.mu.Lock()
	}
	n++
	if n == 3 {
		q.mu.Unlock()
	}
	q.mu.Lock()
	q.unlock()
	if err := future.Yield(cx); err != nil {
		return err
	}
	q.mu.Lock()
	release := q.mu.Unlock
	release()
	if err := future.Yield(cx); err != nil {
		return err
	}
	q.mu.Lock()
	func() { defer q.mu.Unlock() }()
	return future.Yield(cx)
}

func (q *queue[T]) loops(cx *future.Context) error { // want loops:"awaits"
	for {
		if err := future.Yield(cx); err != nil {
			return err
		}
		q.mu.Lock()
		if len(q.items) == 0 {
			q.mu.Unlock()
			continue
		}
		q.mu.Unlock()
	}
}

func (q *queue[T]) round(cx *future.Context) error { // want round:"awaits"
	for {
		if err := future.Yield(cx); err != nil {
			return err
		}
		q.mu.Lock() // want `a sync.Mutex is held across an await`
		if len(q.items) == 0 {
			continue
		}
		q.mu.Unlock()
	}
}

func (q *queue[T]) locker(cx *future.Context, l sync.Locker) error { // want locker:"awaits"
	l.Lock() // want `a sync.Mutex is held across an await`
	defer l.Unlock()
	return future.Yield(cx)
}

type embeds struct{ sync.Mutex }

func (e *embeds) run(cx *future.Context) error { // want run:"awaits"
	e.Lock() // want `a sync.Mutex is held across an await`
	defer e.Unlock()
	return future.Yield(cx)
}

func inALiteral(cx *future.Context, mu *sync.Mutex) error {
	h := runtime.Go(cx, func(cx *future.Context) (int, error) {
		mu.Lock() // want `a sync.Mutex is held across an await`
		defer mu.Unlock()
		return 1, timer.Sleep(cx, time.Second)
	})
	mu.Lock()
	mu.Unlock()
	h.Detach()
	return nil
}

func acrossARead(cx *future.Context, mu *sync.Mutex, conn *aio.Conn, rx *mpsc.Receiver[int]) (err error) { // want acrossARead:"awaits"
	mu.Lock() // want `a sync.Mutex is held across an await`
	_, err = conn.Read(cx, nil)
	mu.Unlock()
	mu.Lock() // want `a sync.Mutex is held across an await`
	_, err = rx.Recv(cx)
	mu.Unlock()
	mu.Lock() // want `a sync.Mutex is held across an await`
	for range rx.All(cx) {
	}
	mu.Unlock()
	return err
}

// correlated locks and unlocks under the same condition: there is no way from the lock past the unlock.
func correlated(cx *future.Context, mu *sync.Mutex, isShared bool) error { // want correlated:"awaits"
	if isShared {
		mu.Lock()
	}
	println("in")
	if isShared {
		mu.Unlock()
	}
	return future.Yield(cx)
}

// What TryLock has locked is held on one side of its condition.

func (t *task) tried(cx *future.Context, isLate bool) error { // want tried:"awaits"
	if t.mu.TryLock() { // want `a sync.Mutex is held across an await`
		defer t.mu.Unlock()
		return future.Yield(cx)
	}
	if isLate && t.rw.TryRLock() { // want `a sync.Mutex is held across an await`
		err := future.Yield(cx)
		t.rw.RUnlock()
		return err
	}
	switch {
	case t.rw.TryLock(): // want `a sync.Mutex is held across an await`
		defer t.rw.Unlock()
		return future.Yield(cx)
	}
	for !t.rw.TryLock() { // want `a sync.Mutex is held across an await`
		if err := future.Yield(cx); err != nil {
			return err
		}
	}
	defer t.rw.Unlock()
	if isLate || !t.mu.TryLock() { // want `a sync.Mutex is held across an await`
		return nil
	}
	defer t.mu.Unlock()
	return future.Yield(cx)
}

func (t *task) triedInVain(cx *future.Context, isLate bool) error { // want triedInVain:"awaits"
	if !t.mu.TryLock() {
		return future.Yield(cx)
	}
	t.in = nil
	t.mu.Unlock()
	if t.mu.TryLock() {
		t.in = nil
		t.mu.Unlock()
	} else if err := future.Yield(cx); err != nil {
		return err
	}
	for !t.rw.TryLock() {
		if err := future.Yield(cx); err != nil {
			return err
		}
	}
	t.rw.Unlock()
	if isLate && !t.rw.TryLock() {
		return nil
	}
	if !isLate { // it has not tried
		return future.Yield(cx)
	}
	t.rw.Unlock()
	isLocked := t.mu.TryLock() // not followed
	defer func() {
		if isLocked {
			t.mu.Unlock()
		}
	}()
	return future.Yield(cx)
}

func ignoresNothing(cx *future.Context, room chan int) {
	//simmer:ignore blocking there was a channel here // want `this comment switches nothing off: blocking has nothing to report here`
	_ = cx
	//simmer:ignore cxkept this is cxkept's to say
	_ = cx
	//simmer:ignore blocking one is enough // want `this comment switches nothing off`
	room <- 1 //simmer:ignore blocking it has room
}
