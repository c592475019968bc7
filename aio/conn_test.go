package aio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	goruntime "runtime"
	"syscall"
	"testing"
	"time"
	"weak"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
)

// pair returns both ends of a connection.
func pair(cx *future.Context, e *executor) (client, server *aio.Conn, err error) {
	ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer ln.Close()
	accepting := e.spawn(func(cx *future.Context) (err error) {
		server, err = ln.Accept(cx)
		return err
	})
	if client, err = aio.Dial(cx, "tcp", ln.Addr().String()); err != nil {
		return nil, nil, err
	}
	return client, server, accepting.join(cx)
}

// withPair runs a body on both ends of a connection and closes them.
func withPair(t *testing.T, body func(cx *future.Context, e *executor, client, server *aio.Conn) error) {
	t.Helper()
	mustRun(t, func(cx *future.Context, e *executor) error {
		client, server, err := pair(cx, e)
		if err != nil {
			return err
		}
		defer client.Close()
		defer server.Close()
		return body(cx, e, client, server)
	})
}

// readAll reads until the end of the stream.
func readAll(cx *future.Context, c *aio.Conn) (all []byte, err error) {
	b := make([]byte, 32<<10)
	for {
		n, err := c.Read(cx, b)
		all = append(all, b[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// pattern returns n bytes that tell their place.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

func expect(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// tokio: tests/tcp_echo.rs echo_server: an echo server gives back what comes, in order
// covers: F173
func TestBytesArriveInOrderBothWaysAtOnce(t *testing.T) {
	want := pattern(1 << 20)
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		echo := e.spawn(func(cx *future.Context) error {
			b := make([]byte, 4<<10)
			for {
				n, err := server.Read(cx, b)
				if err == io.EOF {
					return server.CloseWrite()
				}
				if err != nil {
					return err
				}
				if err := server.WriteAll(cx, b[:n]); err != nil {
					return err
				}
			}
		})
		send := e.spawn(func(cx *future.Context) error {
			if err := client.WriteAll(cx, want); err != nil {
				return err
			}
			return client.CloseWrite()
		})
		got, err := readAll(cx, client)
		return errors.Join(err, send.join(cx), echo.join(cx), expect(bytes.Equal(got, want), "got %d bytes, not the same", len(got)))
	})
}

// tokio: T148 tests/tcp_shutdown.rs shutdown: who has sent its end still receives
func TestHalfClosedConnStillReads(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		if err := client.CloseWrite(); err != nil {
			return err
		}
		n, err := server.Read(cx, make([]byte, 8))
		if n != 0 || err != io.EOF {
			return fmt.Errorf("read %d, %v; want the end", n, err)
		}
		if err := server.WriteAll(cx, []byte("late")); err != nil {
			return err
		}
		if err := server.Close(); err != nil {
			return err
		}
		got, err := readAll(cx, client)
		return errors.Join(err, expect(string(got) == "late", "got %q", got))
	})
}

// tokio: T146 tests/tcp_stream.rs try_read_write (ours: PollRead): what is there is read, without waiting for more
func TestReadReturnsWhatIsThere(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		if err := client.WriteAll(cx, []byte("abcde")); err != nil {
			return err
		}
		var got []byte
		for _, size := range []int{2, 0, 1, 64} {
			b := make([]byte, size)
			n, err := server.Read(cx, b)
			if err != nil {
				return err
			}
			got = append(got, b[:n]...)
			got = append(got, '|')
		}
		return expect(string(got) == "ab||c|de|", "got %q", got)
	})
}

func TestPeerThatClosesEarlyIsAnError(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		if err := client.WriteAll(cx, []byte("unread")); err != nil {
			return err
		}
		if err := server.Close(); err != nil { // with unread data: a reset
			return err
		}
		_, err := client.Read(cx, make([]byte, 8))
		var op *net.OpError
		if !errors.As(err, &op) || op.Op != "read" || !errors.Is(err, syscall.ECONNRESET) {
			return fmt.Errorf("read: %v", err)
		}
		for err = nil; err == nil; {
			_, err = client.Write(cx, []byte("more"))
		}
		return expect(errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET), "write: %v", err)
	})
}

