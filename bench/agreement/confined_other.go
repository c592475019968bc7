//go:build !linux

package agreement

const canConfine = false

func confine() error { return nil }
