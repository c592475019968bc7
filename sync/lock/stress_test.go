package lock_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// tokio: L21 src/sync/tests/loom_semaphore_batch.rs concurrent_cancel: under cancellation of every sort one at a time is inside, and the lock is free in the end
func TestMutexUnderStress(t *testing.T) {
	var m lock.Mutex
	count, inside := 0, atomic.Int32{}
	c := crowd{
		await: m.Lock,
		future: func() (future.Future[none], func(cx *future.Context)) {
			f := &guarded[lock.Guard]{f: m.Locking()}
			return f, func(cx *future.Context) { f.value.Unlock(cx) }
		},
		block:    m.LockBlocking,
		try:      m.TryLock,
		giveBack: m.Unlock,
		inside: func() {
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d inside", n)
			}
			count++
			inside.Add(-1)
		},
	}
	c.run(t)
	require.True(t, m.TryLock())
	require.Positive(t, count)
}

// tokio: T112 tests/sync_semaphore.rs stress_test: no more permits are out than there are, and all are there in the end
// tokio: L21 src/sync/tests/loom_semaphore_batch.rs concurrent_permit_updates: also while permits are added and forgotten
func TestSemaphoreUnderStress(t *testing.T) {
	const permits = 5
	for _, n := range []int{1, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := lock.NewSemaphore(permits)
			var out atomic.Int32
			c := crowd{
				await: func(cx *future.Context) error { return s.Acquire(cx, n) },
				future: func() (future.Future[none], func(cx *future.Context)) {
					n := 1 + rand.IntN(permits)
					f := &guarded[lock.Permit]{f: s.Acquiring(n)}
					return f, func(cx *future.Context) {
						part, _ := f.value.Split(f.value.Count() / 2)
						part.Release(cx)
						f.value.Release(cx)
					}
				},
				block:    func(ctx context.Context) error { return s.AcquireBlocking(ctx, n) },
				try:      func() bool { return s.TryAcquire(n) == nil },
				giveBack: func(cx *future.Context) { s.Release(cx, n) },
				inside: func() {
					if k := out.Add(1); int(k) > permits {
						t.Errorf("%d are inside", k)
					}
					s.AddPermits(nil, s.ForgetPermits(1))
					out.Add(-1)
				},
			}
			c.run(t)
			require.Equal(t, permits, s.Available())
		})
	}
}

// tokio: tests/sync_rwlock.rs multithreaded: a writer is alone
// tokio: L26 src/sync/tests/loom_rwlock.rs concurrent_write: beside other writers
// tokio: L26 src/sync/tests/loom_rwlock.rs concurrent_read_write: and beside readers
// tokio: L26 src/sync/tests/loom_rwlock.rs downgrade: also if it becomes a reader
func TestRWMutexUnderStress(t *testing.T) {
	for _, m := range []*lock.RWMutex{{}, lock.NewRWMutex(2)} {
		var writers, readers atomic.Int32
		write := crowd{
			await: m.Lock,
			future: func() (future.Future[none], func(cx *future.Context)) {
				f := &guarded[lock.WriteGuard]{f: m.Locking()}
				return f, func(cx *future.Context) {
					if readers.Load() != 0 {
						t.Error("a reader beside a writer")
					}
					r := f.value.Downgrade(cx)
					readers.Add(1)
					if writers.Load() != 0 {
						t.Error("a writer beside one that has become a reader")
					}
					readers.Add(-1)
					r.Unlock(cx)
				}
			},
			block:    m.LockBlocking,
			try:      m.TryLock,
			giveBack: m.Unlock,
			inside: func() {
				if w, r := writers.Add(1), readers.Load(); w != 1 || r != 0 {
					t.Errorf("%d writers, %d readers", w, r)
				}
				writers.Add(-1)
			},
		}
		read := crowd{
			await: m.RLock,
			future: func() (future.Future[none], func(cx *future.Context)) {
				f := &guarded[lock.ReadGuard]{f: m.RLocking()}
				return f, func(cx *future.Context) { f.value.Unlock(cx) }
			},
			block:    m.RLockBlocking,
			try:      m.TryRLock,
			giveBack: m.RUnlock,
			inside: func() {
				readers.Add(1)
				if writers.Load() != 0 {
					t.Error("a writer beside a reader")
				}
				readers.Add(-1)
			},
		}
		both := crowd{
			await: func(cx *future.Context) error {
				if err := read.turn(cx, true); err != nil {
					return err
				}
				err := write.await(cx)
				if err == nil {
					write.inside()
				}
				return err
			},
			future: func() (future.Future[none], func(cx *future.Context)) {
				if rand.IntN(2) == 0 {
					return read.future()
				}
				return write.future()
			},
			block: func(ctx context.Context) error {
				if err := read.block(ctx); err != nil {
					return err
				}
				read.inside()
				read.giveBack(nil)
				err := write.block(ctx)
				if err == nil {
					write.inside()
				}
				return err
			},
			try:      write.try,
			giveBack: write.giveBack,
			inside:   func() {}, // it was, where it is known whether as a reader or a writer
		}
		both.run(t)
		require.True(t, m.TryLock(), "all shares are back")
	}
}

