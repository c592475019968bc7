package aio

import (
	"net"
	"time"
)

// NetConn returns the connection as a net.Conn for ordinary goroutines, several at once, as net.Conn demands: those that read
// take turns, and so do those that write. It works as long as the runtime does, which finds out what is ready. While
// goroutines use it, no task may read or write; in a task its Read and Write would block the worker: use [Conn.Std] there.
//
// Beside net.Conn it has CloseRead and CloseWrite. Any goroutine.
func (c *Conn) NetConn() net.Conn {
	if n := c.shared.Load(); n != nil {
		return n
	}
	n := &netConn{c: c}
	n.read.init(&c.read)
	n.write.init(&c.write)
	if !c.shared.CompareAndSwap(nil, n) {
		return c.shared.Load() // one for all, because its locks keep the goroutines apart
	}
	return n
}

type netConn struct {
	c     *Conn
	read  blocker
	write blocker
}

var _ net.Conn = (*netConn)(nil)

func (n *netConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, n.c.fail("read", n.c.checkOpen())
	}
	n.read.mu.Lock()
	defer n.read.mu.Unlock()
	got, err := n.read.do(b)
	return got, n.c.readError(got, err)
}

// Write holds the lock until all of b is written, so that what several goroutines write does not mix.
func (n *netConn) Write(b []byte) (written int, err error) {
	if len(b) == 0 {
		return 0, n.c.fail("write", n.c.checkOpen())
	}
	n.write.mu.Lock()
	defer n.write.mu.Unlock()
	for written < len(b) && err == nil {
		var took int
		took, err = n.write.do(b[written:])
		written += took
	}
	return written, n.c.fail("write", err)
}

func (n *netConn) Close() error                       { return n.c.Close() }
func (n *netConn) CloseRead() error                   { return n.c.CloseRead() }
func (n *netConn) CloseWrite() error                  { return n.c.CloseWrite() }
func (n *netConn) LocalAddr() net.Addr                { return n.c.LocalAddr() }
func (n *netConn) RemoteAddr() net.Addr               { return n.c.RemoteAddr() }
func (n *netConn) SetDeadline(t time.Time) error      { return n.c.SetDeadline(t) }
func (n *netConn) SetReadDeadline(t time.Time) error  { return n.c.SetReadDeadline(t) }
func (n *netConn) SetWriteDeadline(t time.Time) error { return n.c.SetWriteDeadline(t) }
