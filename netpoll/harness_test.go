//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"context"
	"math"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// worker is an executor with one worker that polls nothing by itself: tests look at what it has queued.
type worker struct {
	local future.Local
	exec  *waker.Executor

	mu    sync.Mutex
	queue []*waker.Header
}

func newWorker(r *Reactor) *worker {
	w := &worker{}
	w.exec = waker.NewExecutor(w.ScheduleBack)
	w.local = future.Local{Executor: w.exec, Worker: w, Clock: newTestClock(), Reactor: r}
	return w
}

func (w *worker) ScheduleNext(h *waker.Header) { w.ScheduleBack(h) }

func (w *worker) ScheduleBack(h *waker.Header) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, h)
}

func (w *worker) TaskContext(*waker.Header) context.Context { return context.Background() }

// take empties the queue.
func (w *worker) take() []*waker.Header {
	w.mu.Lock()
	defer w.mu.Unlock()
	queue := w.queue
	w.queue = nil
	return queue
}

// task is a task whose polls are the test's.
type task struct {
	waker.Header
	w *worker
}

func (w *worker) newTask() *task {
	t := &task{w: w}
	t.Init(w.exec)
	return t
}

// poll calls f as a poll of the task, which is idle afterwards.
func (t *task) poll(f func(cx *future.Context)) {
	t.w.local.BeginPoll()
	t.Begin()
	cx := future.NewContext(&t.w.local, &t.Header)
	f(&cx)
	t.Idle()
}

// foreign is an ordinary goroutine that waits: an executor without a worker, whose waker is a channel.
type foreign struct {
	waker.Header
	woken chan struct{}
}

func newForeign() *foreign {
	f := &foreign{woken: make(chan struct{}, 1)}
	f.Init(waker.NewExecutor(func(*waker.Header) { f.woken <- struct{}{} }))
	return f
}

// await polls until poll reports true, and reports false if ctx ends first: then a wake was lost.
func (f *foreign) await(ctx context.Context, poll func(cx *future.Context) bool) bool {
	cx := future.NewContext(nil, &f.Header)
	for {
		f.Begin()
		if poll(&cx) {
			return true
		}
		if f.Idle() != waker.Parked {
			continue
		}
		select {
		case <-f.woken:
		case <-ctx.Done():
			return false
		}
	}
}

type testClock struct{ start time.Time }

func newTestClock() testClock { return testClock{start: time.Now()} }

func (c testClock) Now() time.Time { return time.Now() }
func (c testClock) Nanos() int64   { return int64(time.Since(c.start)) }

func newTestReactor(t testing.TB) *Reactor {
	r, err := NewReactor()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

// pair returns a registered end of a Unix stream socket, and the other end.
func pair(t testing.TB, r *Reactor) (g *Registration, peer int) {
	fd, peer := socketpair(t)
	g, err := r.Register(fd)
	require.NoError(t, err)
	return g, peer
}

// socketpair returns two non-blocking ends. The test closes the second, if it has not done so itself with hangUp.
func socketpair(t testing.TB) (fd, peer int) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	for _, fd := range fds {
		require.NoError(t, unix.SetNonblock(fd, true))
	}
	file := os.NewFile(uintptr(fds[1]), "peer")
	t.Cleanup(func() { _ = file.Close() })
	peers.Store(fds[1], file)
	return fds[0], fds[1]
}

// peers are the files of the other ends, so that none is closed twice.
var peers sync.Map

func hangUp(t testing.TB, peer int) {
	file, ok := peers.LoadAndDelete(peer)
	require.True(t, ok)
	require.NoError(t, file.(*os.File).Close())
}

func send(t testing.TB, fd int, text string) {
	n, err := unix.Write(fd, []byte(text))
	require.NoError(t, err)
	require.Equal(t, len(text), n)
}

// drain reads until the descriptor is empty.
func drain(t testing.TB, fd int) {
	buf := make([]byte, 1<<16)
	for {
		if _, err := unix.Read(fd, buf); err != nil {
			require.ErrorIs(t, err, unix.EAGAIN)
			return
		}
	}
}

func isOpen(fd int) bool {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil
}

// deadline bounds a test that hangs if a wake is lost.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// join waits for goroutines that hang if a wake is lost.
func join(ctx context.Context, t testing.TB, wg *sync.WaitGroup) {
	t.Helper()
	done := make(chan struct{})
	go func() { // ends when they have, at the latest when the Parking is closed
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("a wake was lost")
	}
}

// startLoop parks workers, each on its own slot, until the test ends: someone to poll the reactor.
func startLoop(t testing.TB, r *Reactor, workers int) *Parking {
	p, err := NewParking(r, newTestClock(), workers)
	require.NoError(t, err)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for slot := range workers {
		w := newWorker(r)
		wg.Go(func() { // ends when stop is closed
			for {
				p.Park(slot, &w.local, math.MaxInt64)
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	t.Cleanup(func() {
		close(stop)
		for slot := range workers {
			p.Unpark(slot, false)
		}
		wg.Wait()
		require.NoError(t, p.Close())
	})
	return p
}
