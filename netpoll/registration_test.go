//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// read polls a read of at most 16 bytes in tk.
func read(tk *task, g *Registration) (text string, ready bool, err error) {
	tk.poll(func(cx *future.Context) {
		var n int
		b := make([]byte, 16)
		n, ready, err = g.PollRead(cx, b)
		text = string(b[:n])
	})
	return text, ready, err
}

// tokio: T133 tests/io_async_fd.rs reset_readable: what was read empty waits for the next data
func TestWaiterIsWokenWhenDataArrives(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	tk := w.newTask()
	r.Poll(&w.local) // it is writable at first
	_, ready, err := read(tk, g)
	require.False(t, ready)
	require.NoError(t, err)
	require.Zero(t, r.Poll(&w.local))

	send(t, peer, "hello")
	require.Equal(t, 1, r.Poll(&w.local))
	require.Equal(t, []*waker.Header{&tk.Header}, w.take())
	text, ready, err := read(tk, g)
	require.True(t, ready)
	require.NoError(t, err)
	require.Equal(t, "hello", text)
}

// tokio: tests/io_async_fd.rs reregister: what came before somebody watched is seen
func TestReadinessFromBeforeRegistrationIsSeen(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	fd, peer := socketpair(t)
	send(t, peer, "early")
	g, err := r.Register(fd)
	require.NoError(t, err)
	tk := w.newTask()
	_, ready, _ := read(tk, g)
	require.False(t, ready, "nothing is known before the first poll")
	require.Equal(t, 1, r.Poll(&w.local))
	text, _, _ := read(tk, g)
	require.Equal(t, "early", text)
}

// tokio: T133 tests/io_async_fd.rs try_io_readable: a call of the caller's own on the descriptor, repeated when it would block
// tokio: T133 tests/io_async_fd.rs guard_try_io: a call that would block clears what was known before it, and nothing newer
// covers: F155 F156
func TestEventBetweenFailureAndClearIsNotLost(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	send(t, peer, "x")
	r.Poll(&w.local)
	drain(t, g.fd.fd)
	calls := 0
	w.newTask().poll(func(cx *future.Context) {
		_, ready, err := g.PollIO(cx, Read, func(fd int) error {
			calls++
			_, err := unix.Read(fd, make([]byte, 1))
			if calls == 1 {
				require.ErrorIs(t, err, unix.EAGAIN)
				send(t, peer, "late")
				r.Poll(&w.local)
			}
			return err
		})
		require.True(t, ready)
		require.NoError(t, err)
	})
	require.Equal(t, 2, calls)
}

// tokio: src/runtime/io/scheduled_io.rs clear_readiness: an event that came meanwhile is not cleared
func TestClearWithAnOldTickDoesNothing(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	send(t, peer, "x")
	r.Poll(&w.local)
	w.newTask().poll(func(cx *future.Context) {
		seen, ready, err := g.PollReady(cx, Read)
		require.True(t, ready)
		require.NoError(t, err)
		send(t, peer, "y")
		r.Poll(&w.local)
		g.Clear(Read, seen)
		seen, ready, _ = g.PollReady(cx, Read)
		require.True(t, ready)
		g.Clear(Read, seen)
		_, ready, _ = g.PollReady(cx, Read)
		require.False(t, ready)
	})
}

// The event comes after the waiter has looked, and takes nobody's waker, before the waiter has stored its own: that is when
// the waiter that it displaces is woken.
func TestWaiterLooksAgainAfterItHasStoredItsWaker(t *testing.T) {
	r := newTestReactor(t)
	g, _ := pair(t, r)
	var first waker.Header
	first.InitIdle(waker.NewExecutor(func(*waker.Header) { g.ready.add(readable) }))
	cx := future.NewContext(nil, &first)
	_, ready, _ := g.PollReady(&cx, Read)
	require.False(t, ready)

	cx = future.NewContext(nil, &newForeign().Header)
	_, ready, _ = g.PollReady(&cx, Read)
	require.True(t, ready)
}

func TestShortReadSavesTheCallThatWouldBlock(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	send(t, peer, "0123456789abcdef")
	r.Poll(&w.local)
	tk := w.newTask()
	_, ready, _ := read(tk, g) // fills the buffer
	require.True(t, ready)
	require.True(t, g.ready.load().has(Read), "there may be more")
	_, ready, _ = read(tk, g)
	require.False(t, ready)
	require.False(t, g.ready.load().has(Read))

	if !isEpoll {
		t.Skip("kqueue does not tell of urgent data, so a short read proves nothing")
	}
	send(t, peer, "short")
	r.Poll(&w.local)
	text, _, _ := read(tk, g)
	require.Equal(t, "short", text)
	require.False(t, g.ready.load().has(Read))
}

