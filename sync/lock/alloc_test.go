package lock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

func TestWaitingByHandAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	var (
		m  lock.Mutex
		rw lock.RWMutex
		s  = lock.NewSemaphore(1)
		n  lock.Notify
		b  = lock.NewBarrier(2)
	)
	ps := parties(2)
	for name, cycle := range map[string]func(){
		"Mutex": func() {
			ps[0].lock(t, &m)
			ps[1].lock(t, &m)
			m.Unlock(nil)
			ps[1].lock(t, &m)
			m.Unlock(nil)
		},
		"RWMutex": func() {
			ps[0].rlock(t, &rw)
			ps[1].wlock(t, &rw)
			rw.RUnlock(nil)
			ps[1].wlock(t, &rw)
			rw.Unlock(nil)
		},
		"Semaphore": func() {
			ps[0].acquire(t, s, 1)
			ps[1].acquire(t, s, 1)
			s.Release(nil, 1)
			ps[1].drop()
		},
		"Notify": func() {
			ps[0].notified(t, &n)
			ps[1].notified(t, &n)
			n.NotifyOne(nil)
			n.NotifyAll(nil)
			ps[0].notified(t, &n)
			ps[1].notified(t, &n)
		},
		"Barrier": func() {
			for _, p := range ps {
				p.turn(func(cx *future.Context) { _, _, _ = b.PollWait(cx, &p.w) })
			}
			ps[0].turn(func(cx *future.Context) { _, _, _ = b.PollWait(cx, &ps[0].w) })
		},
	} {
		t.Run(name, func(t *testing.T) { require.Zero(t, testing.AllocsPerRun(100, cycle)) })
	}
}

// TestBodiesThatWaitAllocateNothing has two bodies hand a lock, a permit and notifications to and fro.
func TestBodiesThatWaitAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	var allocs float64
	run(t, 1, func(cx *future.Context) {
		var m lock.Mutex
		s := lock.NewSemaphore(1)
		var ping, pong lock.Notify
		b := lock.NewBarrier(2)
		meet := func(cx *future.Context) {
			_, _ = b.Wait(cx)
			_ = m.Lock(cx)
			_ = future.Yield(cx)
			_ = future.Yield(cx)
			m.Unlock(cx)
			_ = s.Acquire(cx, 1)
			_ = future.Yield(cx)
			_ = future.Yield(cx)
			s.Release(cx, 1)
		}
		stop := false
		h := runtime.Go(cx, func(cx *future.Context) (none, error) {
			for !stop {
				if err := ping.Wait(cx); err != nil {
					return none{}, err
				}
				meet(cx)
				pong.NotifyOne(cx)
			}
			return none{}, nil
		})
		allocs = testing.AllocsPerRun(100, func() {
			ping.NotifyOne(cx)
			meet(cx)
			_ = pong.Wait(cx)
		})
		stop = true
		ping.NotifyOne(cx)
		meet(cx)
		_, err := h.Await(cx)
		require.NoError(t, err)
	})
	require.Zero(t, allocs)
}
