package aio_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// closedPort returns an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	return ln.Addr().String()
}

func TestDialFailsAsPackageNetDoes(t *testing.T) {
	for _, c := range []struct{ network, address string }{
		{"tcpx", "127.0.0.1:1"},
		{"", "127.0.0.1:1"},
		{"tcp", ""},
		{"tcp", "127.0.0.1"},
		{"tcp", "127.0.0.1:99999"},
		{"tcp4", "[::1]:1"},
		{"tcp6", "127.0.0.1:1"},
		{"tcp", closedPort(t)},
	} {
		t.Run(c.network+" "+c.address, func(t *testing.T) {
			mustRun(t, func(cx *future.Context, e *executor) error {
				_, want := net.Dial(c.network, c.address)
				_, got := aio.Dial(cx, c.network, c.address)
				if want == nil || got == nil {
					return fmt.Errorf("want %v, got %v", want, got)
				}
				var op *net.OpError
				return errors.Join(expect(want.Error() == got.Error(), "want %v, got %v", want, got), expect(errors.As(got, &op), "%T", got))
			})
		})
	}
}

func TestRefusedConnectionNamesTheCall(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		_, err := aio.Dial(cx, "tcp", closedPort(t))
		var op *net.OpError
		var call *os.SyscallError
		return expect(errors.As(err, &op) && op.Op == "dial" && errors.As(err, &call) && call.Syscall == "connect" && errors.Is(err, syscall.ECONNREFUSED), "%v", err)
	})
}

func TestUnresolvableNameIsADNSError(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		for _, dial := range []func() error{
			func() error { _, err := aio.Dial(cx, "tcp", "no.such.host.invalid:80"); return err },
			func() error { _, err := aio.Listen(cx, "tcp", "no.such.host.invalid:80"); return err },
		} {
			err := dial()
			var dns *net.DNSError
			var op *net.OpError
			if !errors.As(err, &dns) || dns.Name != "no.such.host.invalid" || !errors.As(err, &op) {
				return fmt.Errorf("got %v", err)
			}
		}
		return nil
	})
}

// tokio: T145 tests/tcp_connect.rs connect_addr_ip_string: an address that is a number
// tokio: T145 tests/tcp_connect.rs connect_addr_host_string: one that is a name
// tokio: T152 tests/net_lookup_host.rs resolve_dns: which is looked up
func TestDialFindsNamesAndThisMachine(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		for _, c := range []struct{ network, host string }{
			{"tcp", "localhost"}, {"tcp4", "localhost"}, {"tcp", ""}, {"tcp4", ""}, {"tcp", "0.0.0.0"}, {"tcp", "::ffff:127.0.0.1"},
		} {
			client, err := aio.Dial(cx, c.network, net.JoinHostPort(c.host, port))
			if err != nil {
				return fmt.Errorf("%s %q: %w", c.network, c.host, err)
			}
			server, err := ln.Accept(cx)
			if err != nil {
				return err
			}
			if err := errors.Join(client.Close(), server.Close()); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestDialTriesEveryAddressInTurn(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		refused := closedPort(t)
		good := ln.Addr().String()
		c, err := future.Await(cx, aio.DialingAddrs(cx, refused, refused, good))
		if err != nil {
			return err
		}
		if got := c.RemoteAddr().String(); got != good {
			return fmt.Errorf("connected to %s", got)
		}
		if err := c.Close(); err != nil {
			return err
		}
		_, err = future.Await(cx, aio.DialingAddrs(cx, refused, closedPort(t)))
		var op *net.OpError
		return expect(errors.As(err, &op) && op.Addr.String() == refused, "want the first error, got %v", err)
	})
}

func TestDroppedDialingCancelsTheLookup(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		dialing := aio.Dialing("tcp", "no.such.host.invalid:80")
		e.hold.Lock()
		_, err := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) {
			_, ready, err := dialing.Poll(cx)
			return struct{}{}, true, errors.Join(err, expect(!ready, "ready without a lookup"))
		}, nil)
		ctx := aio.LookupContext(dialing)
		if err == nil {
			err = ctx.Err()
		}
		_, dropErr := future.AwaitPoll(cx, func(cx *future.Context) (struct{}, bool, error) {
			future.Drop(cx, dialing)
			return struct{}{}, true, nil
		}, nil)
		e.hold.Unlock()
		return errors.Join(err, dropErr, expect(ctx.Err() != nil, "the lookup goes on"))
	})
}

func TestClosedPoolFailsALookup(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		for _, mode := range []poolMode{refusing, abandoning} {
			e.pool = mode
			_, err := aio.Dial(cx, "tcp", "localhost:1")
			var op *net.OpError
			if !errors.As(err, &op) || !errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("%d: %v", mode, err)
			}
		}
		return nil
	})
}

// The look-up ends on another goroutine at every moment of its waiter's poll.
func TestLookupThatEndsDuringThePollIsSeen(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		for i := range 20_000 {
			poll, end := aio.NewLookup()
			var start atomic.Bool
			e.blocking.Go(func() {
				for !start.Load() {
					runtime.Gosched()
				}
				for range i % 64 {
					start.Load()
				}
				end()
			})
			first := true
			_, err := future.AwaitPoll(cx, func(cx *future.Context) ([]netip.AddrPort, bool, error) {
				if first {
					first = false
					runtime.Gosched()
					start.Store(true)
				}
				return poll(cx)
			}, nil)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