// tokio: T146 tests/tcp_stream.rs read_closed: the end of the peer makes readable, and stays
// tokio: T145 tests/tcp_connect.rs poll_hup: also behind data
func TestEndOfStreamIsSeenAfterAShortRead(t *testing.T) {
	ends := map[string]func(peer int){
		"close":    func(peer int) { hangUp(t, peer) },
		"shutdown": func(peer int) { require.NoError(t, unix.Shutdown(peer, unix.SHUT_WR)) },
	}
	for name, end := range ends {
		r := newTestReactor(t)
		w := newWorker(r)
		g, peer := pair(t, r)
		send(t, peer, "bye")
		end(peer)
		r.Poll(&w.local) // both in one event
		tk := w.newTask()
		text, _, _ := read(tk, g)
		require.Equal(t, "bye", text)
		for range 2 { // the end stays
			text, ready, err := read(tk, g)
			require.True(t, ready, name)
			require.NoError(t, err)
			require.Empty(t, text)
		}
	}
}

// tokio: T133 tests/io_async_fd.rs reset_writable: what is full waits for room
// tokio: T146 tests/tcp_stream.rs poll_write_ready: and is writable when there is some
func TestShortWriteWaitsForRoom(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	r.Poll(&w.local)
	tk := w.newTask()
	big := make([]byte, 8<<20)
	tk.poll(func(cx *future.Context) {
		n, ready, err := g.PollWrite(cx, big)
		require.True(t, ready)
		require.NoError(t, err)
		require.Less(t, n, len(big))
		require.False(t, g.ready.load().has(Write))
		_, ready, _ = g.PollWrite(cx, big)
		require.False(t, ready)
	})
	require.Zero(t, r.Poll(&w.local))
	drain(t, peer)
	require.Equal(t, 1, r.Poll(&w.local))
	tk.poll(func(cx *future.Context) {
		_, ready, err := g.PollWrite(cx, big)
		require.True(t, ready)
		require.NoError(t, err)
	})
}

// tokio: T146 tests/tcp_stream.rs write_closed: a write to a peer that is gone is the system's error
func TestErrorsOfTheSystemAreReturnedBare(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	hangUp(t, peer)
	r.Poll(&w.local)
	w.newTask().poll(func(cx *future.Context) {
		_, ready, err := g.PollWrite(cx, []byte("x"))
		require.True(t, ready)
		require.Equal(t, unix.EPIPE, err)
		boom := errors.New("boom")
		_, ready, err = g.PollIO(cx, Write, func(int) error { return boom })
		require.True(t, ready)
		require.Equal(t, boom, err)
	})
}

func TestInterruptedOperationIsRepeated(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, _ := pair(t, r)
	r.Poll(&w.local)
	calls := 0
	w.newTask().poll(func(cx *future.Context) {
		_, ready, err := g.PollIO(cx, Write, func(int) error {
			if calls++; calls < 4 {
				return unix.EINTR
			}
			return nil
		})
		require.True(t, ready)
		require.NoError(t, err)
	})
	require.Equal(t, 4, calls)
}

func TestEmptyBufferIsReadyAtOnce(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, _ := pair(t, r)
	w.newTask().poll(func(cx *future.Context) {
		n, ready, err := g.PollRead(cx, nil)
		require.True(t, n == 0 && ready && err == nil)
		n, ready, err = g.PollWrite(cx, []byte{})
		require.True(t, n == 0 && ready && err == nil)
	})
}

// tokio: T87 tests/coop_budget.rs coop_budget_udp_send_recv (ours: any socket): a budget's worth of operations, then the next turn
// tokio: T146 tests/tcp_stream.rs poll_read_ready: whether something can be read is told without reading
func TestReadyOperationsEndWithTheBudget(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	r.Poll(&w.local)
	tk := w.newTask()
	operations := map[string]func(cx *future.Context) bool{
		"PollReady": func(cx *future.Context) bool { _, ready, _ := g.PollReady(cx, Write); return ready },
		"PollIO": func(cx *future.Context) bool {
			_, ready, _ := g.PollIO(cx, Write, func(int) error { return nil })
			return ready
		},
		"PollWrite": func(cx *future.Context) bool { _, ready, _ := g.PollWrite(cx, []byte("x")); return ready },
		"PollRead":  func(cx *future.Context) bool { _, ready, _ := g.PollRead(cx, make([]byte, 1)); return ready },
	}
	for name, operation := range operations {
		send(t, peer, string(make([]byte, 2*future.Budget)))
		r.Poll(&w.local)
		done := 0
		tk.poll(func(cx *future.Context) {
			for range 2 * future.Budget {
				if operation(cx) {
					done++
				}
			}
		})
		require.Equal(t, future.Budget, done, name)
		require.True(t, w.local.TakeAgain(), "%s must ask for another poll", name)
	}
}

