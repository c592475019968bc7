package runtime_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

// listen opens a listener of rt that is closed at the end of the test.
func listen(t testing.TB, rt *runtime.Runtime) *aio.Listener {
	t.Helper()
	ln, err := do(t, rt, func(cx *future.Context) (*aio.Listener, error) { return aio.Listen(cx, "tcp", "127.0.0.1:0") })
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}

// greet accepts one connection and writes a greeting.
func greet(ln *aio.Listener) func(cx *future.Context) (none, error) {
	return func(cx *future.Context) (none, error) {
		conn, err := ln.Accept(cx)
		if err != nil {
			return none{}, err
		}
		return none{}, errors.Join(conn.WriteAll(cx, []byte("hello world")), conn.Close())
	}
}

// greeting connects and reads all that comes.
func greeting(address string) func(cx *future.Context) (string, error) {
	return func(cx *future.Context) (string, error) {
		conn, err := aio.Dial(cx, "tcp", address)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		all, err := io.ReadAll(conn.Std(cx))
		return string(all), err
	}
}

// tokio: T5 tests/rt_common.rs io_driver_called_when_under_load: sockets are served although a hundred tasks wake themselves all the time
// tokio: tests/rt_common.rs block_on_socket: the task that somebody blocks on uses sockets
// tokio: tests/rt_common.rs client_server_block_on: and is the client of a task that it has spawned
func TestSocketsAreServedBesideTasksThatWakeThemselves(t *testing.T) {
	for _, workers := range []int{1, 4} {
		rt := open(t, runtime.Config{Workers: workers})
		var stop atomic.Bool
		for range 100 {
			runtime.Spawn(rt, untilOpen(&stop, func(cx *future.Context) { cx.Waker().Wake() }))
		}
		ln := listen(t, rt)
		got, err := do(t, rt, func(cx *future.Context) (string, error) {
			server := runtime.Go(cx, greet(ln))
			got, err := greeting(ln.Addr().String())(cx)
			_, serverErr := server.Await(cx)
			return got, errors.Join(err, serverErr)
		})
		stop.Store(true)
		require.NoError(t, err)
		require.Equal(t, "hello world", got)
	}
}

// tokio: tests/rt_common.rs yield_defers_until_park: a task that yields a few times has let a connection be accepted
// tokio: T7 tests/rt_common.rs coop_yield_defers_until_park: so has one that uses up its budget a few times
func TestAYielderLetsSocketsBeServed(t *testing.T) {
	const most = 20 // sockets are looked at in every 8th round of the yielders
	for name, yield := range map[string]func(cx *future.Context) error{
		"yields": future.Yield,
		"uses up its budget": func(cx *future.Context) (err error) {
			for i := 0; i < future.Budget && err == nil; i++ {
				err = future.ConsumeBudget(cx)
			}
			return err
		},
	} {
		rt := open(t, runtime.Config{Workers: 1})
		ln := listen(t, rt)
		must(t, rt, func(cx *future.Context) {
			accepting := runtime.Go(cx, func(cx *future.Context) (none, error) {
				conn, err := ln.Accept(cx)
				if err != nil {
					return none{}, err
				}
				return none{}, conn.Close()
			})
			require.NoError(t, future.Yield(cx)) // it waits
			peer, err := net.Dial("tcp", ln.Addr().String())
			require.NoError(t, err)
			defer peer.Close()
			for yields := 0; !accepting.IsFinished(); yields++ {
				require.LessOrEqual(t, yields, most, name)
				require.NoError(t, yield(cx))
			}
		})
	}
}

// tokio: T22 tests/rt_common.rs spawn_blocking_from_blocking: a blocking function may have another one run, and wait for it
// tokio: T22 tests/rt_common.rs sleep_from_blocking: or for a timer
// tokio: T22 tests/rt_common.rs socket_from_blocking: or for a socket
// tokio: tests/rt_common.rs spawn_from_blocking: or for a task
func TestABlockingFunctionMaySpawnSleepAndConnect(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	ln := listen(t, rt)
	server := runtime.Go(rt, greet(ln))
	got, err := result(t, runtime.SpawnBlocking(rt, func(ctx context.Context) (string, error) {
		a, errA := runtime.SpawnBlocking(rt, func(context.Context) (string, error) { return "hello ", nil }).Wait(ctx)
		b, errB := runtime.Go(rt, func(*future.Context) (string, error) { return "task, ", nil }).Wait(ctx)
		began := time.Now()
		_, errSleep := runtime.BlockOn(ctx, rt, timer.After(time.Millisecond))
		if time.Since(began) < time.Millisecond {
			errSleep = errors.Join(errSleep, errors.New("early"))
		}
		c, errC := runtime.BlockOn(ctx, rt, future.Async(greeting(ln.Addr().String())))
		return a + b + c, errors.Join(errA, errB, errSleep, errC)
	}))
	require.NoError(t, err)
	require.Equal(t, "hello task, hello world", got)
	_, err = result(t, server)
	require.NoError(t, err)
}

