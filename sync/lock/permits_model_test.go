package lock_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/sync/lock"
)

// permitsModel is what a semaphore means, in plain Go.
type permitsModel struct {
	free    int
	closed  bool
	workers bool // the waiters are tasks of a worker: they step aside before they queue
	vain    int  // who has come and found too few since stepping aside has last helped
	queue   []*modelWaiter
	waiters []modelWaiter
	held    []int // how often each kind is out
}

// modelWaiter is one waiter: kind is what it has asked for, -1 if it waits for nothing.
type modelWaiter struct {
	kind, asked, lacking int
	aside                bool
	told                 error // what it was told, errPending while it waits
	woken                bool
}

var errPending = errors.New("pending")

func (m *permitsModel) release(n int) {
	for n > 0 && len(m.queue) > 0 && !m.closed {
		w := m.queue[0]
		given := min(n, w.lacking)
		n -= given
		if w.lacking -= given; w.lacking > 0 {
			return
		}
		w.told, w.woken = nil, true
		m.queue = m.queue[1:]
	}
	m.free += n
}

func (m *permitsModel) try(n int) error {
	switch {
	case m.closed:
		return lock.ErrClosed
	case n > m.free:
		return lock.ErrNoPermits
	}
	m.free -= n
	return nil
}

func (m *permitsModel) poll(w *modelWaiter, kind, n int) error {
	w.woken = false
	if w.kind >= 0 && !w.aside {
		return w.told
	}
	if err := m.try(n); err != lock.ErrNoPermits {
		if w.aside && err == nil {
			m.vain = 0
		}
		return err
	}
	if m.workers && !w.aside {
		m.vain++
		if (m.vain-1)%256 < 16 {
			*w = modelWaiter{kind: kind, aside: true, told: errPending, woken: true}
			return errPending
		}
	}
	*w = modelWaiter{kind: kind, asked: n, lacking: n - m.free, told: errPending}
	m.free = 0
	m.queue = append(m.queue, w)
	return errPending
}

func (m *permitsModel) drop(w *modelWaiter) {
	was := *w
	*w = modelWaiter{kind: -1}
	switch {
	case was.kind < 0:
	case was.told == nil:
		m.release(was.asked)
	case was.told == errPending:
		m.queue = slices.DeleteFunc(m.queue, func(other *modelWaiter) bool { return other == w })
		m.release(was.asked - was.lacking)
	}
}

func (m *permitsModel) close() {
	m.closed = true
	for _, w := range m.queue {
		m.free += w.asked - w.lacking
		w.told, w.woken = lock.ErrClosed, true
	}
	m.queue = nil
}

// target is a primitive that a permitsModel describes. Kinds are the numbers of permits that one can ask for.
type target struct {
	kinds     []int
	free      int
	poll      func(cx *future.Context, w *lock.Waiter, kind int) (none, bool, error)
	release   func(cx *future.Context, kind int)
	try       func(kind int) error
	available func() int               // nil: it does not tell
	close     func(cx *future.Context) // nil: it cannot
	forget    func(n int) int          // nil: it cannot
	downgrade func(cx *future.Context) // of kind 1 to kind 0; nil: it cannot
}

func mutexTarget() target {
	var m lock.Mutex
	return target{
		kinds:   []int{1},
		free:    1,
		poll:    func(cx *future.Context, w *lock.Waiter, _ int) (none, bool, error) { return m.PollLock(cx, w) },
		release: func(cx *future.Context, _ int) { m.Unlock(cx) },
		try:     func(int) error { return tried(m.TryLock()) },
	}
}

func rwMutexTarget() target {
	const readers = 2
	m := lock.NewRWMutex(readers)
	return target{
		kinds: []int{1, readers},
		free:  readers,
		poll: func(cx *future.Context, w *lock.Waiter, kind int) (none, bool, error) {
			if kind == 0 {
				return m.PollRLock(cx, w)
			}
			return m.PollLock(cx, w)
		},
		release: func(cx *future.Context, kind int) {
			if kind == 0 {
				m.RUnlock(cx)
			} else {
				m.Unlock(cx)
			}
		},
		try: func(kind int) error {
			if kind == 0 {
				return tried(m.TryRLock())
			}
			return tried(m.TryLock())
		},
		downgrade: m.Downgrade,
	}
}

func semaphoreTarget() target {
	s := lock.NewSemaphore(2)
	kinds := []int{1, 3}
	return target{
		kinds: kinds,
		free:  2,
		poll: func(cx *future.Context, w *lock.Waiter, kind int) (none, bool, error) {
			return s.PollAcquire(cx, w, kinds[kind])
		},
		release:   func(cx *future.Context, kind int) { s.Release(cx, kinds[kind]) },
		try:       func(kind int) error { return s.TryAcquire(kinds[kind]) },
		available: s.Available,
		close:     s.Close,
		forget:    s.ForgetPermits,
	}
}

