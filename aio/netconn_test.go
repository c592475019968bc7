package aio_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// withNetConns runs a test with both ends of a connection as net.Conns of ordinary goroutines. The tests follow those of
// golang.org/x/net/nettest.
func withNetConns(t *testing.T, test func(t *testing.T, a, b net.Conn)) {
	t.Helper()
	withExecutor(t, func(_ *executor, a, b net.Conn) { test(t, a, b) })
}

func withExecutor(t *testing.T, test func(e *executor, a, b net.Conn)) {
	t.Helper()
	overdue := time.AfterFunc(testTimeout, func() { panic(t.Name() + " hangs") })
	defer overdue.Stop()
	e := newExecutor()
	defer e.close()
	var client, server *aio.Conn
	require.NoError(t, e.spawn(func(cx *future.Context) (err error) {
		client, server, err = pair(cx, e)
		return err
	}).wait())
	defer client.Close()
	defer server.Close()
	test(e, client.NetConn(), server.NetConn())
}

// both runs two functions side by side and returns their errors.
func both(f, g func() error) error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return errors.Join(g(), <-result)
}

func TestNetConnCarriesBytesInOrder(t *testing.T) {
	want := pattern(8 << 20)
	withNetConns(t, func(t *testing.T, a, b net.Conn) {
		var got []byte
		require.NoError(t, both(
			func() error {
				n, err := a.Write(want)
				return errors.Join(err, expect(n == len(want), "wrote %d", n), a.(interface{ CloseWrite() error }).CloseWrite())
			},
			func() (err error) {
				got, err = io.ReadAll(b)
				return err
			},
		))
		require.True(t, bytes.Equal(want, got))
	})
}

func TestNetConnPingPong(t *testing.T) {
	withNetConns(t, func(t *testing.T, a, b net.Conn) {
		const rounds = 500
		side := func(c net.Conn, first bool) func() error {
			return func() error {
				buf := make([]byte, 8)
				for i := range rounds {
					if first {
						if _, err := c.Write([]byte{1, 2, 3, 4, 5, 6, 7, byte(i)}); err != nil {
							return err
						}
					}
					if _, err := io.ReadFull(c, buf); err != nil {
						return err
					}
					if err := expect(buf[7] == byte(i), "round %d: got %d", i, buf[7]); err != nil {
						return err
					}
					if !first {
						if _, err := c.Write(buf); err != nil {
							return err
						}
					}
				}
				return nil
			}
		}
		require.NoError(t, both(side(a, true), side(b, false)))
	})
}

func TestNetConnServesManyGoroutinesAtOnce(t *testing.T) {
	withNetConns(t, func(t *testing.T, a, b net.Conn) {
		const goroutines, rounds = 8, 64
		block := bytes.Repeat([]byte{7}, 1<<10)
		var writers, readers sync.WaitGroup
		var mu sync.Mutex
		var failed error
		read := 0
		note := func(n int, err error) {
			mu.Lock()
			defer mu.Unlock()
			read += n
			if err != nil && err != io.EOF && failed == nil {
				failed = err
			}
		}
		for range goroutines {
			writers.Go(func() {
				for range rounds {
					if _, err := a.Write(block); err != nil {
						note(0, err)
						return
					}
				}
			})
			readers.Go(func() {
				for buf := make([]byte, 700); ; {
					n, err := b.Read(buf)
					note(n, err)
					if err != nil {
						return
					}
				}
			})
		}
		writers.Wait()
		require.NoError(t, a.Close())
		readers.Wait()
		require.NoError(t, failed)
		require.Equal(t, goroutines*rounds*len(block), read)
	})
}

func TestNetConnWritesOfSeveralGoroutinesDoNotMix(t *testing.T) {
	withNetConns(t, func(t *testing.T, a, b net.Conn) {
		const size = 16 << 20 // far more than fits into the socket at once
		var writers sync.WaitGroup
		for i := range 2 {
			writers.Go(func() { _, _ = a.Write(bytes.Repeat([]byte{byte(i)}, size)) })
		}
		aio.AwaitBlocked(a, false)
		got := make([]byte, 2*size)
		_, err := io.ReadFull(b, got)
		require.NoError(t, err)
		writers.Wait()
		require.Equal(t, size, bytes.Count(got[:size], got[:1]))
	})
}

