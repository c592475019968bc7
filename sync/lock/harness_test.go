package lock_test

import (
	"context"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
	"github.com/simmer-go/simmer/waker"
)

type none = struct{}

// patience bounds every wait of a test: a test that waits that long has failed.
const patience = 20 * time.Second

// party is a task that the test polls by hand, and that knows whether it was woken. It has no worker whose next turn it could ask for,
// unless onWorker gave it one.
type party struct {
	header waker.Header
	cx     future.Context
	local  *future.Local // its worker's; nil: none
	w      lock.Waiter
	woken  bool
}

// parties returns n of them. Not for concurrent use.
func parties(n int) []*party {
	ps := make([]*party, n)
	exec := waker.NewExecutor(func(h *waker.Header) { ps[h.Tag].woken = true })
	for i := range ps {
		p := &party{}
		p.header.Tag = uint32(i)
		p.header.InitIdle(exec)
		p.cx = future.NewContext(nil, &p.header)
		ps[i] = p
	}
	return ps
}

// onWorker has ps polled as a worker does: who asks for the next turn has been woken.
func onWorker(ps []*party) []*party {
	local := &future.Local{}
	for _, p := range ps {
		p.local = local
		p.cx = future.NewContext(local, &p.header)
	}
	return ps
}

// turn runs f as a poll of p, with or without a wake before it.
func (p *party) turn(f func(cx *future.Context)) {
	if p.local != nil {
		p.local.BeginPoll()
	}
	if p.woken {
		p.woken = false
		p.header.Begin()
		f(&p.cx)
		p.header.Idle()
	} else {
		f(&p.cx)
	}
	if p.local != nil && p.local.TakeAgain() {
		p.cx.Waker().Wake()
	}
}

// lock polls m and reports whether p has it.
func (p *party) lock(t testing.TB, m *lock.Mutex) (ready bool) {
	p.turn(func(cx *future.Context) { ready = poll(t, func() (none, bool, error) { return m.PollLock(cx, &p.w) }) })
	return ready
}

func (p *party) rlock(t testing.TB, m *lock.RWMutex) (ready bool) {
	p.turn(func(cx *future.Context) { ready = poll(t, func() (none, bool, error) { return m.PollRLock(cx, &p.w) }) })
	return ready
}

func (p *party) wlock(t testing.TB, m *lock.RWMutex) (ready bool) {
	p.turn(func(cx *future.Context) { ready = poll(t, func() (none, bool, error) { return m.PollLock(cx, &p.w) }) })
	return ready
}

func (p *party) acquire(t testing.TB, s *lock.Semaphore, n int) (ready bool) {
	p.turn(func(cx *future.Context) {
		ready = poll(t, func() (none, bool, error) { return s.PollAcquire(cx, &p.w, n) })
	})
	return ready
}

func (p *party) notified(t testing.TB, n *lock.Notify) (ready bool) {
	p.turn(func(cx *future.Context) {
		ready = poll(t, func() (none, bool, error) { return n.PollNotified(cx, &p.w) })
	})
	return ready
}

func (p *party) drop() { p.turn(func(cx *future.Context) { p.w.Drop(cx) }) }

func poll(t testing.TB, f func() (none, bool, error)) bool {
	_, ready, err := f()
	require.NoError(t, err)
	return ready
}

// pollFuture polls f once as p.
func pollFuture[T any](p *party, f future.Future[T]) (value T, ready bool, err error) {
	p.turn(func(cx *future.Context) { value, ready, err = f.Poll(cx) })
	return value, ready, err
}

// woken tells who was woken and not polled since.
func woken(ps []*party) []int {
	who := []int{}
	for i, p := range ps {
		if p.woken {
			who = append(who, i)
		}
	}
	return who
}

// open starts a runtime that is closed at the end of the test.
func open(t testing.TB, workers int) *runtime.Runtime {
	t.Helper()
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

// run runs body as a task of a runtime with that many workers.
func run(t testing.TB, workers int, body func(cx *future.Context)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := runtime.BlockOn(ctx, open(t, workers), future.Async(func(cx *future.Context) (none, error) {
		body(cx)
		return none{}, nil
	}))
	require.NoError(t, err)
}

// procs runs the test with more processors than the machine has cores, so that goroutines are preempted in the middle of
// transitions.
func procs(t testing.TB, n int) {
	before := goruntime.GOMAXPROCS(n)
	t.Cleanup(func() { goruntime.GOMAXPROCS(before) })
}
