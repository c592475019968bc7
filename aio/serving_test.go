package aio_test

import (
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// wantClosed checks that c is closed, and that its peer sees that.
func wantClosed(cx *future.Context, c, peer *aio.Conn) error {
	if !errors.Is(c.Close(), net.ErrClosed) {
		return errors.New("the connection was left open")
	}
	_, err := readAll(cx, peer)
	return err
}

func TestServingClosesTheConnWhenTheBodyEnds(t *testing.T) {
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		body  func(conn *aio.Conn) (int, error)
		value int
		err   error
	}{
		"value":          {body: func(*aio.Conn) (int, error) { return 7, nil }, value: 7},
		"error":          {body: func(*aio.Conn) (int, error) { return 0, boom }, err: boom},
		"closed earlier": {body: func(conn *aio.Conn) (int, error) { return 7, conn.Close() }, value: 7},
	} {
		t.Run(name, func(t *testing.T) {
			withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
				value, err := future.Await(cx, aio.Serving(server, func(cx *future.Context, conn *aio.Conn) (int, error) {
					if conn != server {
						return 0, errors.New("another connection")
					}
					if err := future.Yield(cx); err != nil {
						return 0, err
					}
					return c.body(conn)
				}))
				return errors.Join(expect(value == c.value && err == c.err, "got %d, %v", value, err), wantClosed(cx, server, client))
			})
		})
	}
}

func TestServingClosesTheConnWhenTheBodyPanics(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		failed := e.spawn(func(cx *future.Context) error {
			_, err := future.Await(cx, aio.Serving(server, func(*future.Context, *aio.Conn) (int, error) { panic("boom") }))
			return err
		}).join(cx)
		return errors.Join(expect(failed != nil, "no panic"), wantClosed(cx, server, client))
	})
}

func TestServingClosesTheConnWhenItIsAborted(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		open := false
		serving := e.spawn(func(cx *future.Context) error {
			_, err := future.Await(cx, aio.Serving(server, func(cx *future.Context, conn *aio.Conn) (int, error) {
				defer func() { open = conn.SetNoDelay(true) == nil }()
				return conn.Read(cx, make([]byte, 1))
			}))
			return err
		})
		go waitIdle(serving.abort, serving)
		err := serving.join(cx)
		return errors.Join(expect(err == errAborted, "got %v", err), expect(open, "closed before the body's deferred calls ran"),
			wantClosed(cx, server, client))
	})
}

// serve is a body that must not begin.
func serve(*future.Context, *aio.Conn) (int, error) { return 0, errors.New("the body has run") }

func TestServingClosesTheConnThoughTheBodyNeverRuns(t *testing.T) {
	for name, end := range map[string]func(cx *future.Context, server *aio.Conn) error{
		"dropped": func(cx *future.Context, server *aio.Conn) error {
			future.Drop(cx, aio.Serving(server, serve))
			return nil
		},
		"dropped without a worker": func(_ *future.Context, server *aio.Conn) error {
			future.Drop(nil, aio.Serving(server, serve))
			return nil
		},
		"polled without a worker": func(cx *future.Context, server *aio.Conn) error {
			none := future.NewContext(nil, cx.Task())
			_, ready, err := aio.Serving(server, serve).Poll(&none)
			return expect(ready && err == future.ErrNoWorker, "%v, %v", ready, err)
		},
		"without a body": func(cx *future.Context, server *aio.Conn) error {
			_, err := future.Await(cx, aio.Serving[int](server, nil))
			return expect(err == future.ErrNilFuture, "got %v", err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
				return errors.Join(end(cx, server), wantClosed(cx, server, client))
			})
		})
	}
}

func TestATaskThatIsAbortedBeforeItBeginsClosesItsConn(t *testing.T) {
	rt, err := simmer.New(simmer.Config{Workers: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close()) }()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, ln.Close()) }()
	_, err = simmer.BlockOn(t.Context(), rt, simmer.Async(func(cx *simmer.Context) (none struct{}, err error) {
		conn, err := aio.Dial(cx, "tcp", ln.Addr().String())
		if err != nil {
			return none, err
		}
		h := simmer.Spawn(cx, aio.Serving(conn, serve))
		h.Abort()
		_, err = h.Await(cx)
		return none, errors.Join(expect(errors.Is(err, future.ErrCancelled), "got %v", err),
			expect(errors.Is(conn.Close(), net.ErrClosed), "the connection was left open"))
	}))
	require.NoError(t, err)
}
