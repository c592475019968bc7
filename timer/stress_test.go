package timer

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/waker"
)

// stressWorker runs on a goroutine of its own: it applies its stage and turns its wheel in turn with what a test does to
// Delays as if it were polls. Wakes count on the tasks; nothing is queued.
type stressWorker struct {
	local future.Local
	cx    future.Context
	wheel *Wheel
	stage *Stage
}

func (*stressWorker) ScheduleNext(*waker.Header)                {}
func (*stressWorker) TaskContext(*waker.Header) context.Context { return context.Background() }

// stressTimer is one Delay that passes from goroutine to goroutine, and the task that waits for it.
type stressTimer struct {
	waker.Header
	delay    Delay
	deadline int64 // since the last arming or reset
}

func newStressWorkers(n int, clock *Clock, exec *waker.Executor) []*stressWorker {
	workers := make([]*stressWorker, n)
	for i := range workers {
		w := &stressWorker{stage: NewStage(), wheel: NewWheel(clock, func() {})}
		w.stage.chunk = 2
		w.local = future.Local{Executor: exec, Clock: clock, Timers: w.stage}
		w.cx = future.NewContext(&w.local, nil)
		workers[i] = w
	}
	return workers
}

// Delays are armed by one worker and polled, reset and dropped by other workers and by ordinary goroutines, while their
// wheels fire them; in the end each stage passes to another wheel. Every timer that is due is woken; none is early; none
// fires that was dropped; all entries come back.
func TestTimersThatPassBetweenGoroutinesFireOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	const workersN, timersN = 4, 64
	rounds := stressRounds(30_000)
	clock := NewPausedClock(epoch)
	exec := waker.NewExecutor(func(*waker.Header) {})
	workers := newStressWorkers(workersN, clock, exec)
	for _, w := range workers {
		w.local.Worker = stressQueue{w}
	}
	timers := make(chan *stressTimer, timersN)
	for range timersN {
		timer := &stressTimer{}
		timer.InitIdle(exec)
		timers <- timer
	}
	var ready, early atomic.Int64
	var wg sync.WaitGroup
	// poll is a poll of the timer's task on worker w, or, without one, what an ordinary goroutine does to it.
	poll := func(r *rand.Rand, w *stressWorker, timer *stressTimer) {
		var cx *future.Context
		if w != nil {
			w.local.BeginPoll()
			w.cx.SetTask(&timer.Header)
			cx = &w.cx
		}
		switch op := r.IntN(10); {
		case op < 2:
			timer.delay.Drop(cx)
			timer.delay = Delay{deadline: r.Int64N(int64(100 * time.Millisecond))}
			timer.deadline = 0
		case op < 5 && timer.delay.clock != nil:
			d := r.Int64N(int64(100 * time.Millisecond))
			timer.deadline = clock.Nanos() + d
			timer.delay.Reset(time.Duration(d))
		case w != nil:
			if _, isReady, _ := timer.delay.Poll(cx); isReady {
				ready.Add(1)
				if clock.Nanos() < timer.deadline {
					early.Add(1)
				}
				timer.delay = Delay{deadline: r.Int64N(int64(100 * time.Millisecond))}
				timer.deadline = 0
			} else if timer.deadline == 0 {
				timer.deadline = timer.delay.deadline
			}
		}
	}
	for i, w := range workers {
		wg.Go(func() { // ends after its rounds
			r := rand.New(rand.NewPCG(uint64(i), 2))
			for range rounds {
				timer := <-timers
				poll(r, w, timer)
				timers <- timer
				if r.IntN(2) == 0 {
					w.wheel.Apply(w.stage)
				}
				if r.IntN(4) == 0 {
					clock.Advance(time.Duration(r.Int64N(int64(time.Millisecond))))
				}
				w.wheel.Turn(&w.local, clock.Nanos())
				w.wheel.Next()
			}
		})
	}
	for i := range 2 {
		wg.Go(func() { // ends after its rounds
			r := rand.New(rand.NewPCG(uint64(i), 3))
			for range rounds {
				timer := <-timers
				poll(r, nil, timer)
				timers <- timer
			}
		})
	}
	wg.Wait()
	require.Zero(t, early.Load())
	require.Positive(t, ready.Load())

	for i, w := range workers {
		workers[(i+1)%workersN].wheel.Apply(w.stage)
	}
	clock.Advance(time.Second)
	for _, w := range workers {
		w.wheel.Turn(&w.local, clock.Nanos())
	}
	close(timers)
	for timer := range timers {
		if timer.delay.entry == nil {
			continue
		}
		require.True(t, timer.delay.IsElapsed(), "lost")
		last := workers[0]
		last.cx.SetTask(&timer.Header)
		timer.delay.Drop(&last.cx)
	}
	workers[0].wheel.Apply(workers[0].stage)
	var free []*entry
	for _, w := range workers {
		require.Equal(t, never, w.wheel.Next())
		free = append(append(free, w.wheel.free...), w.stage.free...)
	}
	requireDistinct(t, free)
}

