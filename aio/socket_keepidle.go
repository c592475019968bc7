//go:build freebsd || netbsd || dragonfly

package aio

import "golang.org/x/sys/unix"

// keepIdle is the option for the idle time before the first probe.
const keepIdle = unix.TCP_KEEPIDLE
