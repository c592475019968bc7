package echo

import (
	"io"
	"sync"
	"sync/atomic"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
)

// bufferSize is what one read may bring. 16 KiB keep the system calls per byte low; more would only leave the cache.
const bufferSize = 16 << 10

// buffers lends the sessions their buffers, so that memory grows with the connections that are busy, not with those that are open.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// session echoes one connection. It is the task's future: between polls it is all that the connection has, without a stack.
type session struct {
	conn     *aio.Conn
	open     *atomic.Int64 // sessions of the server
	buf      *[bufferSize]byte
	from, to int // buf[from:to] is still to be sent
}

// Poll goes on until the connection can neither be read nor written, or ends. An end of file after the last byte is the good
// end.
func (s *session) Poll(cx *simmer.Context) (struct{}, bool, error) {
	for {
		ready, err := s.step(cx)
		if err != nil {
			s.Drop(cx)
			if err == io.EOF {
				err = nil
			}
			return struct{}{}, true, err
		}
		if !ready {
			return struct{}{}, false, nil
		}
	}
}

// step sends what there is to send, or receives.
func (s *session) step(cx *simmer.Context) (ready bool, err error) {
	if s.from < s.to {
		n, ready, err := s.conn.PollWrite(cx, s.buf[s.from:s.to])
		s.from += n
		return ready, err
	}
	if s.buf == nil {
		s.buf = buffers.Get().(*[bufferSize]byte)
	}
	n, ready, err := s.conn.PollRead(cx, s.buf[:])
	if !ready {
		s.giveBack()
	}
	s.from, s.to = 0, n
	return ready, err
}

func (s *session) giveBack() {
	if s.buf != nil {
		buffers.Put(s.buf)
		s.buf = nil
	}
}

// Drop closes the connection.
func (s *session) Drop(*simmer.Context) {
	s.giveBack()
	s.conn.Close()
	s.open.Add(-1)
}