func tried(ok bool) error {
	if ok {
		return nil
	}
	return lock.ErrNoPermits
}

// What a step of a program does: the low three bits of its byte; then two for the waiter and one for the kind.
const (
	opPoll = iota
	opDrop
	opRelease
	opTry
	opClose
	opForget
	opAdd
	opDowngrade
)

func step(op, who, kind int) byte { return byte(op | who<<3 | kind<<5) }

const modelWaiters = 4

// runPermits runs program on a primitive with waiters that have no worker, with tasks of one, and with tasks whose second poll, if they stand
// aside, is a part of the first one's step. It returns the first difference from the model.
func runPermits(program []byte, on func() target) error {
	if err := runPermitsFor(onWorker(parties(modelWaiters)), false, program, on()); err != nil {
		return fmt.Errorf("on a worker: %w", err)
	}
	return runPermitsInQueue(program, on)
}

// runPermitsInQueue is runPermits with waiters that are in the queue, if they have to wait, after one step.
func runPermitsInQueue(program []byte, on func() target) error {
	if err := runPermitsFor(onWorker(parties(modelWaiters)), true, program, on()); err != nil {
		return fmt.Errorf("on a worker, polled again at once: %w", err)
	}
	return runPermitsFor(parties(modelWaiters), false, program, on())
}

// runPermitsFor is runPermits with waiters of one sort. At the end all of them are dropped and all permits released, and none may be lost.
func runPermitsFor(ps []*party, atOnce bool, program []byte, on target) error {
	m := permitsModel{free: on.free, workers: ps[0].local != nil, waiters: make([]modelWaiter, modelWaiters), held: make([]int, len(on.kinds))}
	total := on.free
	for i := range m.waiters {
		m.waiters[i].kind = -1
	}
	compare := func(at int) error {
		for i, p := range ps {
			if p.woken != m.waiters[i].woken {
				return fmt.Errorf("step %d of %v: waiter %d woken: %v, model %v", at, program, i, p.woken, m.waiters[i].woken)
			}
		}
		if on.available != nil && on.available() != m.free {
			return fmt.Errorf("step %d of %v: %d permits free, model %d", at, program, on.available(), m.free)
		}
		return nil
	}
	differ := func(at int, got, want any) error {
		return fmt.Errorf("step %d of %v: got %v, model %v", at, program, got, want)
	}
	for at, b := range program {
		p, w, kind := ps[b>>3&3], &m.waiters[b>>3&3], int(b>>5)%len(on.kinds)
		n := on.kinds[kind]
		switch b & 7 {
		case opPoll:
			asked := kind
			if w.kind >= 0 {
				asked = w.kind // a wait asks for the same at each poll
			}
			var want error
			for again := true; again; again = atOnce && w.aside {
				want = m.poll(w, asked, on.kinds[asked])
				var ready bool
				var err error
				p.turn(func(cx *future.Context) { _, ready, err = on.poll(cx, &p.w, asked) })
				if !ready && err == nil {
					err = errPending
				}
				if err != want {
					return differ(at, err, want)
				}
			}
			if want != errPending {
				*w = modelWaiter{kind: -1}
			}
			if want == nil {
				m.held[asked]++
			}
		case opDrop:
			w.woken = false
			m.drop(w)
			p.drop()
		case opRelease:
			if m.held[kind] > 0 {
				m.held[kind]--
				m.release(n)
				on.release(nil, kind)
			}
		case opTry:
			want := m.try(n)
			if got := on.try(kind); got != want {
				return differ(at, got, want)
			}
			if want == nil {
				m.held[kind]++
			}
		case opClose:
			if on.close != nil {
				m.close()
				on.close(nil)
			}
		case opForget:
			if on.forget != nil {
				want := min(n, m.free)
				m.free -= want
				total -= want
				if got := on.forget(n); got != want {
					return differ(at, got, want)
				}
			}
		case opAdd:
			if on.forget != nil {
				m.release(n)
				total += n
				on.release(nil, kind)
			}
		case opDowngrade:
			if on.downgrade != nil && m.held[1] > 0 {
				m.held[1]--
				m.held[0]++
				m.release(on.kinds[1] - on.kinds[0])
				on.downgrade(nil)
			}
		}
		if err := compare(at); err != nil {
			return err
		}
	}
	for i, p := range ps {
		m.drop(&m.waiters[i])
		p.drop()
	}
	for kind, n := range m.held {
		for range n {
			on.release(nil, kind)
		}
	}
	if on.available != nil {
		if got := on.available(); got != total {
			return fmt.Errorf("%v: %d permits at the end, not %d", program, got, total)
		}
		return nil
	}
	last := len(on.kinds) - 1 // the kind that needs all
	if on.try(last) != nil {
		return fmt.Errorf("%v: permits are lost", program)
	}
	return nil
}

