//go:build linux || freebsd || dragonfly

package aio

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

func openSocket(domain int) (int, error) {
	fd, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	return fd, nil
}

const acceptCall = "accept4"

func accept(fd int) (int, netip.AddrPort, error) {
	conn, sa, err := unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return -1, netip.AddrPort{}, err
	}
	return conn, addrPort(sa), nil
}
