package runtime

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"sync"

	"github.com/simmer-go/simmer/netpoll"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/timer"
	"github.com/simmer-go/simmer/waker"
)

// Runtime runs tasks: a scheduler with its workers, timers, sockets and a pool for blocking work. Several may live in one
// process; they share nothing. All methods may be called by any goroutine.
type Runtime struct {
	config  Config
	sched   *scheduler.Scheduler
	pool    *pool
	reactor *netpoll.Reactor // nil: no sockets
	parking scheduler.Parking
	blocked blockedReporter
	unhook  func() // the clock forgets this runtime

	closeOnce sync.Once
	closed    chan struct{} // everything has ended
}

// New starts a runtime. It fails with ErrConfig, or if the system refuses the descriptors that sockets need: three, and one
// for each worker. Close or Shutdown ends it.
func New(config Config) (*Runtime, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	rt := &Runtime{
		config: config,
		pool:   newPool(config.MaxBlocking),
		closed: make(chan struct{}),
	}
	if err := rt.openIO(); err != nil {
		return nil, err
	}
	env := scheduler.Env{
		Clock:         config.Clock,
		Seed:          config.Seed,
		Parking:       rt.parking,
		NewTimers:     func(rouse func()) scheduler.Timers { return timer.NewWheel(config.Clock, rouse) },
		NewStage:      func() any { return timer.NewStage() },
		Busy:          rt.pool.isBusy,
		DetachOrphans: config.Orphans == DetachOrphans,
		TraceSpawns:   config.TraceSpawn,
		Watch:         rt.watch(),
		Owner:         rt,
		Observe:       rt.observer(),
		Unjoined:      rt.logPanic,
		Blocking:      rt.pool,
	}
	if rt.reactor != nil {
		env.Driver, env.Reactor = rt.reactor, rt.reactor
		env.TimerSlack = max(config.TimerSlack.Nanoseconds(), 0)
	}
	rt.sched = scheduler.New(config.Workers, env)
	rt.pool.whenIdle = rt.sched.JumpIfIdle
	rt.unhook = config.Clock.OnAdvance(rt.sched.Rouse)
	return rt, nil
}

// openIO makes the reactor, where there is one, and the places where idle workers wait.
func (rt *Runtime) openIO() error {
	c := &rt.config
	if c.IO != IOOff {
		reactor, err := netpoll.NewReactor()
		if err == nil {
			parking, err := netpoll.NewParking(reactor, c.Clock, c.Workers)
			if err != nil {
				return errors.Join(err, reactor.Close())
			}
			rt.reactor, rt.parking = reactor, parking
			return nil
		}
		if c.IO == IORequired || !errors.Is(err, netpoll.ErrUnsupported) {
			return err
		}
	}
	rt.parking = scheduler.NewChannelParking(c.Clock, c.Workers)
	return nil
}

// Executor returns the executor that polls this runtime's tasks.
func (rt *Runtime) Executor() *waker.Executor { return rt.sched.Executor() }

// Name returns Config.Name.
func (rt *Runtime) Name() string { return rt.config.Name }

// Shutdown ends the runtime gently: spawns on the runtime are refused, tasks go on, and may spawn children, until all have
// ended. If ctx ends first it does what Close does, and returns a *ShutdownError: ctx's cause, and what was left. Inside a
// task it returns ErrInsideTask. On a runtime that is closed it returns nil.
func (rt *Runtime) Shutdown(ctx context.Context) error {
	if insideTask() || insideBlocking() {
		return ErrInsideTask
	}
	select {
	case <-rt.sched.Drain():
	case <-rt.closed:
		return nil
	case <-ctx.Done():
		return rt.closeLate(ctx)
	}
	select {
	case <-rt.pool.whenQuiet():
	case <-rt.closed:
		return nil
	case <-ctx.Done():
		return rt.closeLate(ctx)
	}
	return rt.Close()
}

func (rt *Runtime) closeLate(ctx context.Context) error {
	if isClosed(rt.closed) {
		return nil
	}
	left := slices.Collect(rt.Tasks())
	return &ShutdownError{Cause: context.Cause(ctx), Leftovers: left, Stuck: rt.Close()}
}

// Close ends the runtime: spawns are refused, all tasks are aborted and their futures dropped on the workers, sockets fail
// with an error that is net.ErrClosed, workers end, then the goroutines of the blocking pool. It waits at most
// Config.CloseTimeout for polls and blocking functions that do not end, and then returns a *StuckError; what is stuck ends
// when its code returns. Inside a task it returns ErrInsideTask. Twice: nil.
func (rt *Runtime) Close() error {
	if insideTask() || insideBlocking() {
		return ErrInsideTask
	}
	rt.closeOnce.Do(func() {
		ended := rt.sched.Close()
		rt.pool.close()
		go func() { // ends with the last worker and the last blocking function
			<-ended
			rt.blocked.pending.Wait()
			rt.unhook()
			if rt.reactor != nil {
				rt.reactor.Close()
			}
			rt.parking.Close()
			rt.pool.workers.Wait()
			close(rt.closed)
		}()
	})
	if waitFor(rt.closed, rt.config.CloseTimeout) {
		return nil
	}
	return &StuckError{Tasks: rt.stuck()}
}

func (rt *Runtime) stuck() []TaskInfo {
	busy, _ := rt.pool.jobs()
	return appendJobs(rt.sched.Stuck(), busy, scheduler.StateRunning)
}

// TaskInfo describes a live task.
type TaskInfo = scheduler.TaskInfo

// Tasks yields the tasks that are alive at this moment, in no order. Each worker is asked at its next look at the outside
// world; one that is in a long poll and does not answer within 10 ms is represented by the task that it polls, marked as
// Unanswered.
func (rt *Runtime) Tasks() iter.Seq[TaskInfo] {
	return func(yield func(TaskInfo) bool) {
		busy, waiting := rt.pool.jobs()
		list := appendJobs(rt.sched.Tasks(), busy, scheduler.StateRunning)
		for _, t := range appendJobs(list, waiting, scheduler.StateQueued) {
			if t.ID != 0 && !yield(t) { // 0: a job of a future, such as a name look-up
				return
			}
		}
	}
}

func appendJobs(list []TaskInfo, jobs []job, state scheduler.State) []TaskInfo {
	for _, j := range jobs {
		list = append(list, j.info(state))
	}
	return list
}

// Metrics is a snapshot of what the runtime has counted.
type Metrics struct {
	scheduler.Metrics
	BlockingGoroutines int // of the pool for blocking work, each with a job
	BlockingQueue      int // jobs that wait for one
}

// Metrics returns a snapshot. Workers publish their counts every few hundred polls and before they sleep, so figures lag by
// that much.
func (rt *Runtime) Metrics() Metrics {
	m := Metrics{Metrics: rt.sched.Metrics()}
	m.BlockingGoroutines, m.BlockingQueue = rt.pool.counts()
	return m
}

func (rt *Runtime) logPanic(t *scheduler.Task, f *scheduler.Failure) {
	rt.config.Logger.LogAttrs(context.Background(), slog.LevelError, "task panicked",
		slog.String("runtime", rt.config.Name),
		slog.Uint64("task", t.ID()),
		slog.String("name", t.Name()),
		slog.String("origin", t.Origin()),
		slog.Any("panic", f.Value),
		slog.String("stack", string(f.Stack)))
}
