package aio

import (
	"context"
	"net"
	"net/netip"
	goruntime "runtime"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/netpoll"
)

// AcceptFunc accepts one connection.
type AcceptFunc = func(fd int) (int, netip.AddrPort, error)

// WrapAccept puts wrap(accept) in the place of accept.
func WrapAccept(l *Listener, wrap func(AcceptFunc) AcceptFunc) { l.acceptOne = wrap(l.acceptOne) }

// RegisterFunc begins to watch one connection.
type RegisterFunc = func(fd int) (*netpoll.Registration, error)

// WrapRegister puts wrap(register) in the place of register.
func WrapRegister(l *Listener, wrap func(RegisterFunc) RegisterFunc) { l.register = wrap(l.register) }

// HasReadTimer reports whether a timer waits for the read deadline.
func HasReadTimer(c *Conn) bool { return c.read.deadline.armed }

// DialingAddrs is Dialing for a name that stands for several addresses.
func DialingAddrs(cx *future.Context, addrs ...string) future.Future[*Conn] {
	d := &dialing{network: "tcp", open: openDialer}
	d.reactor, _ = netpoll.Of(cx)
	for _, addr := range addrs {
		d.addrs = append(d.addrs, netip.MustParseAddrPort(addr))
	}
	return d
}

// LookupContext returns the context of the look-up that a Dialing waits for.
func LookupContext(f future.Future[*Conn]) context.Context { return f.(*dialing).resolving.job.ctx }

// AwaitBlocked returns when a goroutine waits in a Read, or else in a Write, of what NetConn has returned.
func AwaitBlocked(n net.Conn, read bool) {
	b := &n.(*netConn).write
	if read {
		b = &n.(*netConn).read
	}
	for !b.header.IsIdle() {
		goruntime.Gosched()
	}
}

// OpenWith makes a Dialing open its sockets through open.
func OpenWith(f future.Future[*Conn], open func(addr netip.AddrPort, usual func(netip.AddrPort) (int, bool, error)) (int, bool, error)) {
	d := f.(*dialing)
	usual := d.open
	d.open = func(addr netip.AddrPort) (int, bool, error) { return open(addr, usual) }
}

// IsPausing reports whether a timer waits for the end of a shortage.
func IsPausing(l *Listener) bool { return l.shortage.paused }

// NewLookup returns both sides of a look-up: what waits for it, and what ends it.
func NewLookup() (poll func(cx *future.Context) ([]netip.AddrPort, bool, error), end func()) {
	job := newLookupJob(endpoint{})
	return job.poll, job.finish
}

// WaitAfterWake wakes a blocker just before its deadline passes, lets it wait, and returns the number of wakes that it has left
// for its next wait.
func WaitAfterWake() int {
	var b blocker
	b.init(nil)
	b.header.Idle()
	b.header.Waker().Wake()
	b.wait(time.Unix(1, 0))
	return len(b.woken)
}
