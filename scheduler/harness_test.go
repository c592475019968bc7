package scheduler

import (
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/waker"
)

// patience bounds every wait of a test: a test that waits that long has failed.
var patience = time.Minute

// job is a task made of two functions. Either may be nil: then it is ready at once, and drops nothing.
type job struct {
	Task
	poll  func(cx *future.Context) (ready bool)
	drop  func(cx *future.Context)
	polls int
}

func newJob(poll func(cx *future.Context) bool) *job {
	j := &job{poll: poll}
	j.Prepare(j)
	return j
}

func (j *job) Origin() string { return "job" }

func (j *job) PollTask(cx *future.Context) bool {
	j.polls++
	return j.poll == nil || j.poll(cx)
}

func (j *job) DropTask(cx *future.Context) {
	if j.drop != nil {
		j.drop(cx)
	}
}

// bodyJob is a task that runs a body.
func bodyJob(body func(cx *future.Context)) *job {
	b := future.MakeBody(func(cx *future.Context) (struct{}, error) {
		body(cx)
		return struct{}{}, nil
	})
	j := newJob(func(cx *future.Context) bool {
		_, ready, _ := b.Poll(cx)
		return ready
	})
	j.drop = b.Drop
	return j
}

func workerOf(cx *future.Context) *Worker { return cx.Local().Worker.(*Worker) }

// spawn spawns j as a child of cx's task.
func spawn(cx *future.Context, j *job) bool { return workerOf(cx).Spawn(&j.Task, true) }

// testClock runs, or stands still until it is moved.
type testClock struct {
	start  time.Time
	nanos  atomic.Int64
	paused bool
	jumps  atomic.Int64
}

func runningClock() *testClock { return &testClock{start: time.Now()} }
func pausedClock() *testClock  { return &testClock{paused: true} }

func (c *testClock) Now() time.Time { return c.start.Add(time.Duration(c.Nanos())) }

func (c *testClock) Nanos() int64 {
	if c.paused {
		return c.nanos.Load()
	}
	return int64(time.Since(c.start))
}

func (c *testClock) IsPaused() bool { return c.paused }

func (c *testClock) Jump(to int64) bool {
	if c.paused {
		c.jumps.Add(1)
		for now := c.nanos.Load(); now < to && !c.nanos.CompareAndSwap(now, to); now = c.nanos.Load() {
		}
	}
	return c.paused
}

// countingParking counts, and tells of workers that leave it.
type countingParking struct {
	Parking
	unparks atomic.Int64
	parked  atomic.Int64 // workers that have looked at all queues once more
	awake   func(slot int)
}

func (p *countingParking) Park(slot int, l *future.Local, deadline int64) {
	p.parked.Add(1)
	p.Parking.Park(slot, l, deadline)
	p.parked.Add(-1)
	if p.awake != nil {
		p.awake(slot)
	}
}

func (p *countingParking) Unpark(slot int, fromWorker bool) {
	p.unparks.Add(1)
	p.Parking.Unpark(slot, fromWorker)
}

// driverFunc is a Driver.
type driverFunc func(l *future.Local) int

func (f driverFunc) Poll(l *future.Local) int { return f(l) }

// fakeTimers are Timers with one expiry. hooks may be nil.
type fakeTimers struct {
	closed atomic.Bool
	at     atomic.Int64
	rouse  func()
	onNext func()
	onTurn func(l *future.Local, now int64) int
	turns  atomic.Int64
	stages atomic.Int64
}

func newFakeTimers() *fakeTimers {
	f := &fakeTimers{}
	f.at.Store(Never)
	return f
}

func (f *fakeTimers) Apply(any) { f.stages.Add(1) }

func (f *fakeTimers) Turn(l *future.Local, now int64) int {
	f.turns.Add(1)
	if now < f.at.Load() {
		return 0
	}
	f.at.Store(Never)
	if f.onTurn == nil {
		return 0
	}
	return f.onTurn(l, now)
}

func (f *fakeTimers) Next() int64 {
	if f.onNext != nil {
		f.onNext()
	}
	return f.at.Load()
}

func (f *fakeTimers) Close(*future.Local) { f.closed.Store(true) }

