//go:build unix && !linux

package measure

import (
	"os/exec"
	"syscall"
)

// apart keeps the terminal's signals from a peer: the runner ends its peers itself. If it is
// killed, a peer ends at the end of its input, after what it was asked for.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
