package measure

import (
	"os/exec"
	"syscall"
)

// apart keeps the terminal's signals from a peer: the runner ends its peers itself. If the runner is killed, so are they: a peer
// sees the end of its input only when it has done what it was asked for.
//
// The signal comes when the thread that has started the peer ends. Go's threads end with the program, unless a goroutine ends while it is locked to
// one: such a goroutine has to wait for its peers first.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
