//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package aio

import "golang.org/x/sys/unix"

const inheritsOptions = false

func maxBacklog() int { return unix.SOMAXCONN }