// tokio: T17 tests/rt_common.rs io_notify_while_shutting_down (ours: TCP): a runtime may be closed while sockets are busy
// tokio: tests/rt_threaded.rs spawn_shutdown: clients and servers that are left do not keep it from ending
func TestCloseBesideTraffic(t *testing.T) {
	for range 20 {
		rt, err := runtime.New(runtime.Config{Workers: 2})
		require.NoError(t, err)
		ln := listen(t, rt)
		const clients = 8
		turns := make(chan none, 100)
		var handles []*runtime.JoinHandle[none]
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (none, error) {
			for {
				conn, err := ln.Accept(cx)
				if err != nil {
					return none{}, err
				}
				runtime.Spawn(runtime.Of(cx), aio.Serving(conn, func(cx *future.Context, conn *aio.Conn) (none, error) {
					std := conn.Std(cx)
					_, err := io.Copy(std, std)
					return none{}, err
				}))
			}
		}))
		for range clients {
			handles = append(handles, runtime.Go(rt, func(cx *future.Context) (none, error) {
				conn, err := aio.Dial(cx, "tcp", ln.Addr().String())
				if err != nil {
					return none{}, err
				}
				defer conn.Close()
				for b := []byte{0}; ; {
					if err := conn.WriteAll(cx, b); err != nil {
						return none{}, err
					}
					if _, err := conn.Read(cx, b); err != nil {
						return none{}, err
					}
					select {
					case turns <- none{}:
					default:
					}
				}
			}))
		}
		for range cap(turns) {
			receive(t, turns)
		}
		require.NoError(t, rt.Close())
		for _, h := range handles {
			require.True(t, h.IsFinished())
			_, err := result(t, h)
			require.Error(t, err)
		}
	}
}

// tokio: T51 tests/rt_handle_block_on.rs tcp_listener_connect_before_shutdown: who waits for a socket when the runtime is closed is told
// tokio: T51 tests/rt_handle_block_on.rs tcp_listener_connect_after_shutdown: so is who comes later
// tokio: tests/io_driver_drop.rs drop_wakes: the wait of an ordinary goroutine ends
// tokio: tests/io_driver_drop.rs tcp_doesnt_block: and a later one ends at once
// tokio: T64 tests/rt_shutdown_err.rs test_is_rt_shutdown_err: the error tells that it was the runtime's end
// tokio: T64 tests/rt_shutdown_err.rs test_is_not_rt_shutdown_err: that of a socket that was closed by itself does not
// tokio: T64 tests/rt_shutdown_err.rs test_join_error_cancelled: nor does a task's that was aborted
// tokio: T64 tests/rt_shutdown_err.rs test_join_error_panic: nor does a task's that has panicked
// covers: F33 F182
func TestSocketsOfAClosedRuntimeFail(t *testing.T) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(t, err)
	ln := listen(t, rt)
	connect := func() (client, server *aio.Conn) {
		accepting := runtime.Go(rt, func(cx *future.Context) (*aio.Conn, error) { return ln.Accept(cx) })
		client, err := do(t, rt, func(cx *future.Context) (*aio.Conn, error) { return aio.Dial(cx, "tcp", ln.Addr().String()) })
		require.NoError(t, err)
		server, err = result(t, accepting)
		require.NoError(t, err)
		return client, server
	}
	isEnd := func(err error) bool { return errors.Is(err, netpoll.ErrClosed) || errors.Is(err, runtime.ErrClosed) }

	client, _ := connect()
	require.NoError(t, client.Close())
	_, err = client.NetConn().Read(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
	require.False(t, isEnd(err), "closed by itself")
	aborted := runtime.Spawn(rt, forever)
	aborted.Abort()
	_, err = result(t, aborted)
	require.False(t, isEnd(err))
	_, err = result(t, runtime.Go(rt, func(*future.Context) (none, error) { panic("boom") }))
	require.False(t, isEnd(err))

	client, _ = connect()
	waits, begun := make(chan error, 1), make(chan none)
	go func() { // ends with the runtime
		close(begun)
		_, err := client.NetConn().Read(make([]byte, 1))
		waits <- err
	}()
	receive(t, begun)
	accepting := runtime.Go(rt, func(cx *future.Context) (*aio.Conn, error) { return ln.Accept(cx) })
	require.NoError(t, rt.Close())
	err = receive(t, waits)
	require.True(t, isEnd(err), err)
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = client.NetConn().Write([]byte("x"))
	require.True(t, isEnd(err), err)
	_, err = result(t, accepting)
	requireCancelled(t, err)
	_, err = runtime.BlockOn(t.Context(), rt, aio.Dialing("tcp", ln.Addr().String()))
	require.True(t, isEnd(err), err)
}

// tokio: tests/rt_unstable_eager_driver_handoff.rs eager_driver_handoff_fixes_deadlock (ours: by rescue): a task that blocks the worker which has polled the sockets stops nobody's
// covers: F18
func TestARescuedWorkersSocketsArePolledByAnother(t *testing.T) {
	for range 5 {
		sleep := newSleepWatch(2)
		rt := open(t, runtime.Config{Workers: 2, Blocked: runtime.BlockedRescue, Hooks: sleep.hooks()})
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		dial := func() (conn *aio.Conn, peer net.Conn) {
			conn, err := do(t, rt, func(cx *future.Context) (*aio.Conn, error) { return aio.Dial(cx, "tcp", ln.Addr().String()) })
			require.NoError(t, err)
			peer, err = ln.Accept()
			require.NoError(t, err)
			return conn, peer
		}
		badConn, badPeer := dial()
		goodConn, goodPeer := dial()
		unblock := make(chan none)
		bad := runtime.Go(rt, func(cx *future.Context) (none, error) {
			_, err := badConn.Read(cx, make([]byte, 1)) // woken by a worker that polls the sockets
			if err == nil {
				_, err = goodPeer.Write([]byte{0})
			}
			<-unblock // and blocks it
			return none{}, err
		})
		good := runtime.Go(rt, func(cx *future.Context) (none, error) {
			_, err := goodConn.Read(cx, make([]byte, 1))
			close(unblock)
			return none{}, err
		})
		sleep.wait(t)
		_, err = badPeer.Write([]byte{0})
		require.NoError(t, err)
		for _, h := range []*runtime.JoinHandle[none]{bad, good} {
			_, err := result(t, h)
			require.NoError(t, err)
		}
		for _, c := range []io.Closer{badConn, badPeer, goodConn, goodPeer, ln} {
			require.NoError(t, c.Close())
		}
	}
}
