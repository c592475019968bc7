package aio_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
	"github.com/simmer-go/simmer/waker"
)

func TestListenFailsAsPackageNetDoes(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, c := range []struct{ network, address string }{
		{"tcpx", "127.0.0.1:0"},
		{"", "127.0.0.1:0"},
		{"udp", "127.0.0.1:0"},
		{"tcp", "127.0.0.1"},
		{"tcp", "127.0.0.1:99999"},
		{"tcp", "127.0.0.1:no-such-service"},
		{"tcp4", "[::1]:0"},
		{"tcp6", "127.0.0.1:0"},
		{"tcp", "203.0.113.1:0"},
		{"tcp", taken.Addr().String()},
	} {
		t.Run(c.network+" "+c.address, func(t *testing.T) {
			mustRun(t, func(cx *future.Context, e *executor) error {
				var want error
				if c.network == "udp" { // which net.Listen knows, but only for packets
					want = &net.OpError{Op: "listen", Net: "udp", Err: net.UnknownNetworkError("udp")}
				} else {
					_, want = net.Listen(c.network, c.address)
				}
				_, got := aio.Listen(cx, c.network, c.address)
				if want == nil || got == nil {
					return fmt.Errorf("want %v, got %v", want, got)
				}
				var op *net.OpError
				return errors.Join(expect(want.Error() == got.Error(), "want %v, got %v", want, got), expect(errors.As(got, &op), "%T", got))
			})
		})
	}
}

func TestListenAddressesAreThoseOfPackageNet(t *testing.T) {
	for _, c := range []struct{ network, address string }{
		{"tcp", ""}, {"tcp", ":0"}, {"tcp", ":"}, {"tcp", "0.0.0.0:0"}, {"tcp", "[::]:0"}, {"tcp", "127.0.0.1:0"}, {"tcp", "[::1]:0"},
		{"tcp4", ":0"}, {"tcp4", "0.0.0.0:0"}, {"tcp6", ":0"}, {"tcp6", "[::]:0"}, {"tcp", "localhost:0"}, {"tcp4", "localhost:0"},
	} {
		t.Run(c.network+" "+c.address, func(t *testing.T) {
			want, err := net.Listen(c.network, c.address)
			if err != nil {
				t.Skipf("not on this machine: %v", err)
			}
			defer want.Close()
			mustRun(t, func(cx *future.Context, e *executor) error {
				got, err := aio.Listen(cx, c.network, c.address)
				if err != nil {
					return err
				}
				defer got.Close()
				w, g := want.Addr().(*net.TCPAddr), got.Addr().(*net.TCPAddr)
				return expect(w.IP.Equal(g.IP) && g.Port != 0, "want %v, got %v", w, g)
			})
		})
	}
}

// tokio: T145 tests/tcp_connect.rs connect_v4: a connection by IPv4
// tokio: T145 tests/tcp_connect.rs connect_v6: and one by IPv6, where there is any
// covers: F172
func TestUnspecifiedListenerServesBothFamilies(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", ":0")
		if err != nil {
			return err
		}
		defer ln.Close()
		hosts := []string{"127.0.0.1"}
		if ln.Addr().(*net.TCPAddr).IP.To4() == nil {
			hosts = append(hosts, "::1")
		}
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		for _, host := range hosts {
			c, err := aio.Dial(cx, "tcp", net.JoinHostPort(host, port))
			if err != nil {
				return err
			}
			defer c.Close()
			s, err := ln.Accept(cx)
			if err != nil {
				return err
			}
			defer s.Close()
			if got := s.LocalAddr().(*net.TCPAddr).IP.String(); got != host {
				return fmt.Errorf("accepted on %s, dialled %s", got, host)
			}
		}
		return nil
	})
}

func TestClosedListenerEndsAccept(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		accepting := e.spawn(func(cx *future.Context) error {
			_, err := ln.Accept(cx)
			return err
		})
		go waitIdle(func() { _ = ln.Close() }, accepting)
		waited := accepting.join(cx)
		_, after := ln.Accept(cx)
		for _, err := range []error{waited, after, ln.Close()} {
			var op *net.OpError
			if !errors.Is(err, net.ErrClosed) || !errors.As(err, &op) {
				return fmt.Errorf("got %v", err)
			}
		}
		return nil
	})
}

