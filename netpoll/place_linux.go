package netpoll

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// place is where the worker of one slot waits. Parking tells who may do what.
type place struct {
	state    parkState
	deadline sy.Int64 // of the wait, or never: what the alarm looks at

	// file is an eventfd. Its counter is never read: each write is an edge for Go's netpoller, and the state tells what it
	// means.
	file *os.File
	conn syscall.RawConn
	// backup is the deadline that file was given, for the case that nobody polls the reactor when the alarm rings.
	backup int64
	// local is of the worker while it waits on the seat.
	local *future.Local

	// Made once, so that a wait allocates nothing.
	drive   func(uintptr) bool
	isWoken func(uintptr) bool
	ring    func(uintptr)
}

func newPlace(p *Parking, slot int) (*place, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	s := &place{backup: never}
	s.deadline.Store(never)
	if s.file, s.conn, err = pollable(fd, "eventfd"); err != nil {
		return nil, err
	}
	s.isWoken = func(uintptr) bool { return !s.state.waits() }
	s.ring = func(fd uintptr) { writeEventfd(int(fd)) }
	s.drive = func(uintptr) bool {
		if !s.state.waits() {
			return true
		}
		// Go's netpoller has forgotten the edge that brought us here, so the lock is worth waiting for.
		p.reactor.turn.Lock()
		woken, more := p.reactor.take(s.local, slot)
		p.reactor.turn.Unlock()
		return woken > 0 || more || !s.state.waits()
	}
	return s, nil
}

// park waits in the place itself. Owner only.
func (s *place) park(c clock, deadline int64) {
	if c.isPaused() {
		deadline = never
	}
	if deadline != s.backup {
		s.backup = deadline
		at := time.Time{}
		if deadline != never {
			at = c.Now().Add(time.Duration(deadline - c.Nanos()))
		}
		_ = s.file.SetReadDeadline(at) // it fails only on a closed file
	}
	var err error
	if s.state.enter(parked) {
		err = s.conn.Read(s.isWoken)
	}
	s.withdraw()
	s.state.leave()
	if err != nil {
		s.backup = never
		_ = s.file.SetReadDeadline(time.Time{}) // it fails only on a closed file
	}
}

// signal wakes who waits in the place, after the notification of its state. Any goroutine.
func (s *place) signal(fromWorker bool) {
	// Both fail only on a closed file, where nobody waits.
	if fromWorker {
		_ = s.conn.Control(s.ring)
	} else {
		_ = s.file.SetReadDeadline(past)
	}
}

// withdraw takes the deadline of the wait back. Owner only.
func (s *place) withdraw() {
	if s.deadline.Load() != never {
		s.deadline.Store(never)
	}
}
