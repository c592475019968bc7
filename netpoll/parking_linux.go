package netpoll

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
)

// Parking makes idle workers wait in Go's netpoller, so that a parked worker holds no thread: one of them at a time on the
// reactor's epoll descriptor, the driver's seat, each other on an eventfd of its own.
//
// A parked worker is woken in one of two ways. An ordinary goroutine that will block soon moves the file's read deadline
// into the past, which makes the worker run next on the waker's processor: 2 us. A worker that goes on running would keep
// that processor for 50 us and more; it writes to an eventfd, which reaches the worker through an idle thread: 4 to 27 us.
//
// Ownership. A place belongs to its slot's worker, but for the state word, through its transitions, and the published
// deadline, which the worker writes and everybody reads. The seat belongs to whoever holds its lock.
//
// Order. Signals follow the notification of the state word (parkState N1). The worker takes deadlines in the past back only
// while its state says that it does not wait, and those of the seat before it gives the seat up: any signal that it erases
// belongs to a wait that has ended.
type Parking struct {
	reactor *Reactor
	clock   clock
	places  []*place
	seat    seat
	alarm   alarm
}

// past is a deadline that has come.
var past = time.Unix(1, 0)

// NewParking returns the waiting places of the given number of workers, whose deadlines are in clock's nanoseconds. A
// reactor has at most one Parking at a time. The error is the system's, such as too many open files, or [ErrUnsupported]
// on systems without a poller.
func NewParking(r *Reactor, clock future.Clock, workers int) (*Parking, error) {
	p := &Parking{reactor: r, clock: newClock(clock)}
	p.alarm.timer.fd, p.seat.bell.fd = noFD, noFD
	if err := p.open(workers); err != nil {
		_ = p.Close() // what was opened so far
		return nil, fmt.Errorf("simmer: open waiting places: %w", err)
	}
	return p, nil
}

func (p *Parking) open(workers int) error {
	ep, ok := p.reactor.poller.(*epoll)
	if !ok {
		return ErrUnsupported
	}
	if !p.reactor.using.acquire() {
		return ErrClosed
	}
	defer p.reactor.release()
	if err := p.alarm.open(p); err != nil {
		return err
	}
	for slot := range workers {
		s, err := newPlace(p, slot)
		if err != nil {
			return err
		}
		p.places = append(p.places, s)
	}
	if err := p.seat.open(ep); err != nil {
		return err
	}
	if !p.reactor.parking.CompareAndSwap(nil, p) {
		return errParking
	}
	// The alarm is edge-triggered: setting it anew takes back what it has reported. The doorbell is level-triggered: a
	// worker that polls by the way sees it too, and must not silence it, because only the worker on the seat is meant.
	if err := ep.control(p.alarm.timer.fd, 0, unix.EPOLLIN|unix.EPOLLET); err != nil {
		return err
	}
	return ep.control(p.seat.bell.fd, 0, unix.EPOLLIN)
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
	p.alarm.publish(s, deadline)
	if p.seat.TryLock() {
		p.parkDriver(s, l)
		p.seat.Unlock()
	} else {
		s.park(p.clock, deadline)
	}
}

// parkDriver waits on the seat, and dispatches events meanwhile. seat held.
func (p *Parking) parkDriver(s *place, l *future.Local) {
	var err error
	s.local = l
	if s.state.enter(parkedDriver) {
		err = p.seat.conn.Read(s.drive)
	}
	s.withdraw()
	s.state.leave()
	s.local = nil
	if err != nil {
		_ = p.seat.file.SetReadDeadline(time.Time{}) // it fails only on a closed file
	}
}

// Unpark ends the slot's Park, or its next one. fromWorker tells that the caller is a worker that goes on running, not an
// ordinary goroutine that will probably block soon. Any goroutine.
func (p *Parking) Unpark(slot int, fromWorker bool) {
	s := p.places[slot]
	switch s.state.notify() {
	case parked:
		s.signal(fromWorker)
	case parkedDriver:
		p.seat.signal(fromWorker)
	}
}

// event handles an event of the alarm or the doorbell, for the worker of slot, which is parked, or nobody. The reactor's turn
// is held.
func (p *Parking) event(fd, slot int) {
	switch {
	case fd == p.alarm.timer.fd:
		p.alarm.ring(slot)
	case fd == p.seat.bell.fd && slot != nobody:
		p.seat.silence()
	}
}

// Close gives back what the waiting places hold. After the last Park; a late Unpark does no harm.
func (p *Parking) Close() error {
	p.reactor.parking.CompareAndSwap(p, nil)
	p.alarm.timer.shut()
	p.seat.close()
	for _, s := range p.places {
		_ = s.file.Close() // nothing is buffered
	}
	return nil
}

// seat is the one waiting place from which the reactor is polled. Its lock is held by who waits there: two waiters on one
// file would block each other for ever.
type seat struct {
	sync.Mutex
	file *os.File // a duplicate of the epoll descriptor, in Go's netpoller
	conn syscall.RawConn
	bell descriptor // an eventfd in the epoll set: how running workers wake who waits there
}

func (s *seat) open(ep *epoll) error {
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	s.bell.fd = bell
	fd, err := unix.FcntlInt(uintptr(ep.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	s.file, s.conn, err = pollable(fd, "epoll")
	return err
}

// signal wakes who waits there, after the notification of its state. Any goroutine.
func (s *seat) signal(fromWorker bool) {
	if !fromWorker {
		_ = s.file.SetReadDeadline(past) // it fails only on a closed file, where nobody waits
		return
	}
	if s.bell.acquire() {
		writeEventfd(s.bell.fd)
		s.bell.release()
	}
}

// silence takes back all signals that came over the doorbell. Only who waits there.
func (s *seat) silence() {
	if s.bell.acquire() {
		var count [8]byte
		_, _ = sysRead(s.bell.fd, count[:]) // it fails only if the bell is silent already
		s.bell.release()
	}
}

func (s *seat) close() {
	if s.file != nil {
		_ = s.file.Close() // nothing is buffered
	}
	s.bell.shut()
}

// pollable hands fd to Go's netpoller. fd is closed if there is an error.
func pollable(fd int, name string) (*os.File, syscall.RawConn, error) {
	file := os.NewFile(uintptr(fd), name)
	conn, err := file.SyscallConn()
	if err == nil {
		err = file.SetReadDeadline(time.Time{}) // it fails if the netpoller has refused fd
	}
	if err != nil {
		_ = file.Close() // nothing is buffered
		return nil, nil, err
	}
	return file, conn, nil
}

// writeEventfd adds one to the counter. It fails only after 2^64 calls without a read.
func writeEventfd(fd int) {
	_, _ = sysWrite(fd, eventfdOne)
}

var eventfdOne = binary.NativeEndian.AppendUint64(nil, 1)