// stressQueue makes every woken task idle again at once.
type stressQueue struct{ *stressWorker }

func (q stressQueue) ScheduleBack(h *waker.Header) { h.Idle() }

// requireDistinct fails if an entry was freed twice.
func requireDistinct(t *testing.T, free []*entry) {
	t.Helper()
	seen := make(map[*entry]bool, len(free))
	for _, e := range free {
		require.False(t, seen[e], "freed twice")
		require.EqualValues(t, nowhere, e.place, "freed in a slot")
		seen[e] = true
	}
}

// One Delay after the other is dropped or moved by a goroutine in the very moment in which the owner fires it. The task
// must be woken unless the Delay was dropped: losing the wake would make it wait for ever.
func TestFiringBesideAResetLosesNoWake(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	rounds := stressRounds(20_000)
	clock := NewPausedClock(epoch)
	var woken atomic.Int64
	exec := waker.NewExecutor(func(*waker.Header) { woken.Add(1) })
	w := newStressWorkers(1, clock, exec)[0]
	w.local.Worker = countingQueue{w, &woken}
	next := make(chan *Delay)
	moved := make(chan struct{})
	go func() { // ends when next is closed
		for d := range next {
			d.Reset(time.Duration(woken.Load()%3) * time.Microsecond) // to the past, or earlier, or about the same
			moved <- struct{}{}
		}
	}()
	for i := range rounds {
		var h waker.Header
		h.InitIdle(exec)
		d := After(2 * time.Microsecond)
		w.cx.SetTask(&h)
		w.local.BeginPoll()
		_, ready, _ := d.Poll(&w.cx)
		require.False(t, ready)
		if i%2 == 0 {
			w.wheel.Apply(w.stage)
		}
		before := woken.Load()
		next <- d
		w.wheel.Apply(w.stage)
		clock.Advance(2 * time.Microsecond)
		w.wheel.Turn(&w.local, clock.Nanos())
		<-moved
		w.wheel.Apply(w.stage)
		clock.Advance(2 * time.Microsecond)
		w.wheel.Turn(&w.local, clock.Nanos())
		require.Equal(t, before+1, woken.Load(), "round %d", i)
		d.Drop(&w.cx)
		w.wheel.Apply(w.stage)
	}
	close(next)
	require.Equal(t, never, w.wheel.Next())
	requireDistinct(t, append(w.wheel.free, w.stage.free...))
	require.LessOrEqual(t, len(w.stage.free), 8)
}

