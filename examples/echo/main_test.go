package main

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/runtime"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves on a free port until the test ends, and returns the address.
func start(t *testing.T) string {
	rt, err := simmer.New(simmer.Config{Workers: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	l, err := simmer.BlockOn(context.Background(), rt, simmer.Async(func(cx *simmer.Context) (*aio.Listener, error) {
		return aio.Listen(cx, "tcp", "127.0.0.1:0")
	}))
	require.NoError(t, err)
	simmer.Go(rt, func(cx *simmer.Context) (struct{}, error) { return struct{}{}, serve(cx, l) })
	return l.Addr().String()
}

func TestEveryByteComesBack(t *testing.T) {
	address := start(t)
	for range 3 {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		defer conn.Close()
		sent := strings.Repeat("soup ", 100_000)
		go func() { // ends when all is sent, or with the connection
			io.WriteString(conn, sent)
			conn.(*net.TCPConn).CloseWrite()
		}()
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.True(t, sent == string(got))
	}
}

// The listener is closed at the moment in which a connection's task is made: serve ends, and the task is aborted before its
// first poll.
func TestConnectionOfATaskThatNeverBeganIsClosed(t *testing.T) {
	var l *aio.Listener
	armed := false // on the one worker
	rt, err := simmer.New(simmer.Config{Workers: 1, Hooks: runtime.Hooks{OnSpawn: func(runtime.TaskMeta) {
		if armed {
			l.Close()
		}
	}}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	client, err := simmer.BlockOn(context.Background(), rt, simmer.Async(func(cx *simmer.Context) (client net.Conn, err error) {
		if l, err = aio.Listen(cx, "tcp", "127.0.0.1:0"); err != nil {
			return nil, err
		}
		if client, err = net.Dial("tcp", l.Addr().String()); err != nil { // waits in the listener's queue
			return nil, err
		}
		armed = true
		require.ErrorIs(t, serve(cx, l), net.ErrClosed)
		return client, nil
	}))
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = client.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestServerIsUnderSixtyLines(t *testing.T) {
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	require.Less(t, strings.Count(string(source), "\n"), 60)
}
