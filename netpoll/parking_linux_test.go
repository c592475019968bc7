package netpoll

import (
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// ring is a running worker's signal to the seat.
func ring(p *Parking) { p.seat.signal(true) }

func openDescriptors(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}

func newEventfd(t testing.TB, count uint) int {
	fd, err := unix.Eventfd(count, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	require.NoError(t, err)
	return fd
}

func TestCloseLeavesNoDescriptor(t *testing.T) {
	warm := newTestReactor(t) // makes Go's netpoller open its own
	newTestParking(t, warm, newTestClock(), 1)
	before := openDescriptors(t)
	for _, parkingFirst := range []bool{true, false} {
		r, err := NewReactor()
		require.NoError(t, err)
		p, err := NewParking(r, newTestClock(), 4)
		require.NoError(t, err)
		for range 10 {
			_, err := r.Register(newEventfd(t, 1))
			require.NoError(t, err)
		}
		if parkingFirst {
			require.NoError(t, p.Close())
			require.NoError(t, r.Close())
		} else {
			require.NoError(t, r.Close())
			require.NoError(t, p.Close())
		}
		require.Equal(t, before, openDescriptors(t))
	}
}

func TestNewParkingLeavesNothingBehindWhenItFails(t *testing.T) {
	r := newTestReactor(t)
	newTestParking(t, r, newTestClock(), 1)
	before := openDescriptors(t)
	var old unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
	t.Cleanup(func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &old)) })
	other := newTestReactor(t)
	for free := range 8 { // fails at another step each time
		limit := old
		limit.Cur = uint64(highestDescriptor(t) + 1 + free)
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
		p, err := NewParking(other, newTestClock(), 8)
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &old))
		require.Nil(t, p)
		require.ErrorIs(t, err, unix.EMFILE)
		require.Equal(t, before+1, openDescriptors(t))
	}
	p, err := NewParking(other, newTestClock(), 8)
	require.NoError(t, err)
	require.NoError(t, p.Close())
}

// highestDescriptor is the highest number in use, below which others may be free.
func highestDescriptor(t testing.TB) int {
	fd := newEventfd(t, 0)
	require.NoError(t, unix.Close(fd))
	return fd
}

func TestAllOfManyRegistrationsAreWoken(t *testing.T) {
	const many = 10_000
	r := newTestReactor(t)
	w := newWorker(r)
	tasks := make([]*task, many)
	for i := range tasks {
		g, err := r.Register(newEventfd(t, 1))
		require.NoError(t, err)
		tasks[i] = w.newTask()
		_, ready, _ := read(tasks[i], g)
		require.False(t, ready)
	}
	woken := 0
	for polls := 0; woken < many; polls++ {
		require.LessOrEqual(t, polls, many/(eventBatch*maxBatches))
		woken += r.Poll(&w.local)
	}
	seen := map[*waker.Header]bool{}
	for _, h := range w.take() {
		require.False(t, seen[h], "woken twice")
		seen[h] = true
	}
	require.Len(t, seen, many)
	require.Zero(t, r.Poll(&w.local))
}

// A FIFO whose writer has left reports that, though a new writer may come: a read that would block waits.
func TestClosedBitAloneIsNoReasonToTryAgain(t *testing.T) {
	r := newTestReactor(t)
	w := newWorker(r)
	path := t.TempDir() + "/fifo"
	require.NoError(t, unix.Mkfifo(path, 0o600))
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	g, err := r.Register(fd)
	require.NoError(t, err)
	first, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	require.NoError(t, unix.Close(first))
	r.Poll(&w.local)
	second, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	tk := w.newTask()
	require.True(t, g.ready.load().has(Read))
	_, ready, _ := read(tk, g)
	require.False(t, ready)
	send(t, second, "again")
	require.Equal(t, 1, r.Poll(&w.local))
	text, _, _ := read(tk, g)
	require.Equal(t, "again", text)
	require.NoError(t, unix.Close(second))
}

