//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly

package netpoll

func newPoller() (poller, error) { return nil, ErrUnsupported }
