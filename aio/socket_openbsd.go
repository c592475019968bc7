package aio

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// setKeepAlivePeriod fails: OpenBSD has one period for all sockets.
func setKeepAlivePeriod(int, time.Duration) error {
	return os.NewSyscallError("setsockopt", unix.ENOPROTOOPT)
}
