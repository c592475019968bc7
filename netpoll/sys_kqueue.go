//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import "golang.org/x/sys/unix"

// sysRead is read(2). b is not empty.
func sysRead(fd int, b []byte) (int, error) { return unix.Read(fd, b) }

// sysWrite is write(2). b is not empty.
func sysWrite(fd int, b []byte) (int, error) { return unix.Write(fd, b) }