func TestWaitingCostsNoBudget(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, _ := pair(t, r)
	w.newTask().poll(func(cx *future.Context) {
		for range 2 * future.Budget {
			_, ready, _ := g.PollRead(cx, make([]byte, 1))
			require.False(t, ready)
		}
		require.True(t, cx.HasBudget())
	})
}

func TestOrdinaryGoroutineWaitsThroughItsOwnWaker(t *testing.T) {
	r := newTestReactor(t)
	startLoop(t, r, 1)
	g, peer := pair(t, r)
	ctx := deadline(t)
	for range 1000 {
		send(t, peer, "ping")
		b := make([]byte, 16)
		require.True(t, newForeign().await(ctx, func(cx *future.Context) bool {
			n, ready, err := g.PollRead(cx, b)
			return ready && n == 4 && err == nil
		}), "a wake was lost")
		require.True(t, newForeign().await(ctx, func(cx *future.Context) bool {
			_, ready, err := g.PollWrite(cx, b[:4])
			return ready && err == nil
		}), "a wake was lost")
		drain(t, peer)
	}
}

func TestForgetRemovesOnlyTheOwnWaker(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	r.Poll(&w.local)
	tk, other := w.newTask(), w.newTask()
	_, ready, _ := read(tk, g)
	require.False(t, ready)
	other.poll(func(cx *future.Context) { g.Forget(cx, Read) })
	require.False(t, g.waiters[Read].IsEmpty())
	tk.poll(func(cx *future.Context) { g.Forget(cx, Read) })
	require.True(t, g.waiters[Read].IsEmpty())
	send(t, peer, "x")
	require.Zero(t, r.Poll(&w.local))
	require.Empty(t, w.take())
}

// tokio: tests/io_async_fd.rs poll_fns: a wake reaches the waiter of its direction only
func TestInterruptWakesTheWaiterOfItsDirection(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, _ := pair(t, r)
	tk := w.newTask()
	_, ready, _ := read(tk, g)
	require.False(t, ready)
	g.Interrupt(Write)
	require.Empty(t, w.take())
	g.Interrupt(Read)
	require.Equal(t, []*waker.Header{&tk.Header}, w.take())
}

func TestControlLendsTheDescriptor(t *testing.T) {
	r := newTestReactor(t)
	g, _ := pair(t, r)
	require.NoError(t, g.Control(func(fd int) { require.Equal(t, g.fd.fd, fd) }))
	require.NoError(t, g.Close())
	require.ErrorIs(t, g.Control(func(int) { t.Error("called after Close") }), net.ErrClosed)
}

// tokio: T133 tests/io_async_fd.rs drop_closes: the descriptor is closed
func TestCloseWakesBothDirectionsAndFailsThem(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, _ := pair(t, r)
	reader, writer := w.newTask(), w.newTask()
	_, ready, _ := read(reader, g)
	require.False(t, ready)
	writer.poll(func(cx *future.Context) {
		_, ready, _ := g.PollReady(cx, Write)
		require.False(t, ready)
	})
	require.NoError(t, g.Close())
	require.ElementsMatch(t, []*waker.Header{&reader.Header, &writer.Header}, w.take())
	require.False(t, isOpen(g.fd.fd))
	require.Equal(t, net.ErrClosed, g.Close())

	writer.poll(func(cx *future.Context) {
		_, ready, err := g.PollReady(cx, Write)
		require.True(t, ready)
		require.Equal(t, net.ErrClosed, err)
		_, ready, err = g.PollRead(cx, make([]byte, 1))
		require.True(t, ready)
		require.Equal(t, net.ErrClosed, err)
		_, ready, err = g.PollIO(cx, Read, func(int) error { t.Error("called after Close"); return nil })
		require.True(t, ready)
		require.Equal(t, net.ErrClosed, err)
	})
}

func TestDescriptorStaysOpenDuringAnOperation(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, _ := pair(t, r)
	r.Poll(&w.local)
	w.newTask().poll(func(cx *future.Context) {
		_, ready, err := g.PollIO(cx, Write, func(fd int) error {
			require.NoError(t, g.Close())
			require.True(t, isOpen(fd), "closed under an operation")
			return nil
		})
		require.True(t, ready)
		require.NoError(t, err)
	})
	require.False(t, isOpen(g.fd.fd), "left open")
}

// Between the look at the readiness and the system call somebody has closed the registration, and the kernel may have given
// the number away: the call must not be made.
func TestReadAfterCloseHasBegunDoesNotTouchTheNumber(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	send(t, peer, "secret")
	r.Poll(&w.local)
	require.True(t, g.fd.close())
	text, ready, err := read(w.newTask(), g)
	require.True(t, ready)
	require.Equal(t, net.ErrClosed, err)
	require.Empty(t, text)
	b := make([]byte, 16)
	n, err := unix.Read(g.fd.fd, b)
	require.NoError(t, err)
	require.Equal(t, "secret", string(b[:n]), "nobody else has read it")
	g.reactor.forget(g)
	g.fd.release()
}
