//go:build unix

package measure

import (
	"os/exec"
	"syscall"
)

// apart keeps the terminal's signals from a peer: the runner ends its peers itself.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