// tokio: T63 tests/no_rt.rs panics_when_no_reactor (ours: an error): a dial needs a worker with sockets
// tokio: T63 tests/no_rt.rs io_panics_when_no_tokio_context (ours: an error): and so does a listener
// tokio: tests/io_driver.rs panics_when_io_disabled (ours: an error): a runtime without sockets says so
// tokio: T153 tests/net_bind_resource.rs no_runtime_panics_binding_net_tcp_listener (ours: an error): without a runtime too
func TestListenNeedsSocketsAndAWorker(t *testing.T) {
	var h waker.Header
	h.Init(waker.NewExecutor(func(*waker.Header) {}))
	local := &future.Local{}
	local.BeginPoll()
	bare := future.NewContext(local, &h)
	_, err := aio.Listen(&bare, "tcp", "127.0.0.1:0")
	require.ErrorIs(t, err, netpoll.ErrUnsupported)
	var op *net.OpError
	require.ErrorAs(t, err, &op)
	_, ready, err := aio.Dialing("tcp", "127.0.0.1:1").Poll(&bare)
	require.True(t, ready)
	require.ErrorIs(t, err, netpoll.ErrUnsupported)
	require.ErrorAs(t, err, &op)
	none := future.NewContext(nil, &h)
	_, err = aio.Listen(&none, "tcp", "127.0.0.1:0")
	require.ErrorIs(t, err, future.ErrNoWorker)
}

func TestGivenUpConnectionsArePassedOver(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		failures := []error{syscall.ECONNABORTED, syscall.EINTR, syscall.ECONNABORTED}
		aio.WrapAccept(ln, func(next aio.AcceptFunc) aio.AcceptFunc {
			return func(fd int) (int, netip.AddrPort, error) {
				if len(failures) > 0 {
					err := failures[0]
					failures = failures[1:]
					return -1, netip.AddrPort{}, err
				}
				return next(fd)
			}
		})
		client, err := aio.Dial(cx, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		defer client.Close()
		server, err := ln.Accept(cx)
		if err != nil {
			return err
		}
		return errors.Join(server.Close(), expect(len(failures) == 0, "accept did not fail"))
	})
}

func TestCloseAndAbortEndABackoff(t *testing.T) {
	for name, end := range map[string]func(ln *aio.Listener, accepting *task){
		"close": func(ln *aio.Listener, _ *task) { _ = ln.Close() },
		"abort": func(_ *aio.Listener, accepting *task) { accepting.abort() },
	} {
		t.Run(name, func(t *testing.T) {
			mustRun(t, func(cx *future.Context, e *executor) error {
				ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				defer ln.Close()
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				attempts := 0
				aio.WrapAccept(ln, func(aio.AcceptFunc) aio.AcceptFunc {
					return func(int) (int, netip.AddrPort, error) {
						if attempts++; attempts == 8 { // the pause that follows is 640 ms
							cancel()
						}
						return -1, netip.AddrPort{}, syscall.EMFILE
					}
				})
				client, err := aio.Dial(cx, "tcp", ln.Addr().String())
				if err != nil {
					return err
				}
				defer client.Close()
				accepting := e.spawn(func(cx *future.Context) error {
					_, err := ln.Accept(cx)
					return err
				})
				var ended time.Time
				go func() {
					<-ctx.Done()
					waitIdle(func() { ended = time.Now(); end(ln, accepting) }, accepting)
				}()
				err = accepting.join(cx)
				took := time.Since(ended)
				return errors.Join(expect(!aio.IsPausing(ln), "the timer is still armed"), expect(took < 500*time.Millisecond, "ended after %v", took),
					expect(errors.Is(err, net.ErrClosed) || err == errAborted, "accept: %v", err), expect(attempts == 8, "%d attempts", attempts))
			})
		})
	}
}
