package aio

import "net/netip"

// The rest of the package reaches the system through these functions, which the files socket_*.go provide. Descriptors
// are non-blocking and close-on-exec from the start. Errors are what the system said, as *os.SyscallError; that of accept is
// bare, and acceptCall is the call's name.
//
//	openListener(addr, family, backlog)   a socket that listens
//	openDialer(addr)                      a socket whose connection to addr is under way, or established
//	connected(fd)                         whether that connection is established
//	accept(fd)                            the next connection and its remote address
//	localAddr(fd)                         the socket's own address
//	configure(fd)                         the options that a connection has by default; see inheritsOptions
//	setNoDelay, setKeepAlive, setKeepAlivePeriod, shutdownRead, shutdownWrite, closeSocket
//	acceptRetry(err), acceptBackoff(err)  what to do about an error of accept
//	lacksFamily(err)                      whether openListener has failed for want of IPv6

// family is the kind of addresses that a listening socket serves.
type family uint8

const (
	onlyIPv4 family = iota
	onlyIPv6
	// bothFamilies is an IPv6 socket that serves IPv4 too.
	bothFamilies
)

// familyOf returns the family that addr itself needs.
func familyOf(addr netip.AddrPort) family {
	if addr.Addr().Is4() {
		return onlyIPv4
	}
	return onlyIPv6
}

// keepAliveSeconds is the idle time before the first probe and between probes: what Go's net package takes.
const keepAliveSeconds = 15