// stopped returns a scheduler whose workers do not run: the test's goroutine plays them, one after the other.
func stopped(t testing.TB, workers int, env Env) *Scheduler {
	if env.Clock == nil {
		env.Clock = pausedClock()
	}
	if env.Parking == nil {
		env.Parking = NewChannelParking(env.Clock, workers)
	}
	s := prepare(workers, env)
	t.Cleanup(func() {
		for i := range s.slots {
			s.slots[i].worker.Load().local.CloseBodies()
		}
	})
	return s
}

// at returns the worker of a slot.
func (s *Scheduler) at(slot int) *Worker { return s.slots[slot].worker.Load() }

// drainQueues has w poll until it finds nothing, without stealing, at most limit tasks and those that they put into the
// LIFO slot. It returns their number.
func (w *Worker) drainQueues(limit int) (n int) {
	for n < limit || w.lifo.peek() != nil && w.mayProlongRow() && w.local.HasBudget() {
		t := w.next()
		if t == nil {
			break
		}
		w.poll(t)
		if w.row == 0 {
			n++
		}
	}
	return n
}

// start starts a scheduler that is closed at the end of the test.
func start(t testing.TB, workers int, env Env) *Scheduler {
	t.Helper()
	if env.Clock == nil {
		env.Clock = runningClock()
	}
	if env.Parking == nil {
		env.Parking = NewChannelParking(env.Clock, workers)
	}
	s := New(workers, env)
	t.Cleanup(func() { within(t, s.Close(), "the scheduler does not close") })
	return s
}

// within waits for ch.
func within[T any](t testing.TB, ch <-chan T, what string) (v T) {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case v = <-ch:
	case <-timeout.C:
		buf := make([]byte, 1<<18)
		t.Fatalf("%s\n%s", what, buf[:goruntime.Stack(buf, true)])
	}
	return v
}

// until waits for a condition that no channel tells of, without pause.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); goruntime.Gosched() {
		if time.Now().After(end) {
			buf := make([]byte, 1<<18)
			t.Fatalf("%s\n%s", what, buf[:goruntime.Stack(buf, true)])
		}
	}
}

// joiner makes an ordinary goroutine wakeable.
type joiner struct {
	waker.Header // must be first
	woken        chan struct{}
}

var joiners = waker.NewExecutor(func(h *waker.Header) { close(holder.Of[joiner](h).woken) })

// join waits for the end of j.
func join(t testing.TB, j *job) Outcome {
	t.Helper()
	g := &joiner{woken: make(chan struct{})}
	g.InitIdle(joiners)
	j.join.Set(g.Waker())
	if !j.IsComplete() {
		within(t, g.woken, "a task has not ended")
	}
	require.True(t, j.IsComplete(), "the joiner was woken before the end")
	return j.Outcome()
}

// allSleep waits until every worker sleeps.
func allSleep(t testing.TB, s *Scheduler) {
	t.Helper()
	until(t, "the workers do not go to sleep", s.idle.allAsleep)
}

// procs sets GOMAXPROCS for the test.
func procs(t testing.TB, n int) {
	before := goruntime.GOMAXPROCS(n)
	t.Cleanup(func() { goruntime.GOMAXPROCS(before) })
}

// scale returns n where invariants and races are checked, which is where stress tests are run in full, and a part elsewhere.
func scale(n int) int {
	if invariant.Enabled || !testing.Short() {
		return n
	}
	return max(n/10, 1)
}

// gate is a future that is ready once it was opened.
type gate struct {
	isOpen atomic.Bool
	slot   waker.Slot
}

func (g *gate) Poll(cx *future.Context) (none struct{}, ready bool, err error) {
	if !g.isOpen.Load() {
		g.slot.Set(cx.Waker())
	}
	return none, g.isOpen.Load(), nil
}

func (g *gate) open() {
	g.isOpen.Store(true)
	g.slot.Take().Wake()
}

// waitFor returns a poll that waits for g.
func (g *gate) waitFor(cx *future.Context) bool {
	_, ready, _ := g.Poll(cx)
	return ready
}

// shared is a random source for many goroutines.
type shared struct{ n atomic.Uint64 }

func (r *shared) below(n int) int {
	x := r.n.Add(0x9e3779b97f4a7c15)
	x ^= x >> 31
	x *= 0xbf58476d1ce4e5b9
	return int((x >> 33) % uint64(n))
}
