//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

// noFD stands for a descriptor that was not opened.
const noFD = -1

// shut closes the descriptor as soon as nobody uses it. Twice, or without one, is harmless. Any goroutine.
func (d *descriptor) shut() {
	if d.fd != noFD && d.useCount.close() {
		d.release()
	}
}
