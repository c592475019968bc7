//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

const isEpoll = false

// ring is a running worker's signal to who waits in the poller.
func ring(p *Parking) { _, _ = sysWrite(p.outer.fd, []byte{0}) }
