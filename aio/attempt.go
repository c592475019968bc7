package aio

import (
	"net"
	"net/netip"
	"syscall"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
)

// maxSelfConnects bounds the repetitions after a connection of a socket with itself, which a free local port that is the one
// dialled makes possible; twice is what package net tries.
const maxSelfConnects = 2

// attempt is the connecting to one address.
type attempt struct {
	addr        netip.AddrPort
	reactor     *netpoll.Reactor
	open        func(netip.AddrPort) (fd int, established bool, err error)
	reg         *netpoll.Registration // nil before the first poll
	established bool
	selfs       int // connections with itself so far
}

// poll is ready with the connection. Its errors are bare, and leave nothing open.
func (a *attempt) poll(cx *future.Context, network string) (*Conn, bool, error) {
	for {
		ready, err := a.connect(cx)
		if !ready && err == nil {
			return nil, false, nil
		}
		var local netip.AddrPort
		if err == nil {
			local, err = a.finish()
		}
		if err != nil {
			a.abandon()
			return nil, true, err
		}
		if local == a.addr && a.selfs < maxSelfConnects {
			a.abandon()
			a.selfs++
			continue
		}
		return makeConn(a.reg, network, tcpAddr(local), tcpAddr(a.addr)), true, nil
	}
}

// abandon closes the socket.
func (a *attempt) abandon() {
	if a.reg != nil {
		_ = a.reg.Close()
		a.reg, a.established = nil, false
	}
}

// connect begins to connect, or looks whether the connection is established.
func (a *attempt) connect(cx *future.Context) (established bool, err error) {
	if a.reg == nil {
		if err := a.begin(); err != nil {
			return false, err
		}
	}
	if !a.established {
		_, ready, err := a.reg.PollIO(cx, netpoll.Write, func(fd int) error {
			ok, err := connected(fd)
			if err == nil && !ok {
				err = syscall.EAGAIN
			}
			return err
		})
		if !ready || err != nil {
			return false, err
		}
		a.established = true
	}
	return true, nil
}

// begin registers the socket only after connect was called: before, the system reports it as hung up.
func (a *attempt) begin() error {
	fd, established, err := a.open(a.addr)
	if err != nil {
		return err
	}
	reg, err := a.reactor.Register(fd)
	if err != nil {
		closeSocket(fd)
		return err
	}
	a.reg, a.established = reg, established
	return nil
}

// finish returns the local address: an unspecified one if the system does not tell, because the peer has reset the connection
// already. Its first read will fail.
func (a *attempt) finish() (local netip.AddrPort, err error) {
	local = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
	err = control(a.reg, func(fd int) error {
		configure(fd)
		if addr, err := localAddr(fd); err == nil {
			local = addr
		}
		return nil
	})
	return local, err
}

// control calls f with reg's descriptor and returns f's error, or why it was not called.
func control(reg *netpoll.Registration, f func(fd int) error) error {
	var failed error
	if err := reg.Control(func(fd int) { failed = f(fd) }); err != nil {
		return err
	}
	return failed
}

// tcpAddr returns addr in package net's form, or nil for the zero addr.
func tcpAddr(addr netip.AddrPort) *net.TCPAddr {
	if !addr.IsValid() {
		return nil
	}
	return net.TCPAddrFromAddrPort(addr)
}
