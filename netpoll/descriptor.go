package netpoll

// descriptor is a file descriptor that is closed when its last user has let it go.
type descriptor struct {
	useCount
	fd int
}

// release ends one use.
func (d *descriptor) release() {
	if d.useCount.release() {
		closeFD(d.fd)
	}
}
