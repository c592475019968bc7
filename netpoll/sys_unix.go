//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import "golang.org/x/sys/unix"

// errExists tells that a descriptor number is registered already.
var errExists error = unix.EEXIST

// closeFD closes fd. An error would say that buffered data was lost, which sockets do not report there, or that the call was
// interrupted after the number was free: trying again would close somebody else's.
func closeFD(fd int) { _ = unix.Close(fd) }

// isNonblock reports whether fd is in non-blocking mode, or the error of a number that is no descriptor.
func isNonblock(fd int) (bool, error) {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return flags&unix.O_NONBLOCK != 0, err
}

func wouldBlock(err error) bool { return err == unix.EAGAIN }

func interrupted(err error) bool { return err == unix.EINTR }
