//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// tokio: T133 tests/io_async_fd.rs initially_writable: what was just registered is writable, and not readable
// tokio: tests/io_async_fd.rs poll_fns: a reader and a writer wait beside each other, and each is woken for its own direction
func TestReaderAndWriterWaitBesideEachOther(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	reader, writer := w.newTask(), w.newTask()
	isReady := func(tk *task, d Direction) (ready bool) {
		tk.poll(func(cx *future.Context) {
			var err error
			_, ready, err = g.PollReady(cx, d)
			require.NoError(t, err)
		})
		return ready
	}
	r.Poll(&w.local)
	require.True(t, isReady(writer, Write))
	require.False(t, isReady(reader, Read))

	writer.poll(func(cx *future.Context) { // until nothing more fits
		for ready := true; ready; {
			_, ready, _ = g.PollWrite(cx, make([]byte, 1<<20))
		}
	})
	require.Empty(t, w.take())
	send(t, peer, "x")
	require.Equal(t, 1, r.Poll(&w.local))
	require.Equal(t, []*waker.Header{&reader.Header}, w.take())
	require.True(t, isReady(reader, Read))
	require.False(t, isReady(writer, Write))
	drain(t, peer)
	require.Equal(t, 1, r.Poll(&w.local))
	require.Equal(t, []*waker.Header{&writer.Header}, w.take())
	require.True(t, isReady(writer, Write))
}

// tokio: T135 tests/io_async_fd.rs driver_shutdown_then_clear_readiness: what is cleared after the end of the reactor does not wait
func TestClearAfterTheReactorsEndDoesNotWait(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	send(t, peer, "x")
	r.Poll(&w.local)
	w.newTask().poll(func(cx *future.Context) {
		seen, ready, err := g.PollReady(cx, Read)
		require.True(t, ready)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		g.Clear(Read, seen)
		for range 2 {
			_, ready, err = g.PollReady(cx, Read)
			require.True(t, ready)
			require.Equal(t, ErrClosed, err)
		}
	})
	require.NoError(t, g.Close())
}
