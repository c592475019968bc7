package echo_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/echo"
	"github.com/stretchr/testify/require"
)

// start serves until stop is called, which returns what Serve has returned.
func start(t *testing.T, rt *simmer.Runtime) (server *echo.Server, stop func() error) {
	server, err := echo.Listen(context.Background(), rt, "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }() // ends when stop cancels
	var once sync.Once
	stop = func() (err error) {
		once.Do(func() {
			cancel()
			err = <-served
		})
		return err
	}
	t.Cleanup(func() { stop() })
	return server, stop
}

func newRuntime(t *testing.T, workers int) *simmer.Runtime {
	rt, err := simmer.New(simmer.Config{Workers: workers})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

func dial(t *testing.T, server *echo.Server) *net.TCPConn {
	conn, err := net.Dial("tcp", server.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn.(*net.TCPConn)
}

func TestEveryByteComesBackOnEveryConnection(t *testing.T) {
	for _, workers := range []int{1, 2} {
		server, _ := start(t, newRuntime(t, workers))
		var wg sync.WaitGroup
		random := rand.NewChaCha8([32]byte{byte(workers)})
		for range 3 {
			conn := dial(t, server)
			sent := make([]byte, 8<<20) // more than the sockets buffer: the server must wait for the client
			random.Read(sent)
			wg.Go(func() { // ends when all is sent
				conn.Write(sent)
				conn.CloseWrite()
			})
			wg.Go(func() { // ends at the end of the stream
				got, err := io.ReadAll(conn)
				if err != nil || !bytes.Equal(sent, got) {
					t.Errorf("%d of %d bytes came back: %v", len(got), len(sent), err)
				}
			})
		}
		wg.Wait()
		require.Eventually(t, func() bool { return server.Open() == 0 }, 5*time.Second, time.Millisecond)
	}
}

func TestClientThatDoesNotReadStopsTheServersReadingAndLosesNothing(t *testing.T) {
	server, _ := start(t, newRuntime(t, 2))
	conn := dial(t, server)
	sent := 0
	counted := make([]byte, 64<<10)
	for {
		for i := range counted {
			counted[i] = byte((sent + i) >> 8) // another value in each place of the server's buffer that follows
		}
		require.NoError(t, conn.SetWriteDeadline(time.Now().Add(200*time.Millisecond)))
		n, err := conn.Write(counted)
		sent += n
		if err != nil { // all buffers are full: the server waits until it can write
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			break
		}
		require.Less(t, sent, 1<<30, "the server holds everything in memory")
	}
	require.NoError(t, conn.CloseWrite())
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Len(t, got, sent)
	for i, b := range got {
		if b != byte(i>>8) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}

func TestPingPongKeepsItsOrder(t *testing.T) {
	server, _ := start(t, newRuntime(t, 2))
	conn := dial(t, server)
	got := make([]byte, 3)
	for range 1000 {
		_, err := io.WriteString(conn, "abc")
		require.NoError(t, err)
		_, err = io.ReadFull(conn, got)
		require.NoError(t, err)
		require.Equal(t, "abc", string(got))
	}
}

func TestClientThatVanishesEndsItsSessionOnly(t *testing.T) {
	server, _ := start(t, newRuntime(t, 2))
	stays, vanishes := dial(t, server), dial(t, server)
	_, err := vanishes.Write(make([]byte, 1000))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return server.Open() == 2 }, 5*time.Second, time.Millisecond)
	require.NoError(t, vanishes.SetLinger(0)) // a reset, not an end
	require.NoError(t, vanishes.Close())
	require.Eventually(t, func() bool { return server.Open() == 1 }, 5*time.Second, time.Millisecond)
	_, err = stays.Write([]byte("x"))
	require.NoError(t, err)
	_, err = io.ReadFull(stays, make([]byte, 1))
	require.NoError(t, err)
}

func TestStoppedServerAcceptsNoMoreAndKeepsItsConnections(t *testing.T) {
	rt := newRuntime(t, 2)
	server, stop := start(t, rt)
	conn := dial(t, server)
	require.Eventually(t, func() bool { return server.Open() == 1 }, 5*time.Second, time.Millisecond)
	require.NoError(t, stop())
	_, err := net.Dial("tcp", server.Addr().String())
	require.Error(t, err)
	_, err = conn.Write([]byte("x"))
	require.NoError(t, err)
	_, err = io.ReadFull(conn, make([]byte, 1))
	require.NoError(t, err)

	require.NoError(t, rt.Close())
	require.Zero(t, server.Open())
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err) // the end or a reset, not the deadline
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
}

// With ctx ended, Serve aborts its accepting task, mostly before its first poll: the only worker is busy until Serve has
// queued it.
func TestServeClosesTheListenerAlsoIfItNeverAccepts(t *testing.T) {
	rt := newRuntime(t, 1)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 {
		server, err := echo.Listen(context.Background(), rt, "127.0.0.1:0")
		require.NoError(t, err)
		busy, free := make(chan struct{}), make(chan struct{})
		simmer.Go(rt, func(*simmer.Context) (struct{}, error) {
			close(busy)
			<-free
			return struct{}{}, nil
		})
		<-busy
		served := make(chan error, 1)
		go func() { served <- server.Serve(ended) }() // ends when the worker is free
		require.Eventually(t, func() bool { return rt.Metrics().InjectorDepth == 1 }, 5*time.Second, time.Microsecond)
		close(free)
		require.NoError(t, <-served)
		_, err = net.Dial("tcp", server.Addr().String())
		require.Error(t, err)
	}
}

func TestAddressInUseIsAnError(t *testing.T) {
	rt := newRuntime(t, 1)
	server, _ := start(t, rt)
	_, err := echo.Listen(context.Background(), rt, server.Addr().String())
	require.ErrorContains(t, err, "address already in use")
}
