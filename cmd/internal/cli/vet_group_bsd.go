//go:build unix && !linux

package cli

import "syscall"

// ofItsOwn are the attributes of a process that leads a group of its own.
func ofItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
