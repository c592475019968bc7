//go:build linux && !race

package netpoll

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls of this file do not tell Go's scheduler that they enter the kernel, so that it does not take the processor
// away meanwhile: a quarter of a server's CPU time. The price is that nothing may ever block in them: the collector could
// not stop the goroutine. Each descriptor is in non-blocking mode: Register checks it, and the package makes its own so.

// sysRead is read(2). b is not empty.
func sysRead(fd int, b []byte) (int, error) {
	// Safe because b stays alive during the call, the kernel writes at most len(b) bytes, and fd does not block.
	n, _, errno := syscall.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// sysWrite is write(2). b is not empty.
func sysWrite(fd int, b []byte) (int, error) {
	// Safe because b stays alive during the call, the kernel reads at most len(b) bytes, and fd does not block.
	n, _, errno := syscall.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// epollPoll is epoll_wait(2) with timeout 0. events is not empty.
func epollPoll(epfd int, events []unix.EpollEvent) int {
	for {
		// Safe because events stays alive during the call, the kernel writes at most len(events) of them, and timeout 0
		// does not block.
		n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd),
			uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
		switch errno {
		case 0:
			return int(n)
		case unix.EINTR:
		default:
			return 0
		}
	}
}
