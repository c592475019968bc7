//go:build unix

package cli

import (
	"os/exec"
	"syscall"
	"time"
)

// patience is how long the go command may take to end after it was interrupted.
const patience = 2 * time.Second

// runGroup runs cmd with all processes that it starts. When its context ends they are interrupted, and those that are left after
// patience are killed: the go command passes no signal on to its tools, and cleans up after an interrupt only.
func runGroup(cmd *exec.Cmd) error {
	cmd.SysProcAttr = ofItsOwn()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = patience
	if err := cmd.Start(); err != nil {
		return err
	}
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // mostly there is nobody left
	return cmd.Wait()
}
