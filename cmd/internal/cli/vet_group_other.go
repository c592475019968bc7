//go:build !unix

package cli

import "os/exec"

// runGroup runs cmd, which is killed when its context ends.
func runGroup(cmd *exec.Cmd) error { return cmd.Run() }
