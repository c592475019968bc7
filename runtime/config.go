package runtime

import (
	"errors"
	"fmt"
	"log/slog"
	goruntime "runtime"
	"time"

	"github.com/simmer-go/simmer/timer"
)

// Config says how a runtime is built. The zero Config is right for a program that has the machine to itself.
type Config struct {
	// Name appears in logs. Default: empty.
	Name string
	// Workers is the number of goroutines that poll tasks; it does not change afterwards. 0 means GOMAXPROCS; at most 65,535.
	Workers int
	// IO says whether tasks can use sockets. Default: they can where the system has a reactor.
	IO IO
	// Orphans says what becomes of a task whose owner has ended. Default: CancelOrphans.
	Orphans Orphans
	// Clock is the clock that timers follow, for tests that pause it. Nil means the system's.
	Clock *timer.Clock
	// TimerSlack bounds how often timers wake an idle worker: after one has, the worker sleeps at least so long, and what expires
	// meanwhile fires together. So many timers cost little, and one that no other comes just before is not late by it. 0 means
	// 500 us; negative: each timer wakes its worker. With IOOff there is no slack.
	TimerSlack time.Duration
	// Seed determines the scheduler's random choices, whom to steal from. 0 is as good as any.
	Seed uint64
	// CloseTimeout bounds how long Close waits for polls and blocking functions that do not end. 0 means 5 s; not negative.
	CloseTimeout time.Duration
	// MaxBlocking bounds the goroutines for blocking work; more work waits in a queue. It bounds rescued workers too. 0 means
	// 512; not negative.
	MaxBlocking int
	// Blocked says what is done about polls that last longer than BlockedAfter and keep their worker from all other tasks.
	// Default: they are logged if there is a Logger.
	Blocked Blocked
	// BlockedAfter is how long a poll may last until something is done about it. 0 means 10 ms; at least 1 ms.
	BlockedAfter time.Duration
	// Logger is told of panics that nobody waits for, of those of Hooks, and of polls that block their worker. A panic of its own
	// goes to nobody and ends the process. Nil means nobody is told.
	Logger *slog.Logger
	// TraceSpawn records the file and line of each spawn for Tasks; a spawn costs about 80 ns more.
	TraceSpawn bool
	// Hooks are told of what the scheduler does. The zero Hooks cost one predictable branch an event.
	Hooks Hooks
}

// IO says whether tasks can use sockets. In a testing/synctest bubble it must be IOOff: a worker that waits for sockets makes the
// bubble's time stand still.
type IO uint8

const (
	// IOAuto has sockets where the system has a reactor: epoll or kqueue. Elsewhere they return netpoll.ErrUnsupported.
	IOAuto IO = iota
	// IOOff has no sockets. Idle workers wait on channels, so that the runtime works inside a testing/synctest bubble. Timers
	// are up to one tick, 65.536 us, late there too: for exact times use timer.NewPausedClock.
	IOOff
	// IORequired has New fail where there is no reactor.
	IORequired
)

// Orphans says what becomes of a task whose owner has ended.
type Orphans uint8

const (
	// CancelOrphans aborts a task when the task that has spawned it ends, unless it was detached.
	CancelOrphans Orphans = iota
	// DetachOrphans lets it live on: tokio's rule.
	DetachOrphans
)

const (
	maxWorkers          = 1<<16 - 1 // the idle set counts them in 16 bits
	defaultCloseTimeout = 5 * time.Second
	defaultMaxBlocking  = 512 // tokio's
	// defaultTimerSlack keeps the lateness of dense timers below that of Go's, which are up to 1 ms late, at less CPU time.
	defaultTimerSlack = 500 * time.Microsecond
)

// ErrConfig is what New returns, with the field and the reason, for a Config that makes no sense.
var ErrConfig = errors.New("simmer: invalid config")

// complete checks c and fills in the defaults.
func (c *Config) complete() error {
	switch {
	case c.Workers < 0 || c.Workers > maxWorkers:
		return fmt.Errorf("%w: Workers is %d, must be 0 (GOMAXPROCS) to %d", ErrConfig, c.Workers, maxWorkers)
	case c.IO > IORequired:
		return fmt.Errorf("%w: IO is %d, must be IOAuto, IOOff or IORequired", ErrConfig, c.IO)
	case c.Orphans > DetachOrphans:
		return fmt.Errorf("%w: Orphans is %d, must be CancelOrphans or DetachOrphans", ErrConfig, c.Orphans)
	case c.CloseTimeout < 0:
		return fmt.Errorf("%w: CloseTimeout is %v, must not be negative", ErrConfig, c.CloseTimeout)
	case c.MaxBlocking < 0:
		return fmt.Errorf("%w: MaxBlocking is %d, must not be negative", ErrConfig, c.MaxBlocking)
	case c.Blocked > BlockedRescue:
		return fmt.Errorf("%w: Blocked is %d, must be BlockedAuto, BlockedOff, BlockedReport or BlockedRescue", ErrConfig, c.Blocked)
	case c.BlockedAfter != 0 && c.BlockedAfter < minBlockedAfter:
		return fmt.Errorf("%w: BlockedAfter is %v, must be 0 (%v) or at least %v", ErrConfig, c.BlockedAfter, defaultBlockedAfter, minBlockedAfter)
	}
	setDefault(&c.Workers, min(goruntime.GOMAXPROCS(0), maxWorkers))
	setDefault(&c.CloseTimeout, defaultCloseTimeout)
	setDefault(&c.MaxBlocking, defaultMaxBlocking)
	setDefault(&c.TimerSlack, defaultTimerSlack)
	if c.Clock == nil {
		c.Clock = timer.NewClock()
	}
	setDefault(&c.BlockedAfter, defaultBlockedAfter)
	if c.Blocked == BlockedAuto {
		c.Blocked = BlockedOff
		if c.Logger != nil {
			c.Blocked = BlockedReport
		}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
