package aio

import (
	"net"
	"time"

	"github.com/simmer-go/simmer/future"
)

// Std returns the connection as a net.Conn for the body that cx belongs to, so that bufio, crypto/tls, net/http's ReadRequest and
// the like run on it: its Read and Write suspend the body, never the worker. Write writes everything.
//
// It is for use inside that body only, but for Close and the deadlines, which any goroutine may use. When the task is
// aborted its methods do not unwind, because the foreign code that has called them may hold a lock: what would wait returns
// a *net.OpError that is [future.ErrCancelled], also in the body's deferred calls. The body unwinds at its next own wait.
//
// Beside net.Conn it has CloseRead and CloseWrite.
func (c *Conn) Std(cx *future.Context) net.Conn {
	return &stdConn{c: c, cx: cx} //simmer:ignore cxkept it is for the body that cx belongs to
}

type stdConn struct {
	c  *Conn
	cx *future.Context
}

var (
	_ net.Conn   = (*stdConn)(nil)
	_ halfCloser = (*stdConn)(nil)
	_ halfCloser = (*netConn)(nil)
)

// halfCloser is what many look for in a net.Conn.
type halfCloser interface {
	CloseRead() error
	CloseWrite() error
}

func (s *stdConn) Read(b []byte) (int, error) {
	c := s.c
	n, err := future.TryAwaitPoll(s.cx, func(cx *future.Context) (int, bool, error) { return c.PollRead(cx, b) }, c.read.forget)
	return n, c.waitError("read", err)
}

func (s *stdConn) Write(b []byte) (written int, err error) {
	c := s.c
	for {
		rest := b[written:]
		poll := func(cx *future.Context) (int, bool, error) { return c.PollWrite(cx, rest) }
		n, err := future.TryAwaitPoll(s.cx, poll, c.write.forget)
		written += n
		if err != nil || written == len(b) {
			return written, c.waitError("write", err)
		}
	}
}

func (s *stdConn) Close() error                       { return s.c.Close() }
func (s *stdConn) CloseRead() error                   { return s.c.CloseRead() }
func (s *stdConn) CloseWrite() error                  { return s.c.CloseWrite() }
func (s *stdConn) LocalAddr() net.Addr                { return s.c.LocalAddr() }
func (s *stdConn) RemoteAddr() net.Addr               { return s.c.RemoteAddr() }
func (s *stdConn) SetDeadline(t time.Time) error      { return s.c.SetDeadline(t) }
func (s *stdConn) SetReadDeadline(t time.Time) error  { return s.c.SetReadDeadline(t) }
func (s *stdConn) SetWriteDeadline(t time.Time) error { return s.c.SetWriteDeadline(t) }