// addRandom gives f a corpus of random programs, so that an ordinary test run explores too.
func addRandom(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		data := make([]byte, 1+r.IntN(60))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
}

func fuzzPermits(f *testing.F, on func() target) {
	addRandom(f)
	long := []byte{step(opTry, 0, 0), step(opTry, 0, 0)} // no task gains by standing aside, more than 256 times
	for i := range 600 {
		long = append(long, step(opPoll, i&3, 0), step(opPoll, i&3, 0), step(opDrop, i&3, 0))
	}
	f.Add(long)
	f.Fuzz(func(t *testing.T, program []byte) { require.NoError(t, runPermits(program, on)) })
}

func FuzzMutex(f *testing.F)     { fuzzPermits(f, mutexTarget) }
func FuzzRWMutex(f *testing.F)   { fuzzPermits(f, rwMutexTarget) }
func FuzzSemaphore(f *testing.F) { fuzzPermits(f, semaphoreTarget) }

// allPrograms calls run with each program of exactly that length over the steps.
func allPrograms(steps []byte, length int, run func(program []byte) error) error {
	program := make([]byte, length)
	var fill func(at int) error
	fill = func(at int) error {
		if at == length {
			return run(program)
		}
		for _, s := range steps {
			program[at] = s
			if err := fill(at + 1); err != nil {
				return err
			}
		}
		return nil
	}
	return fill(0)
}

// exhaust tries every order of length 6 behind a start in which the first wait already.
func exhaust(t *testing.T, start, steps []byte, run func(program []byte) error) {
	length := 6
	if invariant.Enabled {
		length = 4 // the race detector is slow
	}
	program := slices.Clone(start)
	require.NoError(t, allPrograms(steps, length, func(tail []byte) error {
		return run(append(program[:len(start)], tail...))
	}))
}

// exhaustPermits tries every order of length 6 of waiters that are in the queue after one step, and every order of length 5 of tasks that
// stand aside first.
func exhaustPermits(t *testing.T, on func() target, start, steps []byte) {
	exhaust(t, start, steps, func(program []byte) error { return runPermitsInQueue(program, on) })
	length := 5
	if invariant.Enabled {
		length = 3
	}
	require.NoError(t, allPrograms(steps, length, func(tail []byte) error {
		return runPermitsFor(onWorker(parties(modelWaiters)), false, slices.Concat(start, tail), on())
	}))
}

// tokio: L21 src/sync/tests/loom_semaphore_batch.rs poll_and_cancel, concurrent_cancel: whatever a waiter was given is passed on
func TestAllOrdersOfPollDropAndUnlockLoseNoMutex(t *testing.T) {
	exhaustPermits(t, mutexTarget, []byte{step(opTry, 0, 0), step(opPoll, 0, 0)}, []byte{
		step(opPoll, 0, 0), step(opPoll, 1, 0), step(opPoll, 2, 0),
		step(opDrop, 0, 0), step(opDrop, 1, 0), step(opDrop, 2, 0),
		step(opRelease, 0, 0),
	})
}

// tokio: L26 src/sync/tests/loom_rwlock.rs concurrent_read_write, downgrade: readers, writers and downgrades keep account of all permits
func TestAllOrdersOfReadersAndWritersLoseNoShare(t *testing.T) {
	exhaustPermits(t, rwMutexTarget, []byte{step(opTry, 0, 1), step(opPoll, 0, 0), step(opPoll, 1, 1)}, []byte{
		step(opPoll, 0, 0), step(opPoll, 1, 1), step(opPoll, 2, 0),
		step(opDrop, 0, 0), step(opDrop, 1, 0),
		step(opRelease, 0, 0), step(opRelease, 0, 1), step(opDowngrade, 0, 0),
	})
}

// tokio: L21 src/sync/tests/loom_semaphore_batch.rs basic_usage, basic_closing, batch, release_during_acquire: in each order of polls, drops, releases, forgets and Close no permit is lost
// covers: F151
func TestAllOrdersOfAcquireDropReleaseForgetAndCloseLoseNoPermit(t *testing.T) {
	exhaustPermits(t, semaphoreTarget, []byte{step(opTry, 0, 0), step(opPoll, 0, 1)}, []byte{
		step(opPoll, 0, 1), step(opPoll, 1, 0), step(opPoll, 2, 1),
		step(opDrop, 0, 0), step(opDrop, 1, 0),
		step(opRelease, 0, 0), step(opAdd, 0, 1), step(opForget, 0, 0), step(opClose, 0, 0),
	})
}
