//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
)

// Parking makes idle workers wait: one of them at a time in the reactor's poller, where it holds the driver lock and a
// thread, the others on channels with Go's timers. Who waits in the poller is woken through a pipe.
//
// Ownership. A place belongs to its slot's worker, but for the state word, through its transitions, and the channel, into
// which everybody may put a signal.
//
// Order. Signals follow the notification of the state word (parkState N1), and the worker believes the word alone. The pipe
// is emptied by whoever polls: nobody else can poll while a worker waits in the poller.
type Parking struct {
	reactor *Reactor
	poller  *kqueue
	clock   clock
	places  []*place

	inner, outer descriptor // the pipe's end in the poller, and the one to write to
}

// place is where the worker of one slot waits.
type place struct {
	state parkState
	wake  chan struct{} // holds one signal
	timer *time.Timer
}

// NewParking returns the waiting places of the given number of workers, whose deadlines are in clock's nanoseconds. A
// reactor has at most one Parking at a time. The error is the system's, such as too many open files, or [ErrUnsupported]
// on systems without a poller.
func NewParking(r *Reactor, clock future.Clock, workers int) (*Parking, error) {
	p := &Parking{reactor: r, clock: newClock(clock), inner: descriptor{fd: noFD}, outer: descriptor{fd: noFD}}
	if err := p.open(workers); err != nil {
		_ = p.Close() // what was opened so far
		return nil, fmt.Errorf("simmer: open waiting places: %w", err)
	}
	return p, nil
}

func (p *Parking) open(workers int) error {
	kq, ok := p.reactor.poller.(*kqueue)
	if !ok {
		return ErrUnsupported
	}
	p.poller = kq
	if !p.reactor.using.acquire() {
		return ErrClosed
	}
	defer p.reactor.release()
	if err := p.openPipe(); err != nil {
		return err
	}
	for range workers {
		timer := time.NewTimer(0)
		timer.Stop()
		p.places = append(p.places, &place{wake: make(chan struct{}, 1), timer: timer})
	}
	if !p.reactor.parking.CompareAndSwap(nil, p) {
		return errParking
	}
	return kq.addReadable(p.inner.fd)
}

func (p *Parking) openPipe() error {
	var ends [2]int
	syscall.ForkLock.RLock()
	err := unix.Pipe(ends[:])
	if err == nil {
		unix.CloseOnExec(ends[0])
		unix.CloseOnExec(ends[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return os.NewSyscallError("pipe", err)
	}
	p.inner.fd, p.outer.fd = ends[0], ends[1]
	for _, fd := range ends {
		if err := unix.SetNonblock(fd, true); err != nil {
			return os.NewSyscallError("fcntl", err)
		}
	}
	return nil
}

// Park waits until Unpark(slot), until the clock shows the deadline in nanoseconds (math.MaxInt64: none), or until the
// reactor has woken a task through l. It may return for no reason. An Unpark that came first makes it return at once. At
// most one goroutine parks on a slot at a time.
//
// While the clock stands still, a deadline that has not come does not end the wait; whoever moves the clock must Unpark.
func (p *Parking) Park(slot int, l *future.Local, deadline int64) {
	s := p.places[slot]
	if !s.state.waits() || p.clock.isDue(deadline) {
		s.state.leave()
		return
	}
	timeout := time.Duration(-1)
	if deadline != never && !p.clock.isPaused() {
		timeout = time.Duration(max(deadline-p.clock.Nanos(), 0))
	}
	if p.reactor.turn.TryLock() {
		p.parkDriver(s, slot, l, timeout)
		p.reactor.turn.Unlock()
	} else {
		s.park(timeout)
	}
}

// parkDriver waits in the poller and dispatches what it finds. turn held.
func (p *Parking) parkDriver(s *place, slot int, l *future.Local, timeout time.Duration) {
	if !p.reactor.using.acquire() { // closed: nothing but the channel can wake us
		s.park(timeout)
		return
	}
	defer p.reactor.release()
	if s.state.enter(parkedDriver) {
		n := p.poller.wait(p.reactor.events[:], timeout)
		p.reactor.dispatch(l, p.reactor.events[:n], slot)
	}
	s.state.leave()
}

// park waits in the place itself. Owner only.
func (s *place) park(timeout time.Duration) {
	var late <-chan time.Time
	if timeout >= 0 {
		s.timer.Reset(timeout)
		defer s.timer.Stop()
		late = s.timer.C
	}
	if s.state.enter(parked) {
		for s.state.waits() {
			select {
			case <-s.wake:
				continue
			case <-late:
			}
			break
		}
	}
	s.state.leave()
}

// Unpark ends the slot's Park, or its next one. fromWorker tells that the caller is a worker that goes on running, not an
// ordinary goroutine that will probably block soon. Any goroutine.
func (p *Parking) Unpark(slot int, fromWorker bool) {
	s := p.places[slot]
	switch s.state.notify() {
	case parked:
		select {
		case s.wake <- struct{}{}:
		default: // the signal that is there does as well
		}
	case parkedDriver:
		if p.outer.acquire() {
			_, _ = sysWrite(p.outer.fd, []byte{0}) // it fails only if the pipe is full, which wakes as well
			p.outer.release()
		}
	}
}

// event empties the pipe. The reactor's turn is held.
func (p *Parking) event(fd, slot int) {
	if !p.inner.acquire() {
		return
	}
	defer p.inner.release()
	var buf [64]byte
	for {
		if n, err := sysRead(fd, buf[:]); n <= 0 && !interrupted(err) {
			return
		}
	}
}

// Close gives back what the waiting places hold. After the last Park; a late Unpark does no harm.
func (p *Parking) Close() error {
	p.reactor.parking.CompareAndSwap(p, nil)
	p.inner.shut()
	p.outer.shut()
	return nil
}
