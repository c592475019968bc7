package aio

import (
	"io"
	"net"
	"os"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/netpoll"
)

// Conn is a TCP connection for tasks. [Dial] and [Listener.Accept] make it; whoever holds it must close it.
//
// One task at a time may read, and one, which may be another, may write: a second waiter of the same direction displaces
// the first, which is then woken for nothing. Deadlines, Close, CloseRead, CloseWrite and the options may be used by any
// goroutine at any time. Errors are *net.OpError, as in package net, except io.EOF.
//
// [Conn.Std] gives it to code that wants a net.Conn inside a task, [Conn.NetConn] to ordinary goroutines.
type Conn struct {
	reg     *netpoll.Registration
	network string
	local   *net.TCPAddr
	remote  *net.TCPAddr
	closed  sy.Bool
	read    half
	write   half
	shared  sy.Pointer[netConn]
}

func makeConn(reg *netpoll.Registration, network string, local, remote *net.TCPAddr) *Conn {
	return &Conn{
		reg: reg, network: network, local: local, remote: remote,
		read:  half{reg: reg, direction: netpoll.Read},
		write: half{reg: reg, direction: netpoll.Write},
	}
}

// PollRead reads what is there, at most len(b) bytes. At the end of the stream it is ready with io.EOF.
// One task at a time.
func (c *Conn) PollRead(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if len(b) == 0 {
		return 0, true, c.fail("read", c.checkOpen())
	}
	n, ready, err = c.read.poll(cx, b)
	if ready {
		err = c.readError(n, err)
	}
	return n, ready, err
}

// Read waits, in a body, until something is there, and reads it: at most len(b) bytes, which may be fewer. At the end of the
// stream it returns io.EOF. Waiting allocates nothing. One task at a time.
func (c *Conn) Read(cx *future.Context, b []byte) (int, error) {
	n, err := future.AwaitPoll(cx, func(cx *future.Context) (int, bool, error) { return c.PollRead(cx, b) }, c.read.forget)
	return n, c.waitError("read", err)
}

// PollWrite writes as much of b as the system takes at once, which may be less than all of it. One task at a time.
func (c *Conn) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if len(b) == 0 {
		return 0, true, c.fail("write", c.checkOpen())
	}
	n, ready, err = c.write.poll(cx, b)
	return n, ready, c.fail("write", err)
}

// Write waits, in a body, until the system takes some of b, and returns how much it took, which may be less than all of it.
// Waiting allocates nothing. One task at a time. [Conn.WriteAll] writes everything.
func (c *Conn) Write(cx *future.Context, b []byte) (int, error) {
	n, err := future.AwaitPoll(cx, func(cx *future.Context) (int, bool, error) { return c.PollWrite(cx, b) }, c.write.forget)
	return n, c.waitError("write", err)
}

// WriteAll writes all of b, in a body. If it fails, or the task is aborted, some of b may have been written. One task at a
// time.
func (c *Conn) WriteAll(cx *future.Context, b []byte) error {
	for len(b) > 0 {
		n, err := c.Write(cx, b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// LocalAddr returns this end's address, a *net.TCPAddr. Any goroutine.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the other end's address, a *net.TCPAddr. Any goroutine.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets the time after which reads and writes fail with an error that is os.ErrDeadlineExceeded and whose Timeout
// method reports true, those that wait now included. The zero time removes it. Tasks compare it with their worker's clock
// ([timer.Now]), ordinary goroutines with the system's. Any goroutine.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.checkOpen(); err != nil {
		return c.failHere("set", err)
	}
	c.read.setDeadline(t)
	c.write.setDeadline(t)
	return nil
}

// SetReadDeadline is [Conn.SetDeadline] for reads only. Any goroutine.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if err := c.checkOpen(); err != nil {
		return c.failHere("set", err)
	}
	c.read.setDeadline(t)
	return nil
}

// SetWriteDeadline is [Conn.SetDeadline] for writes only. Any goroutine.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if err := c.checkOpen(); err != nil {
		return c.failHere("set", err)
	}
	c.write.setDeadline(t)
	return nil
}

// SetNoDelay tells whether small writes are sent at once, which is the default, or gathered (Nagle's algorithm).
// Any goroutine.
func (c *Conn) SetNoDelay(on bool) error {
	return c.fail("set", control(c.reg, func(fd int) error { return setNoDelay(fd, on) }))
}

// SetKeepAlive tells whether the system sends probes while nothing else is sent, which is the default, so that a peer that
// has vanished ends the connection. Any goroutine.
func (c *Conn) SetKeepAlive(on bool) error {
	return c.fail("set", control(c.reg, func(fd int) error { return setKeepAlive(fd, on) }))
}

// SetKeepAlivePeriod sets the idle time before the first probe and the time between probes, rounded up to seconds. The
// default is 15 s. OpenBSD cannot. Any goroutine.
func (c *Conn) SetKeepAlivePeriod(d time.Duration) error {
	return c.fail("set", control(c.reg, func(fd int) error { return setKeepAlivePeriod(fd, d) }))
}

// Control calls f with the connection's descriptor, which is valid during the call only: for socket options. f must not
// close it. Must not block. Any goroutine.
func (c *Conn) Control(f func(fd uintptr)) error {
	err := control(c.reg, func(fd int) error {
		f(uintptr(fd))
		return nil
	})
	return c.failHere("raw-control", err)
}

// CloseWrite tells the other end that nothing more will come; it then reads io.EOF. Any goroutine.
func (c *Conn) CloseWrite() error { return c.fail("close", control(c.reg, shutdownWrite)) }

// CloseRead gives up reading. What has arrived may still be read, then comes io.EOF. Any goroutine.
func (c *Conn) CloseRead() error { return c.fail("close", control(c.reg, shutdownRead)) }

// Close closes the connection. Whoever waits on it gets net.ErrClosed, and so does a second Close. Any goroutine.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return c.fail("close", net.ErrClosed)
	}
	return c.fail("close", c.reg.Close())
}

func (c *Conn) checkOpen() error {
	if c.closed.Load() {
		return net.ErrClosed
	}
	return nil
}

// readError turns the result of a read on a stream, where nothing is the end, into that of an io.Reader.
func (c *Conn) readError(n int, err error) error {
	if n == 0 && err == nil {
		return io.EOF
	}
	return c.fail("read", err)
}

// waitError gives a cancelled wait the form of the other errors.
func (c *Conn) waitError(op string, err error) error {
	if err == future.ErrCancelled {
		return c.fail(op, err)
	}
	return err
}

func (c *Conn) fail(op string, err error) error {
	if err == os.ErrDeadlineExceeded && c.closed.Load() {
		err = net.ErrClosed
	}
	return opError(op, c.network, c.local, c.remote, err)
}

// failHere names the local address only, as package net does for what concerns this end.
func (c *Conn) failHere(op string, err error) error {
	return opError(op, c.network, nil, c.local, err)
}
