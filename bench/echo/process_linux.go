package echo

import (
	"os/exec"
	"syscall"
)

// bind lets the process end with this one, however that ends, and keeps the terminal's signals from it.
func bind(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
