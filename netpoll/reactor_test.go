//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

func TestOfFindsTheReactorOfTheWorker(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	w.newTask().poll(func(cx *future.Context) {
		found, err := Of(cx)
		require.NoError(t, err)
		require.Same(t, r, found)
	})
	w.local.Reactor = nil
	w.newTask().poll(func(cx *future.Context) {
		_, err := Of(cx)
		require.ErrorIs(t, err, ErrUnsupported)
		require.ErrorIs(t, err, errors.ErrUnsupported)
	})
	_, err := Of(nil)
	require.ErrorIs(t, err, future.ErrNoWorker)
}

// tokio: tests/io_async_fd.rs try_new: a descriptor that is refused is still the caller's
func TestRegisterRefusesWhatItCannotWatch(t *testing.T) {
	r := newTestReactor(t)
	_, err := r.Register(-1)
	require.ErrorContains(t, err, "negative")

	fd, _ := socketpair(t)
	require.NoError(t, unix.SetNonblock(fd, false))
	_, err = r.Register(fd)
	require.ErrorIs(t, err, errBlocking)
	require.True(t, isOpen(fd), "a refused descriptor is still the caller's")
	require.NoError(t, unix.SetNonblock(fd, true))
	g, err := r.Register(fd)
	require.NoError(t, err)
	_, err = r.Register(fd)
	require.ErrorIs(t, err, unix.EEXIST)
	require.NoError(t, g.Close())
	_, err = r.Register(fd)
	require.ErrorIs(t, err, unix.EBADF)
}

func TestRegisterAfterAFailureWorks(t *testing.T) {
	if !isEpoll {
		t.Skip("kqueue watches regular files")
	}
	r := newTestReactor(t)
	file, err := os.Create(filepath.Join(t.TempDir(), "regular"))
	require.NoError(t, err)
	fd, err := unix.Dup(int(file.Fd()))
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.NoError(t, unix.SetNonblock(fd, true))
	_, err = r.Register(fd)
	require.ErrorIs(t, err, unix.EPERM)
	require.True(t, isOpen(fd))

	socket, _ := socketpair(t)
	require.NoError(t, unix.Dup2(socket, fd))
	require.NoError(t, unix.Close(socket))
	g, err := r.Register(fd) // the same number, free in the table again
	require.NoError(t, err)
	require.NoError(t, g.Close())
}

// An event of the first registration, read before it was closed, arrives after its number was given to the second.
func TestOldEventDoesNotReachAReusedNumber(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	first, _ := pair(t, r)
	fd, old := first.fd.fd, event{fd: uint32(first.fd.fd), gen: first.gen, bits: readable | readClosed}
	require.NoError(t, first.Close())

	socket, _ := socketpair(t)
	if socket != fd {
		require.NoError(t, unix.Dup2(socket, fd))
		require.NoError(t, unix.Close(socket))
	}
	second, err := r.Register(fd)
	require.NoError(t, err)
	tk := w.newTask()
	_, ready, _ := read(tk, second)
	require.False(t, ready)

	r.turn.Lock()
	woken := r.dispatch(&w.local, []event{old}, nobody)
	r.turn.Unlock()
	require.Zero(t, woken)
	require.Empty(t, w.take())
	require.False(t, second.ready.load().has(Read))
}

func TestGenerationIsNeverTheParkings(t *testing.T) {
	var r Reactor
	r.lastGen.Store(1<<32 - 2)
	require.Equal(t, uint32(1<<32-1), r.newGen())
	require.EqualValues(t, 1, r.newGen())
}

func TestPollDoesNotWaitForAnotherPoll(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	tk := w.newTask()
	_, ready, _ := read(tk, g)
	require.False(t, ready)
	send(t, peer, "x")
	r.turn.Lock()
	require.Zero(t, r.Poll(&w.local))
	r.turn.Unlock()
	require.Equal(t, 1, r.Poll(&w.local))
}

// A waker that comes back into the reactor, as the drop of a task may, finds no lock in its way.
//
// tokio: tests/io_driver.rs test_drop_on_notify: who is woken by the reactor may drop sockets at once
func TestWakerMayUseTheReactor(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	other, _ := pair(t, r)
	called := false
	var h waker.Header
	h.InitIdle(waker.NewExecutor(func(*waker.Header) {
		called = true
		require.Zero(t, r.Poll(&w.local))
		require.NoError(t, other.Close())
		require.NoError(t, g.Close())
		pair(t, r)
	}))
	cx := future.NewContext(nil, &h)
	_, ready, _ := g.PollReady(&cx, Read)
	require.False(t, ready)
	send(t, peer, "x")
	require.Equal(t, 1, r.Poll(&w.local))
	require.True(t, called)
}

// floodPoller fills every buffer until it has nothing left.
type floodPoller struct {
	poller
	left, polls int
}

func (p *floodPoller) poll(events []event) int {
	p.polls++
	n := min(p.left, len(events))
	p.left -= n
	clear(events[:n])
	return n
}

func (p *floodPoller) close() {}

// tokio: src/runtime/io/driver.rs turn: more events than the buffer holds are taken in several calls
// covers: F13
func TestFullBufferIsPolledAgain(t *testing.T) {
	p := &floodPoller{left: 2*eventBatch + 1}
	r := &Reactor{poller: p}
	_, more := r.take(nil, nobody)
	require.False(t, more)
	require.Equal(t, 3, p.polls)

	p.left, p.polls = eventBatch, 0
	_, more = r.take(nil, nobody)
	require.False(t, more)
	require.Equal(t, 2, p.polls)

	p.left, p.polls = 1<<20, 0
	_, more = r.take(nil, nobody)
	require.True(t, more, "a flood does not keep the worker, but it says so")
	require.Equal(t, maxBatches, p.polls)
}

// tokio: T135 tests/io_async_fd.rs driver_shutdown_wakes_currently_pending: the end of the reactor wakes who waits
// tokio: T135 tests/io_async_fd.rs driver_shutdown_wakes_currently_pending_polls: by polls too
// tokio: T135 tests/io_async_fd.rs driver_shutdown_wakes_future_pending: who comes later does not wait
// tokio: T135 tests/io_async_fd.rs driver_shutdown_wakes_poll: and is told why
func TestCloseFailsAllRegistrationsAndWakesTheirWaiters(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	var waiting []*waker.Header
	var all []*Registration
	for range 20 {
		g, _ := pair(t, r)
		tk := w.newTask()
		_, ready, _ := read(tk, g)
		require.False(t, ready)
		all, waiting = append(all, g), append(waiting, &tk.Header)
	}
	require.NoError(t, r.Close())
	require.ElementsMatch(t, waiting, w.take())
	for _, g := range all {
		_, ready, err := read(w.newTask(), g)
		require.True(t, ready)
		require.Equal(t, ErrClosed, err)
		require.ErrorIs(t, err, net.ErrClosed)
		require.Equal(t, ErrClosed, g.Control(func(int) {}))
		require.False(t, isOpen(g.fd.fd))
		require.NoError(t, g.Close(), "the first Close of the registration itself")
		require.Equal(t, net.ErrClosed, g.Close())
	}
	require.NoError(t, r.Close())
	require.Zero(t, r.Poll(&w.local))
	fd, _ := socketpair(t)
	_, err := r.Register(fd)
	require.Equal(t, ErrClosed, err)
	require.NoError(t, unix.Close(fd))
}
