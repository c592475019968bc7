package aio_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// tokio: tokio-stream/src/wrappers/tcp_listener.rs TcpListenerStream: the connections of a listener; here a closed one ends it
func TestIncomingYieldsConnectionsUntilTheListenerIsClosed(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		l, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		clients := e.spawn(func(cx *future.Context) error {
			for range 3 {
				c, err := aio.Dial(cx, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				if _, err := c.Read(cx, make([]byte, 1)); err != io.EOF {
					return fmt.Errorf("want the end, got %v", err)
				}
				if err := c.Close(); err != nil {
					return err
				}
			}
			return l.Close()
		})
		in, accepted := l.Incoming(), 0
		for c, err := range in.All(cx) {
			if err != nil {
				return err
			}
			accepted++
			if err := c.Close(); err != nil {
				return err
			}
		}
		_, ready, end := in.PollNext(cx)
		return errors.Join(clients.join(cx), expect(accepted == 3, "%d connections", accepted), expect(ready && end == io.EOF, "%v", end))
	})
}

func TestADroppedIncomingLeavesItsListenerOpen(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		l, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		in := l.Incoming()
		_, ready, err := future.Func(in.PollNext).Poll(cx)
		in.Drop(cx)
		return errors.Join(expect(!ready && err == nil, "%v", err), l.Close())
	})
}

// A task that is aborted unwinds, and its deferred calls cannot wait.
func TestARangeInADeferredCallOfABodyThatUnwindsEnds(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		l, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		var errs []error
		accepting := e.spawn(func(cx *future.Context) error {
			defer func() {
				for _, err := range l.Incoming().All(cx) {
					if errs = append(errs, err); len(errs) == 5 {
						break
					}
				}
			}()
			_, err := l.Accept(cx)
			return err
		})
		go waitIdle(accepting.abort, accepting) // ends when it waits in Accept
		end := accepting.join(cx)
		return errors.Join(expect(end == errAborted, "%v", end), l.Close(),
			expect(len(errs) == 1 && errs[0] == future.ErrCancelled, "ranged over %v", errs))
	})
}
