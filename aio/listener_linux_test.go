package aio_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
)

// Some systems do not tell the addresses of a connection that its peer has reset. A pipe has none either.
func TestAcceptedConnWithoutAnAddressHasTheListeners(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", ":0")
		if err != nil {
			return err
		}
		defer ln.Close()
		aio.WrapAccept(ln, func(aio.AcceptFunc) aio.AcceptFunc {
			return func(int) (int, netip.AddrPort, error) {
				fd, err := hungUpPipe()
				return fd, netip.MustParseAddrPort("192.0.2.1:1"), err
			}
		})
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		client, err := aio.Dial(cx, "tcp", ":"+port) // so that there is something to accept
		if err != nil {
			return err
		}
		defer client.Close()
		c, err := ln.Accept(cx)
		if err != nil {
			return err
		}
		return errors.Join(c.Close(), expect(c.LocalAddr().String() == ln.Addr().String(), "%v", c.LocalAddr()))
	})
}

// A connection that there is no room to watch for is given up. The next is accepted after a pause: 5, 10, 20, then 40 ms.
func TestAcceptBacksOffWhileThereIsNoRoomToWatch(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		shortages := []error{syscall.ENOSPC, syscall.ENOMEM, syscall.EMFILE, syscall.ENOSPC}
		aio.WrapRegister(ln, func(next aio.RegisterFunc) aio.RegisterFunc {
			return func(fd int) (*netpoll.Registration, error) {
				if len(shortages) > 0 {
					err := shortages[0]
					shortages = shortages[1:]
					return nil, fmt.Errorf("register: %w", err)
				}
				return next(fd)
			}
		})
		var clients []*aio.Conn
		for range len(shortages) + 1 {
			c, err := aio.Dial(cx, "tcp", ln.Addr().String())
			if err != nil {
				return err
			}
			defer c.Close()
			clients = append(clients, c)
		}
		before := descriptors(t)
		began := time.Now()
		server, err := ln.Accept(cx)
		took := time.Since(began)
		if err != nil {
			return err
		}
		last := clients[len(clients)-1]
		err = expect(server.RemoteAddr().String() == last.LocalAddr().String(), "accepted %v", server.RemoteAddr())
		after := descriptors(t)
		return errors.Join(err, server.Close(), expect(took >= 75*time.Millisecond, "no pauses: %v", took),
			expect(after == before+1, "%d descriptors before, %d after", before, after))
	})
}

func TestAcceptFailsIfTheReactorRefuses(t *testing.T) {
	mustRun(t, func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		aio.WrapRegister(ln, func(aio.RegisterFunc) aio.RegisterFunc {
			return func(int) (*netpoll.Registration, error) { return nil, netpoll.ErrClosed }
		})
		client, err := aio.Dial(cx, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		defer client.Close()
		_, err = ln.Accept(cx)
		var op *net.OpError
		return expect(errors.As(err, &op) && errors.Is(err, netpoll.ErrClosed), "got %v", err)
	})
}

func TestNothingIsLostBehindUrgentData(t *testing.T) {
	withPair(t, func(cx *future.Context, e *executor, client, server *aio.Conn) error {
		if err := client.WriteAll(cx, []byte("abc")); err != nil {
			return err
		}
		var urgentErr error
		err := client.Control(func(fd uintptr) { _, urgentErr = syscall.SendmsgN(int(fd), []byte("!"), nil, nil, syscall.MSG_OOB) })
		if err := errors.Join(err, urgentErr, client.WriteAll(cx, []byte("defgh"))); err != nil {
			return err
		}
		got := ""
		for b := make([]byte, 16); len(got) < len("abcdefgh"); {
			n, err := server.Read(cx, b)
			if err != nil {
				return err
			}
			got += string(b[:n])
		}
		return expect(got == "abcdefgh", "got %q", got)
	})
}
