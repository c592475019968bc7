package runtime

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/origin"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/waker"
)

// SpawnBlocking runs fn on a goroutine of its own, from a pool of at most Config.MaxBlocking: for code that blocks. The
// context ends when the task is aborted, or the runtime is closed. Once fn has begun, abort does no more than that: the
// task ends when fn returns, with fn's result. The task is owned like any other. See [Spawn] for what it does on a closed
// runtime. A runtime's Close waits, at most Config.CloseTimeout, for a fn that has begun; one that has not is never called.
func SpawnBlocking[T any](on Spawner, fn func(ctx context.Context) (T, error)) *JoinHandle[T] {
	if fn == nil {
		return finished[T](future.ErrNilFuture)
	}
	c := &blockingCell[T]{fn: fn, from: origin.OfFunc(fn)}
	t := &c.task
	t.Init(blockingExecutor)
	if on, ok := on.(with); ok {
		base, work := on.prepare(t, c)
		c.submit(base)
		started(work)
		return &c.JoinHandle
	}
	t.Prepare(inherit(on, t, c))
	c.submit(on)
	return &c.JoinHandle
}

// submit gives the prepared task to the pool of on, a Spawner without options, or completes it as refused.
func (c *blockingCell[T]) submit(on Spawner) {
	t := &c.task
	numbered := false
	switch on := on.(type) {
	case *future.Context:
		if w := workerOf(on); w != nil {
			c.belongTo(owner(w))
			numbered = w.Own(t)
		}
	case detached:
		if w := workerOf(on.Context); w != nil {
			c.belongTo(owner(w))
			numbered = w.Number(t)
		}
	case *Runtime:
		if on != nil {
			c.belongTo(on)
			numbered = on.sched.Number(t)
		}
	}
	if c.rt == nil {
		scheduler.Refuse(t, noPlace(on))
		return
	}
	if !numbered {
		scheduler.Refuse(t, ErrClosed)
	} else if !c.rt.pool.submit(c) {
		c.abandon() // it was counted and observed: its end must be too
	}
}

// belongTo tells the runtime, and where the task is spawned if that is wanted: before an observer is told of the task.
func (c *blockingCell[T]) belongTo(rt *Runtime) {
	c.rt = rt
	if rt.config.TraceSpawn {
		c.task.SetSite(callSite(2))
	}
}

// BlockInPlace runs fn, which may block, on the calling goroutine, inside a task: first another goroutine takes over
// everything else that this worker had to do. The number of workers that poll stays the same. It costs a new goroutine for
// each poll in which it is called. What fn polls with cx is polled without a budget, as in [future.Unconstrained]; the poll
// has its own again afterwards. Without a worker it only calls fn. (Tokio's block_in_place, runtime/scheduler/multi_thread/worker.rs.)
func BlockInPlace[T any](cx *future.Context, fn func() (T, error)) (T, error) {
	if w := workerOf(cx); w != nil {
		w.LeaveCore()
	}
	value, _, err := future.Unconstrained(future.Func(func(*future.Context) (T, bool, error) {
		value, err := fn()
		return value, true, err
	})).Poll(cx)
	return value, err
}

// blockingExecutor is named by tasks of the pool: these are never idle, so nothing is ever scheduled.
var blockingExecutor = waker.NewExecutor(func(*waker.Header) {})

// blockingCell is a task that the pool runs.
type blockingCell[T any] struct {
	JoinHandle[T]
	busyPlace
	fn   func(ctx context.Context) (T, error)
	from origin.Origin
	rt   *Runtime
	ctx  *scheduler.LazyContext // fn's; nil before and after
}

var (
	_ scheduler.Work = (*blockingCell[int])(nil)
	_ job            = (*blockingCell[int])(nil)
)

func (c *blockingCell[T]) PollTask(cx *future.Context) bool {
	c.ctx.Bind(&c.task)
	defer c.release() // also if fn panics
	value, err := c.fn(valueContext(c.ctx, cx.Values()))
	c.value = value
	if err != nil {
		c.task.SetErr(err)
	}
	c.fn = nil
	return true
}

func (c *blockingCell[T]) release() {
	c.ctx.Release()
	c.ctx = nil
}

func (c *blockingCell[T]) DropTask(*future.Context) { c.fn, c.ctx = nil, nil }

// Origin names the function.
func (c *blockingCell[T]) Origin() string { return c.from.String() }

func (c *blockingCell[T]) run(on *hand) {
	c.ctx = on.context()
	c.rt.sched.RunOutside(&c.task, &on.cx)
	on.cx = future.Context{} // or it would keep the result while another job runs
}
func (c *blockingCell[T]) abandon()   { c.rt.sched.DropOutside(&c.task, ErrClosed) }
func (c *blockingCell[T]) interrupt() { c.task.Cancel() }
func (c *blockingCell[T]) info(state scheduler.State) TaskInfo {
	return c.task.Info(state, -1)
}

// poolJob is a job for futures, which reach the pool through future.Local. It is no task.
type poolJob struct {
	busyPlace
	do, giveUp func()
	from       origin.Origin
}

func (j *poolJob) run(*hand)  { j.do() }
func (j *poolJob) abandon()   { j.giveUp() }
func (j *poolJob) interrupt() {}

func (j *poolJob) info(state scheduler.State) TaskInfo {
	return TaskInfo{State: state, Origin: j.from.String(), Worker: -1}
}

var _ future.Blocking = (*pool)(nil)

// Submit implements future.Blocking.
func (p *pool) Submit(run, abandon func()) error {
	if !p.submit(&poolJob{do: run, giveUp: abandon, from: origin.OfFunc(run)}) {
		return ErrClosed
	}
	return nil
}
