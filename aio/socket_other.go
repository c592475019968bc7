//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package aio

import (
	"net/netip"
	"time"

	"github.com/simmer-go/simmer/netpoll"
)

const (
	inheritsOptions = false
	acceptCall      = "accept"
)

func maxBacklog() int { return 0 }

func openListener(netip.AddrPort, family, int) (int, error) { return -1, netpoll.ErrUnsupported }

func openDialer(netip.AddrPort) (fd int, established bool, err error) {
	return -1, false, netpoll.ErrUnsupported
}

func connected(int) (bool, error) { return false, netpoll.ErrUnsupported }

func accept(int) (int, netip.AddrPort, error) { return -1, netip.AddrPort{}, netpoll.ErrUnsupported }

func localAddr(int) (netip.AddrPort, error) { return netip.AddrPort{}, netpoll.ErrUnsupported }

func configure(int) {}

func setNoDelay(int, bool) error { return netpoll.ErrUnsupported }

func setKeepAlive(int, bool) error { return netpoll.ErrUnsupported }

func setKeepAlivePeriod(int, time.Duration) error { return netpoll.ErrUnsupported }

func shutdownRead(int) error { return netpoll.ErrUnsupported }

func shutdownWrite(int) error { return netpoll.ErrUnsupported }

func closeSocket(int) {}

func acceptRetry(error) bool { return false }

func acceptBackoff(error) bool { return false }

func lacksFamily(error) bool { return false }
