//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// kqueue is the poller of the BSDs and of macOS. A descriptor has two filters, one for each direction, and so up to two
// events at a time.
type kqueue struct {
	fd  int
	buf []kevent // of the caller of poll or wait
}

func newPoller() (poller, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(fd)
	return &kqueue{fd: fd, buf: make([]kevent, eventBatch)}, nil
}

func (p *kqueue) add(fd int, gen uint32) error {
	const flags = unix.EV_ADD | unix.EV_CLEAR
	err := p.change(makeKevent(fd, unix.EVFILT_READ, flags, gen), makeKevent(fd, unix.EVFILT_WRITE, flags, gen))
	if err != nil {
		p.remove(fd) // one of the two may be there
	}
	return err
}

// addReadable adds one direction only, for a descriptor of the Parking.
func (p *kqueue) addReadable(fd int) error {
	return p.change(makeKevent(fd, unix.EVFILT_READ, unix.EV_ADD|unix.EV_CLEAR, 0))
}

func (p *kqueue) remove(fd int) {
	// It fails only if the filter is not there. One at a time: the first failure ends a list.
	_ = p.change(makeKevent(fd, unix.EVFILT_READ, unix.EV_DELETE, 0))
	_ = p.change(makeKevent(fd, unix.EVFILT_WRITE, unix.EV_DELETE, 0))
}

func (p *kqueue) change(changes ...kevent) error {
	for {
		_, err := unix.Kevent(p.fd, system(changes), nil, nil)
		if !interrupted(err) {
			return os.NewSyscallError("kevent", err)
		}
	}
}

func (p *kqueue) poll(events []event) int { return p.wait(events, 0) }

// wait is poll, but waits for the first event, at most for the timeout, or without an end if that is negative. It may
// return early.
func (p *kqueue) wait(events []event, timeout time.Duration) int {
	var limit *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(min(timeout, maxWait)))
		limit = &ts
	}
	n, err := unix.Kevent(p.fd, nil, system(p.buf[:min(len(events), len(p.buf))]), limit)
	if err != nil {
		return 0
	}
	for i := range n {
		events[i] = p.buf[i].event()
	}
	return n
}

// maxWait is less than what any of the systems refuses as a timeout.
const maxWait = 24 * time.Hour

func (p *kqueue) close() { closeFD(p.fd) }

// kqueueBits translates. A filter that has failed makes both directions ready, so that the next operation meets the error. All
// that can be read may hold urgent data, of which most of the systems do not tell.
func kqueueBits(filter, flags int) (bits Ready) {
	switch {
	case flags&unix.EV_ERROR != 0:
		return readable | writable
	case filter == unix.EVFILT_READ:
		bits = readable | urgent
		if flags&unix.EV_EOF != 0 {
			bits |= readClosed
		}
	case filter == unix.EVFILT_WRITE:
		bits = writable
		if flags&unix.EV_EOF != 0 {
			bits |= writeClosed
		}
	}
	return bits
}