// tokio: L21 src/sync/tests/loom_semaphore_batch.rs basic_closing, concurrent_close: who waits beside Close is refused or served, and never left
func TestCloseBesideAcquireAndReleaseLeavesNobody(t *testing.T) {
	procs(t, 8)
	for range rounds(3000) {
		s := lock.NewSemaphore(1)
		var refused, served atomic.Int32
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				switch err := s.AcquireBlocking(ctx, 1); err {
				case nil:
					served.Add(1)
					s.Release(nil, 1)
				case lock.ErrClosed:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Go(func() { s.Close(nil) })
		wg.Go(func() { s.Close(nil) })
		wg.Wait()
		require.EqualValues(t, 3, refused.Load()+served.Load())
		require.Equal(t, 1, s.Available())
	}
}

// tokio: L20 src/sync/tests/loom_notify.rs notify_one, notify_multi, notify_drop: each of many notifications is seen, whoever is cancelled meanwhile
func TestNoNotificationIsLostUnderStress(t *testing.T) {
	procs(t, 8)
	rt := open(t, 4)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	items := rounds(20_000)
	var n lock.Notify
	var there, taken atomic.Int64
	take := func() bool {
		for {
			k := there.Load()
			if k == 0 {
				return false
			}
			if there.CompareAndSwap(k, k-1) {
				if taken.Add(1) == int64(items) {
					n.NotifyAll(nil) // the others may go
				}
				return true
			}
		}
	}
	done := func() bool { return taken.Load() == int64(items) }
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range items {
			there.Add(1)
			if i%3 == 0 {
				n.NotifyLast(nil)
			} else {
				n.NotifyOne(nil)
			}
		}
	})
	// Each consumer takes what there is and then waits: a notification is one item, so who was notified and goes must pass it on.
	for range 2 {
		wg.Go(func() {
			_, err := runtime.Go(rt, func(cx *future.Context) (none, error) {
				for !done() {
					f := n.Waiting()
					if take() || done() {
						f.Drop(cx)
						continue
					}
					if _, err := future.Await(cx, f); err != nil {
						return none{}, err
					}
					take()
				}
				return none{}, nil
			}).Wait(ctx)
			if err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { // goes after a few polls
			_, err := runtime.Go(rt, func(cx *future.Context) (none, error) {
				for !done() {
					f := n.Waiting()
					f.Enable()
					left := rand.IntN(3)
					_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
						if left == 0 {
							f.Drop(cx)
							return none{}, true, errStopped
						}
						left--
						_, ready, err := f.Poll(cx)
						if !ready {
							cx.Again()
						}
						return none{}, ready, err
					}))
					if err == nil {
						take()
					}
				}
				return none{}, nil
			}).Wait(ctx)
			if err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { // its ctx ends
			for !done() {
				ctx, stop := context.WithTimeoutCause(ctx, 50*time.Microsecond, errStopped)
				if n.WaitBlocking(ctx) == nil {
					take()
				}
				stop()
			}
		})
	}
	wg.Wait()
	require.Zero(t, there.Load())
}

// tokio: L20 src/sync/tests/loom_notify.rs notify_waiters, notify_waiters_poll_consistency_many: when one has seen a NotifyAll, all who waited see it
func TestNotifyAllIsSeenByAllOrNone(t *testing.T) {
	procs(t, 8)
	const waiting = 70 // more than two batches
	for range rounds(300) {
		var n lock.Notify
		fs := make([]*lock.Waiting, waiting)
		ps := parties(waiting)
		for i := range fs {
			fs[i] = n.Waiting()
			_, ready, _ := fs[i].Poll(&ps[i].cx)
			require.False(t, ready)
		}
		var wg sync.WaitGroup
		wg.Go(func() { n.NotifyAll(nil) })
		wg.Go(func() {
			seen := false
			for i := range waiting {
				at := (i*37 + 11) % waiting // of all batches
				_, ready, _ := fs[at].Poll(&ps[at].cx)
				if seen && !ready {
					t.Error("one has seen it, and another has not after that")
				}
				if !ready {
					fs[at].Drop(nil)
				}
				seen = seen || ready
			}
		})
		wg.Wait()
		_, ready, _ := n.PollNotified(&ps[0].cx, &ps[0].w)
		require.False(t, ready, "nothing is stored")
	}
}

