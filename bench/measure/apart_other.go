//go:build !unix

package measure

import "os/exec"

func apart(*exec.Cmd) {}
