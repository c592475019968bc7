package aio

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/origin"
)

// Serving returns a future that runs body, as future.Async does, and closes conn when that ends: when body has returned, has
// panicked or was unwound, and also if body never runs, because the future is dropped before its first poll. That last case is
// why a connection that is handed to another task goes by Serving: the deferred calls of a body that never runs close nothing.
//
// conn belongs to the future from the call on. body may close it earlier. With a nil body the future fails with
// future.ErrNilFuture, and closes conn too.
func Serving[T any](conn *Conn, body func(cx *future.Context, conn *Conn) (T, error)) future.Future[T] {
	s := &serving[T]{conn: conn, serve: body}
	if body != nil {
		s.body = future.MakeBody(s.run)
	}
	return s
}

type serving[T any] struct {
	body  future.Body[T]
	conn  *Conn
	serve func(cx *future.Context, conn *Conn) (T, error)
	begun bool // the body closes conn
}

func (s *serving[T]) run(cx *future.Context) (T, error) {
	s.begun = true
	defer s.conn.Close()
	return s.serve(cx, s.conn)
}

// Origin names the body. For executors.
func (s *serving[T]) Origin() origin.Origin { return origin.OfFunc(s.serve) }

// Poll runs the body until it waits or ends.
func (s *serving[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	value, ready, err = s.body.Poll(cx)
	if ready && !s.begun { // the body could not begin
		_ = s.conn.Close()
	}
	return value, ready, err
}

// Drop unwinds the body if it has begun.
func (s *serving[T]) Drop(cx *future.Context) {
	s.body.Drop(cx)
	if !s.begun {
		_ = s.conn.Close()
	}
}