func TestErrorsAreThoseOfPackageNet(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		ours := func(c *aio.Conn) []error {
			b := make([]byte, 1)
			_ = c.SetDeadline(time.Unix(1, 0))
			_, read := c.Read(cx, b)
			_, write := c.Write(cx, b)
			closed := c.Close()
			_, readClosed := c.Read(cx, b)
			_, writeClosed := c.Write(cx, b)
			return []error{read, write, closed, readClosed, writeClosed, c.CloseWrite(), c.CloseRead(), c.SetDeadline(time.Now()),
				c.SetReadDeadline(time.Now()), c.SetWriteDeadline(time.Now()), c.SetNoDelay(true), c.SetKeepAlive(true), c.SetKeepAlivePeriod(time.Second),
				c.Control(func(uintptr) {}), c.Close()}
		}
		theirs := func(c *net.TCPConn) []error {
			b := make([]byte, 1)
			_ = c.SetDeadline(time.Unix(1, 0))
			_, read := c.Read(b)
			_, write := c.Write(b)
			raw, _ := c.SyscallConn()
			closed := c.Close()
			_, readClosed := c.Read(b)
			_, writeClosed := c.Write(b)
			return []error{read, write, closed, readClosed, writeClosed, c.CloseWrite(), c.CloseRead(), c.SetDeadline(time.Now()),
				c.SetReadDeadline(time.Now()), c.SetWriteDeadline(time.Now()), c.SetNoDelay(true), c.SetKeepAlive(true), c.SetKeepAlivePeriod(time.Second),
				raw.Control(func(uintptr) {}), c.Close()}
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		std, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		want, got := theirs(std.(*net.TCPConn)), ours(client)
		for i := range want {
			if err := sameError(want[i], got[i], std.LocalAddr().String(), client.LocalAddr().String()); err != nil {
				return fmt.Errorf("%d: %w", i, err)
			}
		}
		return nil
	})
}

// sameError compares two errors of connections with different addresses.
func sameError(want, got error, wantAddr, gotAddr string) error {
	if (want == nil) != (got == nil) {
		return fmt.Errorf("want %v, got %v", want, got)
	}
	if want == nil {
		return nil
	}
	var w, g *net.OpError
	if !errors.As(want, &w) || !errors.As(got, &g) {
		return fmt.Errorf("want %#v, got %#v", want, got)
	}
	same := w.Op == g.Op && w.Net == g.Net && (w.Source == nil) == (g.Source == nil) && (w.Addr == nil) == (g.Addr == nil) &&
		w.Err.Error() == g.Err.Error() && w.Timeout() == g.Timeout() && w.Temporary() == g.Temporary() &&
		errors.Is(want, net.ErrClosed) == errors.Is(got, net.ErrClosed) && errors.Is(want, os.ErrDeadlineExceeded) == errors.Is(got, os.ErrDeadlineExceeded)
	return expect(same, "want %v (%s), got %v (%s)", want, wantAddr, got, gotAddr)
}

func TestCloseEndsTheWaits(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		reading := e.spawn(func(cx *future.Context) error {
			_, err := client.Read(cx, make([]byte, 1))
			return err
		})
		writing := e.spawn(func(cx *future.Context) error {
			for b := make([]byte, 1<<20); ; {
				if err := client.WriteAll(cx, b); err != nil {
					return err
				}
			}
		})
		go waitIdle(func() { _ = client.Close() }, reading, writing)
		for _, t := range []*task{reading, writing} {
			if err := t.join(cx); !errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("waiter got %v", err)
			}
		}
		return nil
	})
}

