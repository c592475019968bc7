//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package aio

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

func openListener(addr netip.AddrPort, f family, backlog int) (fd int, err error) {
	domain := unix.AF_INET6
	if f == onlyIPv4 {
		domain = unix.AF_INET
	}
	if fd, err = openSocket(domain); err != nil {
		return -1, err
	}
	if err = prepareListener(fd, addr, f, backlog); err != nil {
		closeSocket(fd)
		return -1, err
	}
	return fd, nil
}

func prepareListener(fd int, addr netip.AddrPort, f family, backlog int) error {
	if err := setOption(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if f != onlyIPv4 {
		if err := setOption(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, number(f == onlyIPv6)); err != nil {
			return err
		}
	}
	if err := os.NewSyscallError("bind", unix.Bind(fd, sockaddr(addr, f == onlyIPv4))); err != nil {
		return err
	}
	if inheritsOptions {
		configure(fd)
	}
	return os.NewSyscallError("listen", unix.Listen(fd, backlog))
}

// openDialer reports, beside the socket, whether its connection is established already.
func openDialer(addr netip.AddrPort) (fd int, established bool, err error) {
	domain := unix.AF_INET6
	if addr.Addr().Is4() {
		domain = unix.AF_INET
	}
	if fd, err = openSocket(domain); err != nil {
		return -1, false, err
	}
	switch err = unix.Connect(fd, sockaddr(addr, addr.Addr().Is4())); err {
	case nil, unix.EISCONN:
		return fd, true, nil
	case unix.EINPROGRESS, unix.EALREADY, unix.EINTR: // after EINTR the connection goes on by itself
		return fd, false, nil
	}
	closeSocket(fd)
	return -1, false, os.NewSyscallError("connect", err)
}

// connected looks at SO_ERROR first, which tells why a connection has failed, and then for the peer: a socket that has not
// begun to connect, or is woken for no reason, has no error either.
func connected(fd int) (bool, error) {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return false, os.NewSyscallError("getsockopt", err)
	}
	switch errno := unix.Errno(code); errno {
	case 0:
		_, err := unix.Getpeername(fd)
		return err == nil, nil
	case unix.EISCONN:
		return true, nil
	case unix.EINPROGRESS, unix.EALREADY, unix.EINTR:
		return false, nil
	default:
		return false, os.NewSyscallError("connect", errno)
	}
}

func localAddr(fd int) (netip.AddrPort, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockname", err)
	}
	return addrPort(sa), nil
}

// configure asks for what connections have by default in Go: small writes are sent at once, and a peer that has vanished is
// found out. A system that does not know one of them does without it.
func configure(fd int) {
	_ = setNoDelay(fd, true)
	_ = setKeepAlive(fd, true)
	_ = setKeepAlivePeriod(fd, keepAliveSeconds*time.Second)
}

func setNoDelay(fd int, on bool) error {
	return setOption(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, number(on))
}

func setKeepAlive(fd int, on bool) error {
	return setOption(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, number(on))
}

func shutdownRead(fd int) error {
	return os.NewSyscallError("shutdown", unix.Shutdown(fd, unix.SHUT_RD))
}

func shutdownWrite(fd int) error {
	return os.NewSyscallError("shutdown", unix.Shutdown(fd, unix.SHUT_WR))
}

func closeSocket(fd int) { _ = unix.Close(fd) }

// acceptRetry reports whether err tells about one connection only, which is gone: the next may be there.
func acceptRetry(err error) bool {
	return errors.Is(err, unix.ECONNABORTED) || errors.Is(err, unix.EINTR)
}

// acceptBackoff reports whether err tells that the system is short of something that others will give back.
func acceptBackoff(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) || errors.Is(err, unix.ENOBUFS) ||
		errors.Is(err, unix.ENOMEM) || errors.Is(err, unix.ENOSPC) // ENOSPC: no room in epoll
}

// lacksFamily reports whether err tells that there is no IPv6 here, or no socket for both families.
func lacksFamily(err error) bool {
	for _, errno := range []unix.Errno{unix.EAFNOSUPPORT, unix.EPROTONOSUPPORT, unix.EADDRNOTAVAIL, unix.EINVAL, unix.ENOPROTOOPT} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

func setOption(fd, level, name, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, name, value))
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}

func sockaddr(addr netip.AddrPort, v4 bool) unix.Sockaddr {
	if v4 {
		return &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16(), ZoneId: zoneID(addr.Addr().Zone())}
}

func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		addr := netip.AddrFrom16(sa.Addr).Unmap()
		return netip.AddrPortFrom(addr.WithZone(zoneName(sa.ZoneId)), uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// zoneID returns the number of the interface that a link-local address belongs to.
func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	link, err := net.InterfaceByName(zone)
	if err != nil {
		return 0
	}
	return uint32(link.Index)
}

func zoneName(id uint32) string {
	if id == 0 {
		return ""
	}
	if link, err := net.InterfaceByIndex(int(id)); err == nil {
		return link.Name
	}
	return strconv.FormatUint(uint64(id), 10)
}