// A goroutine moves a Delay in the very moment in which its wheel is closed. The task must be woken, once, to see the end.
func TestClosingBesideAResetLosesNoWake(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	clock := NewPausedClock(epoch)
	var woken atomic.Int64
	exec := waker.NewExecutor(func(*waker.Header) { woken.Add(1) })
	next, moved := make(chan *Delay), make(chan struct{})
	go func() { // ends when next is closed
		for d := range next {
			d.Reset(time.Minute)
			moved <- struct{}{}
		}
	}()
	for i := range stressRounds(10_000) {
		w := newStressWorkers(1, clock, exec)[0]
		w.local.Worker = countingQueue{w, &woken}
		var h waker.Header
		h.InitIdle(exec)
		d := After(time.Hour)
		w.cx.SetTask(&h)
		w.local.BeginPoll()
		d.Poll(&w.cx)
		w.wheel.Apply(w.stage)
		next <- d
		w.wheel.Close(&w.local)
		<-moved
		require.EqualValues(t, i+1, woken.Load())
		require.Same(t, &closedInbox, w.wheel.inbox.head.Load())
	}
	close(next)
}

// A goroutine queues an entry again the moment the owner has read it. The rest of what the owner is reading must not get
// lost.
func TestMovingBesideTheReadingOfTheInboxLosesNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	rounds := stressRounds(30_000)
	clock := NewPausedClock(epoch)
	exec := waker.NewExecutor(func(*waker.Header) {})
	w := newStressWorkers(1, clock, exec)[0]
	w.local.Worker = stressQueue{w}
	arm := func() *Delay {
		var h waker.Header
		h.InitIdle(exec)
		w.cx.SetTask(&h)
		w.local.BeginPoll()
		d := After(time.Hour)
		d.Poll(&w.cx)
		w.wheel.Apply(w.stage)
		return d
	}
	below, top := arm(), arm()
	var lost atomic.Bool
	done := make(chan struct{})
	go func() { // ends after its rounds
		defer close(done)
		earlier := time.Hour
		for range rounds {
			earlier -= 2
			below.Reset(earlier)
			top.Reset(earlier)
			if !isRead(top.entry) {
				lost.Store(true)
				return
			}
			top.Reset(earlier - 1)
			if !isRead(top.entry) || !isRead(below.entry) {
				lost.Store(true)
				return
			}
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			w.wheel.Turn(&w.local, 0)
		}
	}
	require.False(t, lost.Load())
}

// isRead waits until the owner has read an entry from its inbox, and reports false if it does not.
func isRead(e *entry) bool {
	for spins := 0; e.state.Load()&queued != 0; spins++ {
		if spins > 100 {
			runtime.Gosched()
		}
		if spins > 10_000_000 {
			return false
		}
	}
	return true
}

// stressRounds is how often a stress test goes round.
func stressRounds(n int) int {
	if testing.Short() || invariant.Enabled {
		return n / 10
	}
	return n
}

// The moment a timer has fired, another goroutine moves it, which takes the waker out of the entry. The owner must have
// read it before.
func TestFiringBesideTheEndOfTheEntryLosesNoWake(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	rounds := stressRounds(300_000)
	clock := NewPausedClock(epoch)
	var woken atomic.Int64
	exec := waker.NewExecutor(func(*waker.Header) {})
	w := newStressWorkers(1, clock, exec)[0]
	w.local.Worker = countingQueue{w, &woken}
	next := make(chan *Delay)
	moved := make(chan struct{})
	go func() { // ends when next is closed
		for d := range next {
			for !d.entry.hasEnded() {
			}
			d.Reset(time.Hour)
			moved <- struct{}{}
		}
	}()
	for i := range rounds {
		var h waker.Header
		h.InitIdle(exec)
		d := After(1)
		w.cx.SetTask(&h)
		w.local.BeginPoll()
		d.Poll(&w.cx)
		w.wheel.Apply(w.stage)
		clock.Advance(1)
		next <- d
		w.wheel.Turn(&w.local, clock.Nanos())
		<-moved
		require.EqualValues(t, i+1, woken.Load())
	}
	close(next)
}

type countingQueue struct {
	*stressWorker
	woken *atomic.Int64
}

func (q countingQueue) ScheduleBack(*waker.Header) { q.woken.Add(1) }
