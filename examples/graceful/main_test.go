package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/sync/cancellation"
	"github.com/simmer-go/simmer/timer"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is serve on a runtime of its own.
type server struct {
	address string
	end     *cancellation.Token
	done    *simmer.JoinHandle[int]
}

func start(t *testing.T, config simmer.Config, patience time.Duration) *server {
	config.Workers = 2
	rt, err := simmer.New(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	l, err := simmer.BlockOn(context.Background(), rt, simmer.Async(func(cx *simmer.Context) (*aio.Listener, error) {
		return aio.Listen(cx, "tcp", "127.0.0.1:0")
	}))
	require.NoError(t, err)
	s := &server{address: l.Addr().String(), end: cancellation.New()}
	s.done = simmer.Go(rt, func(cx *simmer.Context) (int, error) { return serve(cx, l, s.end, patience) })
	return s
}

// dial returns a connection that has a task: it was echoed once.
func (s *server) dial(t *testing.T) *net.TCPConn {
	conn, err := net.Dial("tcp", s.address)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	echoes(t, conn)
	return conn.(*net.TCPConn)
}

func echoes(t *testing.T, conn net.Conn) {
	_, err := io.WriteString(conn, "soup")
	require.NoError(t, err)
	got := make([]byte, 4)
	_, err = io.ReadFull(conn, got)
	require.NoError(t, err)
	require.Equal(t, "soup", string(got))
}

// refuses waits until nobody listens.
func (s *server) refuses(t *testing.T) {
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", s.address)
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, 10*time.Second, time.Millisecond)
}

func TestAnOpenConnectionIsServedToItsEndAfterTheCancellation(t *testing.T) {
	s := start(t, simmer.Config{}, time.Hour)
	conns := []*net.TCPConn{s.dial(t), s.dial(t)}
	s.end.Cancel(nil)
	s.refuses(t)
	for _, conn := range conns {
		echoes(t, conn)
		require.NoError(t, conn.CloseWrite())
		rest, err := io.ReadAll(conn)
		require.NoError(t, err, "it ends in order")
		require.Empty(t, rest)
	}
	left, err := s.done.Wait(t.Context())
	require.NoError(t, err)
	require.Zero(t, left)
}

// The clock is paused: it jumps to the next deadline when every task waits, and there is none before the cancellation.
func TestAStuckConnectionIsAbortedAtTheDeadline(t *testing.T) {
	began := time.Unix(0, 0)
	clock := timer.NewPausedClock(began)
	s := start(t, simmer.Config{Clock: clock}, time.Hour)
	stuck := s.dial(t)
	require.Equal(t, began, clock.Now())
	s.end.Cancel(nil)
	_, err := stuck.Read(make([]byte, 1)) // the client says nothing and waits
	require.ErrorIs(t, err, io.EOF)
	left, err := s.done.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, left)
	require.Equal(t, began.Add(time.Hour), clock.Now())
}

func TestAnIdleServerEndsAtOnce(t *testing.T) {
	s := start(t, simmer.Config{}, time.Hour)
	s.end.Cancel(nil)
	left, err := s.done.Wait(t.Context())
	require.NoError(t, err)
	require.Zero(t, left)
}

func TestTheEndOfTheContextIsTheRequestToEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() { // ends when run does
		defer writer.Close()
		done <- run(ctx, "127.0.0.1:0", writer)
	}()
	out := bufio.NewReader(reader)
	line, err := out.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "listening on 127.0.0.1:")
	cancel()
	rest, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Equal(t, "connections that are aborted: 0\n", string(rest))
	require.NoError(t, <-done)
}
