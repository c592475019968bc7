//go:build linux || darwin || freebsd || netbsd || dragonfly

package aio

import (
	"time"

	"golang.org/x/sys/unix"
)

// setKeepAlivePeriod rounds d up to whole seconds, which is what the systems count in.
func setKeepAlivePeriod(fd int, d time.Duration) error {
	seconds := max(1, int((d+time.Second-1)/time.Second))
	if err := setOption(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds); err != nil {
		return err
	}
	return setOption(fd, unix.IPPROTO_TCP, keepIdle, seconds)
}
