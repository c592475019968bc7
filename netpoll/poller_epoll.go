//go:build linux

package netpoll

import (
	"os"

	"golang.org/x/sys/unix"
)

// interest is edge-triggered, for both directions. EPOLLRDHUP tells the end of the stream beside its last data, EPOLLPRI that
// there is urgent data among it.
const interest = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLPRI | unix.EPOLLET

// epoll is the poller of Linux.
type epoll struct {
	fd  int
	buf [eventBatch]unix.EpollEvent // of the caller of poll
}

func newPoller() (poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	// Go's netpoller takes it only if it is non-blocking; epoll_wait does not care.
	if err := unix.SetNonblock(fd, true); err != nil {
		closeFD(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return &epoll{fd: fd}, nil
}

func (p *epoll) add(fd int, gen uint32) error { return p.control(fd, gen, interest) }

func (p *epoll) control(fd int, gen uint32, events uint32) error {
	ev := unix.EpollEvent{Events: events, Fd: int32(fd), Pad: int32(gen)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &ev))
}

func (p *epoll) remove(fd int) {
	_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, fd, &unix.EpollEvent{}) // it fails only if fd is not in the set
}

func (p *epoll) poll(events []event) int {
	n := epollPoll(p.fd, p.buf[:min(len(events), len(p.buf))])
	for i := range n {
		ev := &p.buf[i]
		events[i] = event{fd: uint32(ev.Fd), gen: uint32(ev.Pad), bits: epollBits(ev.Events)}
	}
	return n
}

func (p *epoll) close() { closeFD(p.fd) }

// epollBits translates. An error makes both directions ready, so that the next operation meets it; it is not a closed bit,
// because a datagram socket goes on after it.
func epollBits(events uint32) (bits Ready) {
	if events&(unix.EPOLLIN|unix.EPOLLERR|unix.EPOLLHUP|unix.EPOLLRDHUP) != 0 {
		bits |= readable
	}
	if events&(unix.EPOLLOUT|unix.EPOLLERR|unix.EPOLLHUP) != 0 {
		bits |= writable
	}
	if events&(unix.EPOLLRDHUP|unix.EPOLLHUP) != 0 {
		bits |= readClosed
	}
	if events&unix.EPOLLHUP != 0 {
		bits |= writeClosed
	}
	if events&unix.EPOLLPRI != 0 {
		bits |= urgent
	}
	return bits
}
