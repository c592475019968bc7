package scheduler

import (
	"math"

	"github.com/simmer-go/simmer/future"
)

// Never is the expiry of a core without timers, and the deadline of a park without one.
const Never int64 = math.MaxInt64

// Env is everything that the scheduler takes from outside. It calls no clock, no random source and no system of its own,
// so that a seeded, single-threaded, virtual-time flavour needs no other scheduler.
type Env struct {
	// Clock tells the time.
	Clock future.Clock
	// Seed determines every random choice.
	Seed uint64
	// Parking makes idle workers wait. Required.
	Parking Parking
	// Driver finds sockets that have become ready. Nil: none.
	Driver Driver
	// NewTimers returns the timers of one core, which fire on that core. They call rouse, from any goroutine, when Next has
	// become earlier through something that is not the core's own worker. Nil: none.
	NewTimers func(rouse func()) Timers
	// NewStage returns what polls on one worker stage their timers in: the value of future.Local.Timers.
	NewStage func() any
	// TimerSlack is how long in nanoseconds a worker sleeps at least, as far as its timers go, after one of them has woken it: what
	// expires meanwhile fires at its end. A sleep costs microseconds, and dense timers would cause one each. 0: no rest.
	TimerSlack int64
	// Busy reports whether something outside the workers runs that may wake tasks soon, such as blocking jobs: then a paused
	// clock does not jump. Nil: never.
	Busy func() bool
	// DetachOrphans lets children live on when their owner ends, as in tokio.
	DetachOrphans bool
	// TraceSpawns is passed on to who spawns through a Worker.
	TraceSpawns bool
	// Owner is whatever the scheduler's maker wants to find again through Scheduler.Owner.
	Owner any
	// Watch asks for a watchdog over long polls. Nil: none.
	Watch *Watch
	// Observe is told of every event, by the goroutine that causes it; it must be quick, and must not panic. Goexit in it is that
	// of the task which is polled, or has ended; other events than those of tasks and WorkerStop must return. Nil: nobody is.
	Observe func(Event)
	// Unjoined is told of a task that has panicked while nobody waited for it. Nil: nobody is.
	Unjoined func(t *Task, f *Failure)
	// Blocking and Reactor are passed on to future.Local.
	Blocking future.Blocking
	Reactor  any
}

// Parking makes idle workers wait: one waiting place for each worker slot.
type Parking interface {
	// Park waits until Unpark(slot), until the clock shows the deadline in nanoseconds (Never: none), or until the driver
	// has woken a task through l. It may return for no reason. An Unpark that came first makes it return at once. At most
	// one goroutine parks on a slot at a time.
	Park(slot int, l *future.Local, deadline int64)
	// Unpark ends the slot's Park, or its next one. fromWorker tells that the caller is a worker that goes on running, not
	// an ordinary goroutine that will probably block soon. Any goroutine.
	Unpark(slot int, fromWorker bool)
	// Close releases what the waiting places hold. After the last Park.
	Close() error
}

// Driver finds what has become ready outside: a reactor.
type Driver interface {
	// Poll wakes, through l, the tasks that wait for what is ready now, and returns their number. It does not wait, neither
	// for events nor for another worker that is polling. Only from the polling goroutine of l, between polls.
	Poll(l *future.Local) int
}

// Timers are the timers of one core. Only the core's present worker calls them, between polls.
type Timers interface {
	// Apply takes over what the polls of a worker have staged since the last call.
	Apply(stage any)
	// Turn wakes, through l, the tasks whose timers have expired at now, and returns their number. It may stop early, after
	// some thousand, and go on at the next call.
	Turn(l *future.Local, now int64) int
	// Next returns the clock's nanoseconds at which Turn has something to do, or Never.
	Next() int64
	// Close fails all timers, and those that are staged later: the scheduler is closed.
	Close(l *future.Local)
}

// Jumper is a Clock that may stand still. When nothing is runnable, Jump is called with the earliest expiry: a paused clock
// moves there and reports true, a running one reports false.
type Jumper interface {
	Jump(to int64) bool
	IsPaused() bool
}
