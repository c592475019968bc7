package aio

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/netpoll"
	"github.com/simmer-go/simmer/waker"
)

// endpoint is an address as the caller has written it, taken apart.
type endpoint struct {
	network string
	host    string // empty: this machine
	service string
}

// parseEndpoint fails as net.Dial and net.Listen do, before anything is looked up.
func parseEndpoint(network, address string) (endpoint, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return endpoint{}, net.UnknownNetworkError(network)
	}
	if address == "" {
		return endpoint{}, &net.AddrError{Err: "missing address"}
	}
	host, service, err := net.SplitHostPort(address)
	return endpoint{network: network, host: host, service: service}, err
}

// literal returns the address if it needs no looking up: a number for the port, and no host or a literal one. An endpoint
// without a host has the zero Addr.
func (e endpoint) literal() (addr netip.AddrPort, ok bool, err error) {
	port := uint64(0)
	if e.service != "" {
		if port, err = strconv.ParseUint(e.service, 10, 16); err != nil {
			return addr, false, nil
		}
	}
	if e.host == "" {
		return netip.AddrPortFrom(netip.Addr{}, uint16(port)), true, nil
	}
	ip, err := netip.ParseAddr(e.host)
	if err != nil {
		return addr, false, nil
	}
	if ip = ip.Unmap(); !e.accepts(ip) {
		return addr, true, e.unsuitable()
	}
	return netip.AddrPortFrom(ip, uint16(port)), true, nil
}

// lookup finds the addresses of a host. It blocks.
func (e endpoint) lookup(ctx context.Context) ([]netip.AddrPort, error) {
	port, err := net.DefaultResolver.LookupPort(ctx, e.network, e.service)
	if err != nil {
		return nil, err
	}
	if e.host == "" {
		return []netip.AddrPort{netip.AddrPortFrom(netip.Addr{}, uint16(port))}, nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+strings.TrimPrefix(e.network, "tcp"), e.host)
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.AddrPort, 0, len(ips))
	for _, ip := range ips {
		if ip = ip.Unmap(); e.accepts(ip) {
			addrs = append(addrs, netip.AddrPortFrom(ip, uint16(port)))
		}
	}
	if len(addrs) == 0 {
		return nil, e.unsuitable()
	}
	return addrs, nil
}

func (e endpoint) accepts(ip netip.Addr) bool {
	return e.network == "tcp" || ip.Is4() == (e.network == "tcp4")
}

func (e endpoint) unsuitable() error {
	return &net.AddrError{Err: "no suitable address found", Addr: e.host}
}

// resolve waits for the addresses of e, in a body if they must be looked up.
func resolve(cx *future.Context, e endpoint) ([]netip.AddrPort, error) {
	r := &resolving{endpoint: e}
	if addrs, ok, err := r.literal(); ok {
		return addrs, err
	}
	return future.Await(cx, r)
}

// resolving is the future of an endpoint's addresses. Names are looked up on the blocking pool, literal addresses at once.
type resolving struct {
	endpoint endpoint
	job      *lookupJob // nil before the first poll, and for a literal address
}

func (r *resolving) Poll(cx *future.Context) ([]netip.AddrPort, bool, error) {
	if r.job != nil {
		return r.job.poll(cx)
	}
	if addrs, ok, err := r.literal(); ok {
		return addrs, true, err
	}
	l := cx.Local()
	if l == nil {
		return nil, true, future.ErrNoWorker
	}
	if l.Blocking == nil {
		return nil, true, netpoll.ErrUnsupported
	}
	r.job = newLookupJob(r.endpoint)
	if err := l.Blocking.Submit(r.job.run, r.job.abandon); err != nil {
		r.job.cancel()
		return nil, true, err
	}
	return r.job.poll(cx)
}

func (r *resolving) literal() (addrs []netip.AddrPort, ok bool, err error) {
	addr, ok, err := r.endpoint.literal()
	if !ok || err != nil {
		return nil, ok, err
	}
	return []netip.AddrPort{addr}, true, nil
}

// Drop cancels the look-up. What it finds later is thrown away.
func (r *resolving) Drop(cx *future.Context) {
	if r.job != nil {
		r.job.cancel()
		r.job.waiter.Clear(cx.Waker())
	}
}

// lookupJob is one look-up on the blocking pool.
//
// Ownership. The goroutine of the pool owns addrs and err until done is set, then the waiter does.
//
// Order. The job writes its result before done (D1) and takes the waiter after it; the waiter stores its waker before it
// loads done (D2). D1 pairs with D2: one of the two sees the other.
type lookupJob struct {
	endpoint endpoint
	ctx      context.Context
	cancel   context.CancelFunc
	waiter   waker.Slot
	done     sy.Bool
	addrs    []netip.AddrPort
	err      error
}

func newLookupJob(e endpoint) *lookupJob {
	job := &lookupJob{endpoint: e}
	job.ctx, job.cancel = context.WithCancel(context.Background())
	return job
}

func (j *lookupJob) run() {
	j.addrs, j.err = j.endpoint.lookup(j.ctx)
	j.finish()
}

// abandon ends a job that the pool, which is closed, will never run.
func (j *lookupJob) abandon() {
	j.err = net.ErrClosed
	j.finish()
}

func (j *lookupJob) finish() {
	j.cancel()
	j.done.Store(true) // D1
	j.waiter.Take().Wake()
}

func (j *lookupJob) poll(cx *future.Context) ([]netip.AddrPort, bool, error) {
	if !j.done.Load() {
		j.waiter.Set(cx.Waker())
		if !j.done.Load() { // D2
			return nil, false, nil
		}
	}
	return j.addrs, true, j.err
}
