//go:build darwin || netbsd || openbsd

package aio

import (
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func openSocket(domain int) (int, error) {
	syscall.ForkLock.RLock() // a fork between the two calls would inherit the descriptor
	fd, err := unix.Socket(domain, unix.SOCK_STREAM, unix.IPPROTO_TCP)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	return fd, os.NewSyscallError("setnonblock", unblock(fd))
}

const acceptCall = "accept"

// accept holds ForkLock for no longer than the call takes, because the listener does not block.
func accept(fd int) (int, netip.AddrPort, error) {
	syscall.ForkLock.RLock()
	conn, sa, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(conn)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, netip.AddrPort{}, err
	}
	if sa == nil { // Darwin: the peer was gone before it was accepted
		closeSocket(conn)
		return -1, netip.AddrPort{}, unix.ECONNABORTED
	}
	return conn, addrPort(sa), unblock(conn)
}

// unblock closes fd if it fails.
func unblock(fd int) error {
	err := unix.SetNonblock(fd, true)
	if err != nil {
		closeSocket(fd)
	}
	return err
}
