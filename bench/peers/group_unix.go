//go:build unix

package peers

import (
	"os/exec"
	"syscall"
)

// group lets the end of cmd's context end what cmd has started too: a compiler would go on for minutes.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
