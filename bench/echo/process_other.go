//go:build !linux

package echo

import "os/exec"

func bind(*exec.Cmd) {}