func TestSignalsDoNotDisturb(t *testing.T) {
	r := newTestReactor(t)
	startLoop(t, r, 1)
	g, peer := pair(t, r)
	ctx := deadline(t)
	var stop sy.Bool
	var wg sync.WaitGroup
	wg.Go(func() { // ends when stop is set
		for !stop.Load() {
			if err := unix.Kill(unix.Getpid(), unix.SIGURG); err != nil { // the signal that Go itself preempts with
				t.Error(err)
				return
			}
			runtime.Gosched()
		}
	})
	b := make([]byte, 16)
	for range 2000 {
		send(t, peer, "ping")
		require.True(t, newForeign().await(ctx, func(cx *future.Context) bool {
			n, ready, err := g.PollRead(cx, b)
			return ready && n == 4 && err == nil
		}), "a wake was lost")
	}
	stop.Store(true)
	wg.Wait()
}

// The alarm of the worker on the seat is seen by a running worker first.
func TestBusyWorkerHandsTheAlarmOn(t *testing.T) {
	r := newTestReactor(t)
	clock := newTestClock()
	p := newTestParking(t, r, clock, 1)
	ctx := deadline(t)
	w, busy := newWorker(r), newWorker(r)
	for range 50 {
		due := clock.Nanos() + int64(500*time.Microsecond)
		returned := make(chan struct{})
		r.turn.Lock() // so that the parked worker finds the alarm gone
		go func() {   // ends when the deadline has come
			for clock.Nanos() < due {
				p.Park(0, &w.local, due)
			}
			close(returned)
		}()
		for clock.Nanos() < due+int64(100*time.Microsecond) {
			runtime.Gosched()
		}
		r.take(&busy.local, nobody)
		r.turn.Unlock()
		select {
		case <-returned:
		case <-ctx.Done():
			p.Unpark(0, false)
			<-returned
			t.Fatal("the deadline was lost")
		}
	}
}

// A signal that comes after its worker has left costs the next one a return for no reason, not an endless row of them.
func TestLateSignalsAreUsedUp(t *testing.T) {
	r := newTestReactor(t)
	clock := newTestClock()
	p := newTestParking(t, r, clock, 1)
	ctx := deadline(t)
	w := newWorker(r)
	for _, where := range []uint32{parkedDriver, parked} {
		late := p.seat.signal
		if where == parked {
			late = p.places[0].signal
			p.seat.Lock()
			defer p.seat.Unlock()
		}
		for _, fromWorker := range []bool{false, true} {
			late(fromWorker)
			due, returns := clock.Nanos()+int64(time.Hour), 0
			var stop sy.Bool
			var wg sync.WaitGroup
			wg.Go(func() { // ends when stop is set and it is unparked
				for !stop.Load() {
					p.Park(0, &w.local, due)
					returns++
				}
			})
			waitFor(ctx, t, p, 0, where)
			late(fromWorker)
			for begin := clock.Nanos(); clock.Nanos() < begin+int64(5*time.Millisecond); { // room for an endless row
				runtime.Gosched()
			}
			stop.Store(true)
			p.Unpark(0, false)
			join(ctx, t, &wg)
			require.LessOrEqual(t, returns, 5)
		}
	}
}

// The worker on the seat is told of an event once. If it finds the driver taken at that moment, it waits for it.
func TestEventIsNotLostWhileTheDriverIsTaken(t *testing.T) {
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), 1)
	ctx := deadline(t)
	w := newWorker(r)
	g, peer := pair(t, r)
	r.Poll(&w.local)
	tk := w.newTask()
	for range 20 {
		_, ready, _ := read(tk, g)
		require.False(t, ready)
		var wg sync.WaitGroup
		wg.Go(func() { p.Park(0, &w.local, forever) }) // ends when it has found the event
		waitFor(ctx, t, p, 0, parkedDriver)
		r.turn.Lock()
		send(t, peer, "x")
		for begin := time.Now(); time.Since(begin) < time.Millisecond; { // long enough, mostly, for it to be told
			runtime.Gosched()
		}
		r.turn.Unlock()
		join(ctx, t, &wg)
		require.Len(t, w.take(), 1)
		text, _, _ := read(tk, g)
		require.Equal(t, "x", text)
	}
}