func TestNetConnDeadlines(t *testing.T) {
	read := func(c net.Conn) error { _, err := c.Read(make([]byte, 1)); return err }
	write := func(c net.Conn) error { _, err := c.Write(make([]byte, 64<<20)); return err }
	for name, op := range map[string]func(net.Conn) error{"read": read, "write": write} {
		t.Run(name, func(t *testing.T) {
			withNetConns(t, func(t *testing.T, a, b net.Conn) {
				require.NoError(t, a.SetDeadline(time.Unix(1, 0)))
				require.NoError(t, isTimeout(op(a)), "past")
				require.NoError(t, isTimeout(op(a)), "it stays past")

				deadline := time.Now().Add(15 * time.Millisecond)
				require.NoError(t, a.SetDeadline(deadline))
				require.NoError(t, isTimeout(op(a)), "future")
				require.False(t, time.Now().Before(deadline), "early")

				require.NoError(t, a.SetDeadline(time.Time{}))
				waits := make(chan error)
				for range 3 {
					go func() { waits <- op(a) }() // ends when its deadline is set below
				}
				aio.AwaitBlocked(a, name == "read")
				require.NoError(t, a.SetDeadline(time.Now().Add(time.Hour)))
				require.NoError(t, a.SetDeadline(time.Unix(1, 0)))
				for range 3 {
					require.NoError(t, isTimeout(<-waits), "while waiting")
				}
			})
		})
	}
}

func TestNetConnDeadlineSetDuringTheReadIsNotLost(t *testing.T) {
	withNetConns(t, func(t *testing.T, a, b net.Conn) {
		buf := make([]byte, 1)
		for i := range 20_000 {
			require.NoError(t, a.SetReadDeadline(time.Time{}))
			var start atomic.Bool
			set := make(chan struct{})
			go func() { // ends when it has set the deadline
				defer close(set)
				for !start.Load() {
					runtime.Gosched()
				}
				for range i % 128 {
					start.Load()
				}
				_ = a.SetReadDeadline(time.Unix(1, 0))
			}()
			runtime.Gosched()
			start.Store(true)
			_, err := a.Read(buf)
			require.NoError(t, isTimeout(err))
			<-set
		}
	})
}

func TestNetConnCloseEndsAllWaits(t *testing.T) {
	withNetConns(t, func(t *testing.T, a, b net.Conn) {
		waits := make(chan error)
		for range 2 {
			go func() { _, err := a.Read(make([]byte, 1)); waits <- err }()       // ends with Close
			go func() { _, err := a.Write(make([]byte, 64<<20)); waits <- err }() // ends with Close
		}
		aio.AwaitBlocked(a, true)
		aio.AwaitBlocked(a, false)
		require.NoError(t, a.Close())
		for range 4 {
			require.ErrorIs(t, <-waits, net.ErrClosed)
		}
		require.ErrorIs(t, a.Close(), net.ErrClosed)
		_, err := b.Write(make([]byte, 64<<20))
		require.Error(t, err)
	})
}

func TestNetConnIsOneForAll(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		return expect(client.NetConn() == client.NetConn(), "two NetConns would displace each other's waiters")
	})
}

func TestNetConnEmptyOperations(t *testing.T) {
	withNetConns(t, func(t *testing.T, a, b net.Conn) {
		n, err := a.Read(nil)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = a.Write(nil)
		require.NoError(t, err)
		require.Zero(t, n)
		require.NoError(t, a.Close())
		_, err = a.Read(nil)
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

// tokio: T135 tests/io_async_fd.rs driver_shutdown_wakes_poll_race: an ordinary goroutine that waits is woken by the end of the reactor
func TestClosedReactorEndsTheWaits(t *testing.T) {
	withExecutor(t, func(e *executor, a, b net.Conn) {
		waits := make(chan error)
		go func() { _, err := a.Read(make([]byte, 1)); waits <- err }() // ends with the reactor
		aio.AwaitBlocked(a, true)
		require.NoError(t, e.reactor.Close())
		err := <-waits
		require.ErrorIs(t, err, net.ErrClosed)
		require.ErrorContains(t, err, "runtime is closed")
	})
}

func TestWakeBesideADeadlineIsTakenOnce(t *testing.T) {
	for range 100 { // which of the two is taken is random
		require.Zero(t, aio.WaitAfterWake())
	}
}
