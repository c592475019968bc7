package scheduler

import (
	"time"

	"github.com/simmer-go/simmer/internal/sy"
)

// scansPerLimit is how often a watchdog looks at a poll before it calls it long: the more often, the nearer to the limit, and
// the more often an otherwise quiet machine is woken.
const scansPerLimit = 4

// Watch asks for a watchdog, which notices polls that last long: their tasks block the worker and starve the others.
type Watch struct {
	// Limit is how long a poll may last. More than 0. What lasts longer is noticed within another quarter of it.
	Limit time.Duration
	// MaxShells bounds the workers that are without a core at one time, because they were rescued from or have left it: beyond
	// it a blocked worker keeps its core. 0: no worker is rescued.
	MaxShells int
	// Fence orders the plain stores and loads of all goroutines; see pollMark. Nil: no worker is rescued.
	Fence func()
	// Report is told of each long poll once, soon after it has become one, by the watchdog's goroutine; until it returns nothing
	// is watched. Nil: nobody is told.
	Report func(LongPoll)
}

// LongPoll describes a poll that has lasted longer than the limit, and goes on.
type LongPoll struct {
	// Task is what is being polled, or dropped.
	Task TaskInfo
	// Goroutine is the number of the worker's goroutine. A body runs on another one, which that resumes; so does what a deputy polls.
	Goroutine uint64
	// Lasted is the least time that the poll has lasted.
	Lasted time.Duration
	// Rescued tells that another worker goes on with everything else.
	Rescued bool
}

// watchdog looks at all workers a few times in each limit. It counts its own looks instead of reading a clock: so a process
// that was stopped for a while has no long polls. While all workers sleep it sleeps too.
//
// Ownership. Its goroutine, but for the counters and what wakes it.
//
// Order. The watchdog says that it dozes (D1) and then looks whether a worker is awake (D2); a worker is awake by the idle set's
// word (W1) before it loads dozing (W2). One of the two sees the other.
type watchdog struct {
	sched    *Scheduler
	watch    *Watch
	interval time.Duration
	seen     []sighting // by slot
	via      deque      // for what it steals from rescued workers

	longPolls sy.Int64
	rescues   sy.Int64

	dozing sy.Bool
	wake   chan struct{} // holds one wake
	stop   chan struct{}
	ended  chan struct{}
}

// sighting is what the watchdog has seen of a slot.
type sighting struct {
	worker *Worker
	poll   uint32
	scans  int // that have seen worker in this poll, after the first
	isLong bool
}

func newWatchdog(s *Scheduler) *watchdog {
	d := &watchdog{
		sched:    s,
		watch:    s.env.Watch,
		interval: max(s.env.Watch.Limit/scansPerLimit, 1),
		seen:     make([]sighting, len(s.slots)),
		wake:     make(chan struct{}, 1),
		stop:     make(chan struct{}),
		ended:    make(chan struct{}),
	}
	d.via.init(dequeSize, 0)
	return d
}

// main is the watchdog's goroutine.
func (d *watchdog) main() {
	defer close(d.ended)
	timer := time.NewTimer(d.interval)
	defer timer.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-timer.C:
		}
		if !d.scan() && !d.doze() {
			return
		}
		timer.Reset(d.interval)
	}
}

// close ends the watchdog. Once; any goroutine.
func (d *watchdog) close() {
	close(d.stop)
	<-d.ended
}

// doze waits, if all workers sleep, until one of them wakes. It reports false if the watchdog was closed meanwhile.
func (d *watchdog) doze() bool {
	d.dozing.Store(true) // D1
	defer d.dozing.Store(false)
	if !d.sched.idle.allAsleep() { // D2
		return true
	}
	select {
	case <-d.wake:
		return true
	case <-d.stop:
		return false
	}
}

// rouse ends a doze: a worker is awake. Any goroutine.
func (d *watchdog) rouse() {
	if !d.dozing.Load() { // W2
		return
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// scan looks at every worker once, and reports whether there was something to see: a poll that goes on or has ended since the
// last scan.
func (d *watchdog) scan() (active bool) {
	for i := range d.seen {
		w, seen := d.sched.slots[i].worker.Load(), &d.seen[i]
		n := w.mark.tick()
		if w != seen.worker || n != seen.poll {
			*seen = sighting{worker: w, poll: n}
			active = true
			continue
		}
		if !w.mark.isIn(n) {
			continue
		}
		active = true
		if seen.scans++; seen.scans >= scansPerLimit {
			d.onLongPoll(seen)
		}
	}
	return active
}

// mayRescue reports whether one more worker may lose its core.
func (d *watchdog) mayRescue() bool {
	return d.watch.Fence != nil && d.sched.shells.len() < d.watch.MaxShells
}

// onLongPoll rescues the other tasks of a worker, if that is wanted, and reports the poll when it is seen the first time.
func (d *watchdog) onLongPoll(seen *sighting) {
	s, w := d.sched, seen.worker
	t := w.current()
	if t == nil || !w.mark.isIn(seen.poll) { // t may be another poll's
		return
	}
	info := t.Info(StateRunning, w.slot)
	rescued := d.mayRescue() && s.rescue(w, seen.poll, &d.via)
	if rescued {
		d.rescues.Add(1)
	}
	if seen.isLong {
		return
	}
	seen.isLong = true
	d.longPolls.Add(1)
	if d.watch.Report != nil {
		d.watch.Report(LongPoll{
			Task:      info,
			Goroutine: w.goroutine,
			Lasted:    time.Duration(seen.scans) * d.interval,
			Rescued:   rescued,
		})
	}
}
