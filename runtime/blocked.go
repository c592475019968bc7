package runtime

import (
	"context"
	"log/slog"
	goruntime "runtime"
	"sync"
	"time"

	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/internal/membarrier"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/scheduler"
)

// Blocked says what is done about polls that last longer than Config.BlockedAfter: blocking calls, endless loops, or just long
// computations. Such a poll keeps its worker from all other tasks.
//
// A watchdog looks at the workers a few times in each BlockedAfter, and sleeps while they do; a poll costs one plain store and
// one plain load, with or without it. A poll that was left by [BlockInPlace] is not long.
type Blocked uint8

const (
	// BlockedAuto is BlockedReport if Config.Logger is given, and BlockedOff else: without a logger nobody would be told.
	BlockedAuto Blocked = iota
	// BlockedOff has no watchdog.
	BlockedOff
	// BlockedReport logs each long poll, once and while it goes on: a record "poll blocks its worker" with the task, its origin,
	// and the stack of the code that blocks. Metrics.LongPolls counts them all; of more than ten a second only some are logged.
	BlockedReport
	// BlockedRescue is BlockedReport, and hands everything else that the worker had to do to a fresh one: its queues, timers and
	// its turn at the sockets. The number of workers that poll stays the same; the blocked one ends after its poll. At most
	// Config.MaxBlocking workers are blocked and replaced at one time; beyond that a blocked worker starves its tasks, as
	// without a rescue. A pinned task's poll is rescued too, but the other tasks that are pinned there wait for its end.
	BlockedRescue
)

const (
	defaultBlockedAfter = 10 * time.Millisecond
	// minBlockedAfter is Go's own timer resolution, where the watchdog would see nothing but noise.
	minBlockedAfter = time.Millisecond
	// reportEvery bounds the records, so that a task which blocks again and again does not fill the disk.
	reportEvery = 100 * time.Millisecond
	// stackShare bounds the time that goes into stacks, which stops the world: one part in so many.
	stackShare = 100
	// maxStackDump bounds one dump of all stacks in bytes: some 2,000 goroutines, a few milliseconds.
	maxStackDump = 2 << 20
	// dumpPerGoroutine is about what a goroutine's stack takes in a dump.
	dumpPerGoroutine = 1 << 10
)

// blockedReporter logs long polls, one at a time, on goroutines of its own: a slow logger must not keep the watchdog from its
// rescues.
//
// Ownership. The watchdog's goroutine calls report. The rest belongs to who has set busy.
type blockedReporter struct {
	logger  *slog.Logger
	name    string
	busy    sy.Bool
	omitted sy.Int64 // since the last record
	pending sync.WaitGroup

	lastRecord time.Time
	noStack    time.Time // until then
}

// watch returns what the scheduler's watchdog shall do, or nil.
func (rt *Runtime) watch() *scheduler.Watch {
	c := &rt.config
	if c.Blocked == BlockedOff {
		return nil
	}
	rt.blocked.logger, rt.blocked.name = c.Logger, c.Name
	watch := &scheduler.Watch{Limit: c.BlockedAfter, Fence: membarrier.Fence, Report: rt.blocked.report}
	if c.Blocked == BlockedRescue {
		watch.MaxShells = c.MaxBlocking
	}
	return watch
}

// report logs p, unless there was a record just now or one is being written.
func (r *blockedReporter) report(p scheduler.LongPoll) {
	if !r.busy.CompareAndSwap(false, true) {
		r.omitted.Add(1)
		return
	}
	if now := time.Now(); now.Sub(r.lastRecord) < reportEvery {
		r.busy.Store(false)
		r.omitted.Add(1)
		return
	}
	r.pending.Add(1)
	go func() { // ends when the record is written
		defer r.pending.Done()
		defer r.busy.Store(false)
		r.log(p)
	}()
}

func (r *blockedReporter) log(p scheduler.LongPoll) {
	attrs := []slog.Attr{
		slog.String("runtime", r.name),
		slog.Uint64("task", p.Task.ID),
		slog.String("name", p.Task.Name),
		slog.String("origin", p.Task.Origin),
	}
	if p.Task.Site != "" {
		attrs = append(attrs, slog.String("site", p.Task.Site))
	}
	attrs = append(attrs,
		slog.Int("worker", p.Task.Worker),
		slog.Duration("lasted", p.Lasted),
		slog.Bool("rescued", p.Rescued),
		slog.Int64("omitted", r.omitted.Swap(0)),
		slog.String("stack", r.stack(p)))
	r.logger.LogAttrs(context.Background(), slog.LevelWarn, "poll blocks its worker", attrs...)
	r.lastRecord = time.Now()
}

// stack returns the stack of the code that blocks, or "" if it is not found, or if looking for it would cost too much now.
func (r *blockedReporter) stack(p scheduler.LongPoll) string {
	begun := time.Now()
	if !r.logger.Enabled(context.Background(), slog.LevelWarn) || begun.Before(r.noStack) {
		return ""
	}
	dump := make([]byte, min(max(goruntime.NumGoroutine(), 64)*dumpPerGoroutine, maxStackDump))
	dump = dump[:goruntime.Stack(dump, true)]
	took := time.Since(begun)
	r.noStack = begun.Add(took * stackShare)
	return findStack(gostack.Split(dump), p.Goroutine, p.Task.Origin)
}