// tokio: L20 src/sync/tests/loom_notify.rs notify_waiters: who is made, looks at a condition and waits misses no NotifyAll in between
func TestNoNotifyAllIsMissedBetweenMakingAndWaiting(t *testing.T) {
	procs(t, 8)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var n lock.Notify
	var round atomic.Int64
	last := int64(rounds(100_000))
	var wg sync.WaitGroup
	answered := make([]atomic.Int64, 2)
	for i := range answered {
		wg.Go(func() { // ends when it has seen the last round
			for seen := int64(0); seen < last; {
				f := n.Waiting()
				if now := round.Load(); now != seen {
					f.Drop(nil)
					seen = now
					answered[i].Store(seen)
					continue
				}
				if _, err := future.Wait(ctx, f); err != nil {
					t.Errorf("round %d: %v", seen, err)
					answered[i].Store(last)
					return
				}
			}
		})
	}
	for r := range last {
		round.Store(r + 1)
		n.NotifyAll(nil)
		for answered[0].Load() <= r || answered[1].Load() <= r {
			goruntime.Gosched()
		}
	}
	wg.Wait()
}

// tokio: T116 L26 tests/sync_once_cell.rs get_or_init: one value is made, by one at a time, whoever fails or is cancelled before
func TestOnceCellUnderStress(t *testing.T) {
	procs(t, 8)
	rt := open(t, 4)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range rounds(300) {
		var c lock.OnceCell[int32]
		var making, made atomic.Int32
		make := func(yield func()) (int32, error) {
			if making.Add(1) != 1 {
				t.Error("two make the value")
			}
			defer making.Add(-1)
			yield()
			if rand.IntN(3) > 0 {
				return 0, errInit
			}
			return made.Add(1), nil
		}
		var wg sync.WaitGroup
		check := func(value int32, err error) (again bool) {
			if err == nil && value != 1 {
				t.Errorf("value %d", value)
			}
			return err != nil
		}
		for range 4 {
			h := runtime.Go(rt, func(cx *future.Context) (none, error) {
				for check(c.GetOrInit(cx, func(cx *future.Context) (int32, error) {
					return make(func() { _ = future.Yield(cx) })
				})) {
				}
				return none{}, nil
			})
			wg.Go(func() {
				if rand.IntN(2) == 0 {
					h.Abort()
				}
				if _, err := h.Wait(ctx); err != nil && !errors.Is(err, future.ErrCancelled) {
					t.Error(err)
				}
			})
			wg.Go(func() {
				for check(c.GetOrInitBlocking(ctx, func(context.Context) (int32, error) { return make(func() {}) })) {
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, made.Load())
	}
}

// tokio: T116 tests/sync_set_once.rs set_and_wait_multiple_threads: one of many Sets wins, and all waiters see its value
// tokio: L26 src/sync/tests/loom_set_once.rs set_once_wait_test: a wait beside a Set ends
func TestSetOnceUnderStress(t *testing.T) {
	procs(t, 8)
	for range rounds(3000) {
		var o lock.SetOnce[int]
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				if o.Set(nil, i+1) == nil {
					won.Add(int32(i + 1))
				}
			})
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				value, err := o.WaitBlocking(ctx)
				if again, ok := o.Get(); err != nil || !ok || again != value {
					t.Errorf("%d, %v; then %d", value, err, again)
				}
			})
			wg.Go(func() { // gives up, or finds the value
				ctx, cancel := context.WithCancelCause(t.Context())
				cancel(errStopped)
				value, err := o.WaitBlocking(ctx)
				if again, _ := o.Get(); err != errStopped && (err != nil || again != value) {
					t.Errorf("%d, %v; then %d", value, err, again)
				}
			})
		}
		wg.Wait()
		value, _ := o.Get()
		require.EqualValues(t, won.Load(), value)
	}
}
