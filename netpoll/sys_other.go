//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly

package netpoll

// Without a poller there is no reactor, so there is no registration whose operations could come here.

var errExists = ErrUnsupported

func sysRead(int, []byte) (int, error) { return 0, ErrUnsupported }

func sysWrite(int, []byte) (int, error) { return 0, ErrUnsupported }

func closeFD(int) {}

func isNonblock(int) (bool, error) { return false, ErrUnsupported }

func wouldBlock(error) bool { return false }

func interrupted(error) bool { return false }
