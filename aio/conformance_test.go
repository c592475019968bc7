package aio_test

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// tokio: tests/tcp_accept.rs no_extra_poll: who waits for a connection is polled when one comes, and not before
// tokio: tests/tcp_accept.rs accept_many: all that were made while nobody looked are accepted
func TestAcceptIsPolledOnceForEachWake(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		polls := 0
		accepting := e.spawn(func(cx *future.Context) error {
			conn, err := future.AwaitPoll(cx, func(cx *future.Context) (*aio.Conn, bool, error) {
				polls++
				return ln.PollAccept(cx)
			}, nil)
			if err != nil {
				return err
			}
			return conn.Close()
		})
		for range 50 {
			if err := future.Yield(cx); err != nil {
				return err
			}
		}
		if polls != 1 {
			return fmt.Errorf("%d polls without a connection", polls)
		}
		peer, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		defer peer.Close()
		if err := accepting.join(cx); err != nil || polls != 2 {
			return fmt.Errorf("%d polls, %w", polls, err)
		}

		const many = 50
		for range many {
			peer, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				return err
			}
			defer peer.Close()
		}
		for range many {
			conn, err := ln.Accept(cx)
			if err != nil {
				return err
			}
			if err := conn.Close(); err != nil {
				return err
			}
		}
		return nil
	})
}

// tokio: T148 tests/tcp_shutdown.rs shutdown_multiple_calls: the end may be sent more than once
// tokio: T148 tests/tcp_shutdown.rs shutdown_after_tcp_reset: after a reset it is an error of the system, at worst, and no hang
func TestTheEndMayBeSentTwiceAndAfterAReset(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		for range 3 {
			if err := client.CloseWrite(); err != nil {
				return err
			}
		}
		got, err := readAll(cx, server)
		return errors.Join(err, expect(len(got) == 0, "got %q", got))
	})
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		if err := client.WriteAll(cx, []byte("unread")); err != nil {
			return err
		}
		if err := server.Close(); err != nil { // with unread data: a reset
			return err
		}
		if _, err := client.Read(cx, make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			return fmt.Errorf("want a reset, got %v", err)
		}
		err := client.CloseWrite()
		var op *net.OpError
		return expect(err == nil || errors.As(err, &op) && errors.Is(err, syscall.ENOTCONN), "%v", err)
	})
}

// tokio: tests/tcp_into_split.rs split: one task reads and another one writes
// tokio: tests/tcp_split.rs split: the same with parts that are borrowed
// tokio: tests/tcp_into_split.rs drop_write: the end of the writer is seen by the peer, while the reader goes on
// covers: F175
func TestTwoTasksShareAConn(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		writer := e.spawn(func(cx *future.Context) error {
			return errors.Join(client.WriteAll(cx, []byte("question")), client.CloseWrite())
		})
		reader := e.spawn(func(cx *future.Context) error {
			got, err := readAll(cx, client)
			return errors.Join(err, expect(string(got) == "answer", "got %q", got))
		})
		got, err := readAll(cx, server)
		if err != nil || string(got) != "question" || !writer.header.IsComplete() {
			return fmt.Errorf("got %q, %w", got, err)
		}
		if reader.header.IsComplete() {
			return errors.New("the reader has ended with the writer")
		}
		return errors.Join(server.WriteAll(cx, []byte("answer")), server.CloseWrite(), writer.join(cx), reader.join(cx))
	})
}

// tokio: T152 tests/net_lookup_host.rs lookup_socket_addr: an address that is a number is looked up nowhere
// tokio: T152 tests/net_lookup_host.rs lookup_str_socket_addr: whatever it is written as
// covers: F179
func TestNumbersNeedNoLookup(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		e.pool = refusing // where look-ups run
		for _, address := range []string{"127.0.0.1:0", "[::ffff:127.0.0.1]:0"} {
			ln, err := aio.Listen(cx, "tcp", address)
			if err != nil {
				return err
			}
			conn, err := aio.Dial(cx, "tcp", ln.Addr().String())
			if err != nil {
				return err
			}
			if err := errors.Join(conn.Close(), ln.Close()); err != nil {
				return err
			}
		}
		_, err := aio.Dial(cx, "tcp", "localhost:1")
		return expect(errors.Is(err, net.ErrClosed), "a name was found without a look-up: %v", err)
	})
}
