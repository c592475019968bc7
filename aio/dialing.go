package aio

import (
	"net/netip"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
)

// Dial connects to address, in a body. network is "tcp", "tcp4" or "tcp6"; address is "host:port". Host names and named ports are
// looked up on the blocking pool; the addresses found are tried in turn, and the error is that of the first. No host, or an
// unspecified one, means this machine. There is no time limit but the system's: use timer.Timeout with [Dialing].
//
// Errors are *net.OpError, as net.Dial's: a refused connection is syscall.ECONNREFUSED, an unknown name a *net.DNSError,
// without sockets it is netpoll.ErrUnsupported. If the task is aborted, no descriptor is left behind.
func Dial(cx *future.Context, network, address string) (*Conn, error) {
	c, err := future.Await(cx, Dialing(network, address))
	if err == future.ErrCancelled {
		err = opError("dial", network, nil, nil, err)
	}
	return c, err
}

// Dialing is [Dial] as a future. It begins at its first poll. Dropping it gives up the connection.
func Dialing(network, address string) future.Future[*Conn] {
	return &dialing{network: network, address: address, open: openDialer}
}

type dialing struct {
	network, address string
	// open is openDialer, or what a test puts in its place.
	open func(netip.AddrPort) (fd int, established bool, err error)

	reactor   *netpoll.Reactor
	resolving *resolving       // while names are looked up
	addrs     []netip.AddrPort // still to be tried
	attempt   *attempt         // the present one
	refused   error            // of the first attempt
}

func (d *dialing) Poll(cx *future.Context) (*Conn, bool, error) {
	if !cx.HasBudget() {
		return nil, false, nil
	}
	c, ready, err := d.step(cx)
	if ready {
		cx.Spend()
	}
	return c, ready, err
}

// Drop gives up what has been begun.
func (d *dialing) Drop(cx *future.Context) {
	if d.resolving != nil {
		d.resolving.Drop(cx)
	}
	if d.attempt != nil {
		d.attempt.abandon()
	}
}

func (d *dialing) step(cx *future.Context) (*Conn, bool, error) {
	if d.addrs == nil {
		if ready, err := d.resolve(cx); !ready || err != nil {
			return nil, ready, opError("dial", d.network, nil, nil, err)
		}
	}
	for {
		if d.attempt == nil {
			d.attempt = &attempt{addr: d.addrs[0], reactor: d.reactor, open: d.open}
			d.addrs = d.addrs[1:]
		}
		c, ready, err := d.attempt.poll(cx, d.network)
		if !ready {
			return nil, false, nil
		}
		addr := d.attempt.addr
		d.attempt = nil
		if err == nil {
			return c, true, nil
		}
		if d.refused == nil {
			d.refused = opError("dial", d.network, nil, tcpAddr(addr), err)
		}
		if len(d.addrs) == 0 {
			return nil, true, d.refused
		}
	}
}

func (d *dialing) resolve(cx *future.Context) (ready bool, err error) {
	if d.resolving == nil {
		e, err := parseEndpoint(d.network, d.address)
		if err != nil {
			return true, err
		}
		if d.reactor, err = netpoll.Of(cx); err != nil {
			return true, err
		}
		d.resolving = &resolving{endpoint: e}
	}
	addrs, ready, err := d.resolving.Poll(cx)
	if !ready {
		return false, nil
	}
	d.resolving = nil
	if err == nil {
		d.addrs = thisMachine(d.network, addrs)
	}
	return true, err
}

// thisMachine puts loopback addresses in the place of unspecified ones, which not every system can connect to.
func thisMachine(network string, addrs []netip.AddrPort) []netip.AddrPort {
	v4, v6 := netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()
	var out []netip.AddrPort
	for _, addr := range addrs {
		ip, port := addr.Addr(), addr.Port()
		switch {
		case !ip.IsValid() && network == "tcp":
			out = append(out, netip.AddrPortFrom(v4, port), netip.AddrPortFrom(v6, port))
		case ip.IsValid() && !ip.IsUnspecified():
			out = append(out, addr)
		case ip.Is6(), network == "tcp6":
			out = append(out, netip.AddrPortFrom(v6, port))
		default:
			out = append(out, netip.AddrPortFrom(v4, port))
		}
	}
	return out
}
