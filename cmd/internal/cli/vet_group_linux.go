package cli

import "syscall"

// ofItsOwn are the attributes of a process that leads a group of its own, and is killed if this one is.
func ofItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
