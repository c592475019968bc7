package echo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

type none = struct{}

// serveSimmer serves with a state machine for each connection.
func serveSimmer(workers int, out io.Writer) error {
	return accept(workers, out, func(rt *runtime.Runtime, conn *aio.Conn) {
		runtime.SpawnValue(rt, &session{conn: conn})
	})
}

// serveSimmerAsync serves with a straight-line body for each connection.
func serveSimmerAsync(workers int, out io.Writer) error {
	return accept(workers, out, func(rt *runtime.Runtime, conn *aio.Conn) {
		runtime.Spawn(rt, aio.Serving(conn, echoBody))
	})
}

// accept hands each connection to a task of its own.
func accept(workers int, out io.Writer, spawn func(*runtime.Runtime, *aio.Conn)) error {
	// Errors only: on a busy machine a warning of slow polls would be no news.
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	rt, err := runtime.New(runtime.Config{Workers: workers, Logger: logger})
	if err != nil {
		return err
	}
	defer rt.Close()
	_, err = runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (none, error) {
		l, err := aio.Listen(cx, "tcp", anyPort)
		if err != nil {
			return none{}, err
		}
		defer l.Close()
		fmt.Fprintf(out, "listening on %s\n", l.Addr())
		for {
			conn, err := l.Accept(cx)
			if err != nil {
				return none{}, err
			}
			spawn(rt, conn)
		}
	}))
	return err
}

func echoBody(cx *future.Context, conn *aio.Conn) (none, error) {
	buf := make([]byte, bufferSize)
	for {
		n, err := conn.Read(cx, buf)
		if err == nil {
			err = conn.WriteAll(cx, buf[:n])
		}
		if err != nil {
			return none{}, nil // the client's doing: it ends this connection only
		}
	}
}

// buffers lends the sessions their buffers: a connection that waits for its client needs none.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// session is one connection as a future.
type session struct {
	conn     *aio.Conn
	buf      *[bufferSize]byte
	from, to int // buf[from:to] is still to be sent
}

func (s *session) Poll(cx *future.Context) (none, bool, error) {
	for {
		ready, err := s.step(cx)
		if err != nil { // the client's doing: it ends this connection only
			s.Drop(cx)
			return none{}, true, nil
		}
		if !ready {
			return none{}, false, nil
		}
	}
}

// step sends what there is to send, or receives.
func (s *session) step(cx *future.Context) (ready bool, err error) {
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
func (s *session) Drop(*future.Context) {
	s.giveBack()
	s.conn.Close()
}
