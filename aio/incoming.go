package aio

import (
	"errors"
	"io"
	"iter"
	"net"

	"github.com/simmer-go/simmer/future"
)

// Incoming is the stream of the connections that a [Listener] accepts. It ends when the listener is closed; another error is an item's, after
// which it accepts on. One task at a time, as with Accept.
type Incoming struct{ listener *Listener }

// Incoming returns the stream of l's connections. Dropping it does not close l.
func (l *Listener) Incoming() *Incoming { return &Incoming{l} }

// PollNext is ready with the next connection, as [Listener.PollAccept] is, and with io.EOF once the listener is closed.
func (in *Incoming) PollNext(cx *future.Context) (*Conn, bool, error) {
	c, ready, err := in.listener.PollAccept(cx)
	if errors.Is(err, net.ErrClosed) {
		err = io.EOF
	}
	return c, ready, err
}

// All ranges, in a body, over the connections until the listener is closed. In a deferred call of a body that unwinds it ends
// with [future.ErrCancelled] where it would have to wait.
func (in *Incoming) All(cx *future.Context) iter.Seq2[*Conn, error] {
	return func(yield func(*Conn, error) bool) {
		ready := true
		poll := func(cx *future.Context) (c *Conn, _ bool, err error) {
			c, ready, err = in.PollNext(cx)
			return c, ready, err
		}
		for ready {
			c, err := future.AwaitPoll(cx, poll, in.Drop)
			if err == io.EOF || !yield(c, err) {
				return
			}
		}
	}
}

// Drop gives the wait for a connection up.
func (in *Incoming) Drop(cx *future.Context) { in.listener.forget(cx) }