// waitIdle calls then when all tasks wait at the same moment for something that only then brings about.
func waitIdle(then func(), tasks ...*task) {
	for idle := false; !idle; {
		goruntime.Gosched()
		idle = true
		for _, t := range tasks {
			idle = idle && t.header.IsIdle()
		}
	}
	then()
}

func TestAbortedReaderLeavesNothingBehind(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		_ = client.SetReadDeadline(time.Now().Add(time.Hour))
		reader, err := abortReader(cx, e, client)
		if err != nil {
			return err
		}
		if aio.HasReadTimer(client) {
			return errors.New("its timer is still armed")
		}
		for range 10 {
			goruntime.GC()
		}
		if reader.Value() != nil {
			return errors.New("its waker is still registered")
		}
		if err := server.WriteAll(cx, []byte("x")); err != nil {
			return err
		}
		n, err := client.Read(cx, make([]byte, 8))
		return errors.Join(err, expect(n == 1, "next reader got %d bytes", n))
	})
}

// abortReader aborts a task that waits in Read, and returns what tells whether somebody keeps it.
func abortReader(cx *future.Context, e *executor, c *aio.Conn) (weak.Pointer[task], error) {
	unwound := false
	reading := e.spawn(func(cx *future.Context) error {
		defer func() { unwound = true }()
		_, err := c.Read(cx, make([]byte, 1))
		return fmt.Errorf("read returned: %w", err)
	})
	aborted := make(chan struct{})
	go waitIdle(func() { reading.abort(); close(aborted) }, reading)
	err := reading.join(cx)
	<-aborted
	if err != errAborted || !unwound {
		return weak.Pointer[task]{}, fmt.Errorf("aborted reader ended with %v, unwound %v", err, unwound)
	}
	return weak.Make(reading), nil
}

func TestSteadyReadsAndWritesAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checks of invariants allocate")
	}
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		echo := e.spawn(func(cx *future.Context) error {
			for b := make([]byte, 64); ; {
				n, err := server.Read(cx, b)
				if err != nil {
					return nil
				}
				if err := server.WriteAll(cx, b[:n]); err != nil {
					return err
				}
			}
		})
		b := make([]byte, 64)
		std := client.Std(cx)
		var failed error
		once := func() {
			if err := client.WriteAll(cx, b); err != nil {
				failed = err
			}
			if _, err := client.Read(cx, b); err != nil {
				failed = err
			}
			if _, err := std.Write(b); err != nil {
				failed = err
			}
			if _, err := std.Read(b); err != nil {
				failed = err
			}
		}
		plain := testing.AllocsPerRun(200, once)
		_ = client.SetDeadline(time.Now().Add(time.Hour))
		limited := testing.AllocsPerRun(200, once)
		_ = client.CloseWrite()
		return errors.Join(failed, echo.join(cx), expect(plain == 0 && limited == 0, "%v allocations a turn, %v with a deadline", plain, limited))
	})
}

func TestAddressesOfBothEndsMatch(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		return errors.Join(
			expect(client.LocalAddr().String() == server.RemoteAddr().String(), "%v %v", client.LocalAddr(), server.RemoteAddr()),
			expect(client.RemoteAddr().String() == server.LocalAddr().String(), "%v %v", client.RemoteAddr(), server.LocalAddr()),
			expect(client.LocalAddr().Network() == "tcp", "%v", client.LocalAddr().Network()),
		)
	})
}

func TestOneTaskReadsManyConnsFairly(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		if err := client.WriteAll(cx, pattern(4*future.Budget)); err != nil {
			return err
		}
		turns := 0
		stop := false
		other := e.spawn(func(cx *future.Context) error {
			for ; !stop; turns++ {
				if err := future.Yield(cx); err != nil {
					return err
				}
			}
			return nil
		})
		b := make([]byte, 1)
		for range 4 * future.Budget {
			if _, err := server.Read(cx, b); err != nil {
				return err
			}
		}
		stop = true
		return errors.Join(other.join(cx), expect(turns >= 3, "the other task had %d turns", turns))
	})
}