func TestBellIsSilencedByTheSeat(t *testing.T) {
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), 1)
	w := newWorker(r)
	g, peer := pair(t, r)
	_, ready, _ := read(w.newTask(), g)
	require.False(t, ready)
	var events [eventBatch]event
	ring(p)
	require.Equal(t, 2, r.poller.poll(events[:]), "the socket is writable, and the bell rings")
	require.Equal(t, 1, r.poller.poll(events[:]), "the bell rings until it is silenced")
	send(t, peer, "x")
	p.Park(0, &w.local, forever)
	require.Len(t, w.take(), 1)
	require.Zero(t, r.poller.poll(events[:]))
}

// handClock is moved by the test, but does not call itself paused.
type handClock struct {
	testClock
	at sy.Int64
}

func (c *handClock) Nanos() int64 { return c.at.Load() }

func TestAlarmIsSetToTheEarliestDeadline(t *testing.T) {
	const hour = int64(time.Hour)
	r := newTestReactor(t)
	clock := &handClock{testClock: newTestClock()}
	p := newTestParking(t, r, clock, 3)
	a := &p.alarm
	a.publish(p.places[0], 3*hour)
	require.Equal(t, 3*hour, a.armed.Load())
	a.publish(p.places[1], 2*hour)
	require.Equal(t, 2*hour, a.armed.Load(), "brought forward")
	a.publish(p.places[2], 4*hour)
	require.Equal(t, 2*hour, a.armed.Load())

	clock.at.Store(2*hour + 1)
	a.ring(nobody)
	require.Equal(t, 3*hour, a.armed.Load(), "set for the others")
	require.True(t, p.places[0].state.waits())
	require.False(t, p.places[1].state.waits())
	require.True(t, p.places[2].state.waits())

	p.places[0].withdraw()
	p.places[1].withdraw()
	clock.at.Store(3*hour + 1)
	a.ring(nobody)
	require.Equal(t, 4*hour, a.armed.Load())
	require.True(t, p.places[0].state.waits(), "its worker has left")
	clock.at.Store(4*hour + 1)
	a.ring(2)
	require.Equal(t, never, a.armed.Load())
	require.False(t, p.places[2].state.waits())
}

// While nobody polls the reactor, the alarm rings unheard: workers keep their deadlines all the same.
func TestDeadlineIsKeptWhileNobodyPolls(t *testing.T) {
	r := newTestReactor(t)
	clock := newTestClock()
	p := newTestParking(t, r, clock, 1)
	ctx := deadline(t)
	w := newWorker(r)
	p.seat.Lock() // its worker has left for a long task
	defer p.seat.Unlock()
	returned := make(chan struct{})
	go func() { // ends when the deadline has come
		for due := clock.Nanos() + int64(2*time.Millisecond); clock.Nanos() < due; {
			p.Park(0, &w.local, due)
		}
		close(returned)
	}()
	select {
	case <-returned:
	case <-ctx.Done():
		p.Unpark(0, false)
		<-returned
		t.Fatal("the deadline was lost")
	}
}

func TestDeadlineOfYearsIsAccepted(t *testing.T) {
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), 2)
	ctx := deadline(t)
	var wg sync.WaitGroup
	for slot, state := range []uint32{parkedDriver, parked} {
		w := newWorker(r)
		wg.Go(func() { p.Park(slot, &w.local, forever-1) }) // ends when it is unparked
		waitFor(ctx, t, p, slot, state)
	}
	p.Unpark(0, true)
	p.Unpark(1, true)
	join(ctx, t, &wg)
}
