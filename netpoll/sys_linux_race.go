//go:build linux && race

package netpoll

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// The race detector sees what is read and written, and the order that a descriptor makes, only through package syscall.

// sysRead is read(2). b is not empty.
func sysRead(fd int, b []byte) (int, error) { return syscall.Read(fd, b) }

// sysWrite is write(2). b is not empty.
func sysWrite(fd int, b []byte) (int, error) { return syscall.Write(fd, b) }

// epollPoll is epoll_wait(2) with timeout 0. events is not empty.
func epollPoll(epfd int, events []unix.EpollEvent) int {
	for {
		n, err := unix.EpollWait(epfd, events, 0)
		switch err {
		case nil:
			return n
		case unix.EINTR:
		default:
			return 0
		}
	}
}
