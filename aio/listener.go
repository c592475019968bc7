package aio

import (
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/netpoll"
)

// Listener accepts TCP connections. [Listen] makes it; whoever holds it must close it.
//
// One task at a time may accept. Addr and Close may be used by any goroutine at any time.
type Listener struct {
	reg     *netpoll.Registration
	network string
	addr    *net.TCPAddr
	closed  sy.Bool

	shortage shortage
	// acceptOne is accept, or what a test puts in its place.
	acceptOne func(fd int) (int, netip.AddrPort, error)
	// register is Register of the reactor, or what a test puts in its place.
	register func(fd int) (*netpoll.Registration, error)
}

// Listen begins to listen on a local address. network is "tcp", "tcp4" or "tcp6"; address is "host:port" as in net.Listen: no
// host, or an unspecified one, means all addresses of this machine (with "tcp" those of IPv4 and IPv6), port 0 or none a free
// port, which [Listener.Addr] tells. A host name, which stands for its first address, and a named port are looked up on the
// blocking pool, and only then must cx be a body's.
//
// Errors are *net.OpError; without sockets it wraps netpoll.ErrUnsupported.
func Listen(cx *future.Context, network, address string) (*Listener, error) {
	if address == "" {
		address = ":0"
	}
	e, err := parseEndpoint(network, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	reactor, err := netpoll.Of(cx)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	addrs, err := resolve(cx, e)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	addr := preferIPv4(addrs)
	fd, err := bind(e, addr)
	if err != nil {
		return nil, opError("listen", network, nil, tcpAddr(addr), err)
	}
	bound, err := localAddr(fd)
	if err != nil {
		closeSocket(fd)
		return nil, opError("listen", network, nil, tcpAddr(addr), err)
	}
	reg, err := reactor.Register(fd)
	if err != nil {
		closeSocket(fd)
		return nil, opError("listen", network, nil, tcpAddr(addr), err)
	}
	return &Listener{reg: reg, network: network, addr: tcpAddr(bound), acceptOne: accept, register: reactor.Register}, nil
}

// bind opens the listening socket. All addresses of both families take one IPv6 socket, or, on a machine that has no IPv6 or
// no such sockets, an IPv4 one.
func bind(e endpoint, addr netip.AddrPort) (int, error) {
	ip, backlog := addr.Addr(), maxBacklog()
	switch {
	case ip.IsValid() && !ip.IsUnspecified():
		return openListener(addr, familyOf(addr), backlog)
	case e.network == "tcp4":
		return openListener(netip.AddrPortFrom(netip.IPv4Unspecified(), addr.Port()), onlyIPv4, backlog)
	case e.network == "tcp6":
		return openListener(netip.AddrPortFrom(netip.IPv6Unspecified(), addr.Port()), onlyIPv6, backlog)
	}
	fd, err := openListener(netip.AddrPortFrom(netip.IPv6Unspecified(), addr.Port()), bothFamilies, backlog)
	switch {
	case err == nil || !lacksFamily(err):
		return fd, err
	case ip.Is6():
		return openListener(addr, onlyIPv6, backlog)
	default:
		return openListener(netip.AddrPortFrom(netip.IPv4Unspecified(), addr.Port()), onlyIPv4, backlog)
	}
}

func preferIPv4(addrs []netip.AddrPort) netip.AddrPort {
	for _, addr := range addrs {
		if addr.Addr().Is4() {
			return addr
		}
	}
	return addrs[0]
}

// PollAccept is ready with the next connection. A connection that its peer has given up before is passed over. While the
// system is out of descriptors or memory it waits, 5 ms at first and at most 1 s, and tries again: it neither fails nor spins.
// A connection that was accepted already when memory ran out is closed.
// One task at a time.
func (l *Listener) PollAccept(cx *future.Context) (*Conn, bool, error) {
	for {
		waiting, err := l.shortage.poll(cx)
		if err != nil {
			return nil, true, l.fail(err)
		}
		if l.closed.Load() {
			l.shortage.forget(cx)
			return nil, true, l.fail(net.ErrClosed)
		}
		if waiting {
			return nil, false, nil
		}
		fd, peer := -1, netip.AddrPort{}
		_, ready, err := l.reg.PollIO(cx, netpoll.Read, func(listener int) (err error) {
			fd, peer, err = l.acceptOne(listener)
			return err
		})
		if !ready {
			return nil, false, nil
		}
		var c *Conn
		if err == nil {
			c, err = l.accepted(fd, peer)
		}
		switch {
		case err == nil:
			l.shortage.end()
			return c, true, nil
		case acceptRetry(err):
		case acceptBackoff(err):
			l.shortage.begin()
		default:
			return nil, true, l.fail(err)
		}
	}
}

// Accept waits, in a body, for the next connection: see [Listener.PollAccept]. Hand it to another task with [Serving], which
// closes it even if that task is aborted before its first poll. One task at a time.
func (l *Listener) Accept(cx *future.Context) (*Conn, error) {
	c, err := future.AwaitPoll(cx, l.PollAccept, l.forget)
	if err == future.ErrCancelled {
		err = l.fail(err)
	}
	return c, err
}

// Addr returns the address that the listener is bound to, a *net.TCPAddr. Any goroutine.
func (l *Listener) Addr() net.Addr { return l.addr }

// Close ends the listening. Whoever waits in Accept gets net.ErrClosed, and so does a second Close. Accepted connections stay.
// Any goroutine.
func (l *Listener) Close() error {
	if l.closed.Swap(true) {
		return opError("close", l.network, nil, l.addr, net.ErrClosed)
	}
	err := l.reg.Close()
	l.shortage.interrupt()
	return opError("close", l.network, nil, l.addr, err)
}

// accepted takes over fd, a connected socket, and closes it if it fails.
func (l *Listener) accepted(fd int, peer netip.AddrPort) (*Conn, error) {
	local := l.addr
	if local.IP.IsUnspecified() {
		// Some systems do not tell that of a connection which its peer has reset already: its first read will fail.
		if addr, err := localAddr(fd); err == nil {
			local = tcpAddr(addr)
		}
	}
	if !inheritsOptions {
		configure(fd)
	}
	reg, err := l.register(fd)
	if err != nil {
		closeSocket(fd)
		return nil, err
	}
	return makeConn(reg, l.network, local, tcpAddr(peer)), nil
}

func (l *Listener) forget(cx *future.Context) {
	l.reg.Forget(cx, netpoll.Read)
	l.shortage.forget(cx)
}

func (l *Listener) fail(err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(acceptCall, errno)
	}
	return opError("accept", l.network, nil, l.addr, err)
}
