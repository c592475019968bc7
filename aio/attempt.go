package aio

import (
	"net"
	"net/netip"

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
	for !a.established {
		seen, ready, err := a.reg.PollReady(cx, netpoll.Write)
		if !ready || err != nil {
			return false, err
		}
		if err := control(a.reg, func(fd int) (err error) {
			a.established, err = connected(fd)
			return err
		}); err != nil {
			return false, err
		}
		if !a.established {
			a.reg.Clear(netpoll.Write, seen)
		}
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

func (a *attempt) finish() (local netip.AddrPort, err error) {
	err = control(a.reg, func(fd int) (err error) {
		configure(fd)
		local, err = localAddr(fd)
		return err
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
