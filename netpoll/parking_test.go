//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netpoll

import (
	"context"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

const forever = math.MaxInt64

func newTestParking(t testing.TB, r *Reactor, clock future.Clock, workers int) *Parking {
	p, err := NewParking(r, clock, workers)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// waitFor spins until the slot's worker is in the given state.
func waitFor(ctx context.Context, t testing.TB, p *Parking, slot int, state uint32) {
	for p.places[slot].state.w.Load() != state {
		require.NoError(t, ctx.Err())
		runtime.Gosched()
	}
}

func TestUnparkFirstMakesParkReturn(t *testing.T) {
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), 1)
	w := newWorker(r)
	for range 3 {
		p.Unpark(0, false)
		p.Unpark(0, true)
		p.Park(0, &w.local, forever)
		require.EqualValues(t, empty, p.places[0].state.w.Load(), "the token must be used up")
	}
}

func TestDeadlineThatHasComeDoesNotWait(t *testing.T) {
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), 1)
	w := newWorker(r)
	p.Park(0, &w.local, 0)
	p.Park(0, &w.local, -1)
}

// Each round has a Parking of its own: a signal that comes after its wait has ended makes the next wait end for no reason.
func TestUnparkEndsAWaitInBothPlaces(t *testing.T) {
	ctx := deadline(t)
	for _, fromWorker := range []bool{false, true} {
		r := newTestReactor(t)
		p := newTestParking(t, r, newTestClock(), 2)
		var wg sync.WaitGroup
		for slot, state := range []uint32{parkedDriver, parked} {
			w := newWorker(r)
			wg.Go(func() { p.Park(slot, &w.local, forever) }) // ends when it is unparked
			waitFor(ctx, t, p, slot, state)
		}
		p.Unpark(1, fromWorker)
		waitFor(ctx, t, p, 1, empty)
		p.Unpark(0, fromWorker)
		join(ctx, t, &wg)
	}
}

func TestOneOfTwoParkedWorkersTakesASocketsEvent(t *testing.T) {
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), 2)
	ctx := deadline(t)
	workers := []*worker{newWorker(r), newWorker(r)}
	g, peer := pair(t, r)
	r.Poll(&workers[0].local)
	tk := workers[0].newTask()
	_, ready, _ := read(tk, g)
	require.False(t, ready)
	returned := make([]sy.Bool, 2)
	var wg sync.WaitGroup
	for slot, state := range []uint32{parkedDriver, parked} {
		wg.Go(func() { // ends when it is unparked, or has found the event
			p.Park(slot, &workers[slot].local, forever)
			returned[slot].Store(true)
		})
		waitFor(ctx, t, p, slot, state)
	}
	send(t, peer, "x")
	for !returned[0].Load() {
		require.NoError(t, ctx.Err(), "the event was lost")
		runtime.Gosched()
	}
	require.False(t, returned[1].Load())
	require.EqualValues(t, parked, p.places[1].state.w.Load())
	require.Len(t, workers[0].take(), 1)
	p.Unpark(1, false)
	join(ctx, t, &wg)
}

// Each wake is acknowledged before the next, so that a lost one ends the test.
func TestNoUnparkIsLost(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	const workers, wakers, rounds = 3, 2, 400
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), workers)
	ctx := deadline(t)
	var sent, done [workers]sy.Int64
	var stop sy.Bool
	var parkers, others sync.WaitGroup
	for slot := range workers {
		w := newWorker(r)
		parkers.Go(func() { // ends when stop is set and it is unparked
			for !stop.Load() {
				p.Park(slot, &w.local, forever)
				done[slot].Store(sent[slot].Load())
			}
		})
	}
	busy := newWorker(r)
	others.Go(func() { // ends when stop is set
		for !stop.Load() {
			r.Poll(&busy.local) // takes events away from the parked one
			runtime.Gosched()
		}
	})
	var waking sync.WaitGroup
	for slot := range workers {
		for waker := range wakers {
			waking.Go(func() { // ends after its rounds
				for range rounds {
					n := sent[slot].Add(1)
					p.Unpark(slot, waker%2 == 0)
					for spins := 0; done[slot].Load() < n; spins++ {
						if ctx.Err() != nil {
							t.Errorf("an unpark of slot %d was lost", slot)
							return
						}
						runtime.Gosched()
					}
				}
			})
		}
	}
	waking.Wait()
	stop.Store(true)
	others.Wait()
	for slot := range workers {
		p.Unpark(slot, false)
	}
	join(ctx, t, &parkers)
}

// The doorbell of the seat is meant for the worker that waits there, though a running worker sees it first.
func TestBusyWorkerDoesNotTakeAwayTheSeatsWake(t *testing.T) {
	r := newTestReactor(t)
	p := newTestParking(t, r, newTestClock(), 1)
	ctx := deadline(t)
	w, busy := newWorker(r), newWorker(r)
	for range 300 {
		parked := make(chan struct{})
		go func() { // ends when it is unparked
			p.Park(0, &w.local, forever)
			close(parked)
		}()
		waitFor(ctx, t, p, 0, parkedDriver)
		// By hand what Unpark does, with a poll in the place where a running worker's would do harm.
		require.Equal(t, parkedDriver, p.places[0].state.notify())
		ring(p)
		r.Poll(&busy.local)
		select {
		case <-parked:
		case <-ctx.Done():
			t.Fatal("the wake was lost")
		}
	}
}

func TestDeadlinesEndWaitsNeverLost(t *testing.T) {
	const workers, rounds = 4, 30
	r := newTestReactor(t)
	clock := newTestClock()
	p := newTestParking(t, r, clock, workers)
	ctx := deadline(t)
	var wg sync.WaitGroup
	var returns sy.Int64
	for slot := range workers {
		w := newWorker(r)
		wg.Go(func() { // ends after its rounds
			for round := range rounds {
				due := clock.Nanos() + int64(time.Duration(1+(slot*7+round*3)%9)*300*time.Microsecond)
				for clock.Nanos() < due {
					if ctx.Err() != nil {
						t.Errorf("a deadline of slot %d was lost", slot)
						return
					}
					p.Park(slot, &w.local, due)
					returns.Add(1)
				}
			}
		})
	}
	join(ctx, t, &wg)
	require.Less(t, returns.Load(), int64(workers*rounds*4), "waits end early again and again: the workers spin")
}

func TestDeadlineBeforeThoseOfOthersIsKept(t *testing.T) {
	r := newTestReactor(t)
	clock := newTestClock()
	p := newTestParking(t, r, clock, 2)
	ctx := deadline(t)
	late, early := newWorker(r), newWorker(r)
	var wg sync.WaitGroup
	wg.Go(func() { p.Park(0, &late.local, clock.Nanos()+int64(time.Hour)) }) // ends when it is unparked
	waitFor(ctx, t, p, 0, parkedDriver)
	due := clock.Nanos() + int64(2*time.Millisecond)
	for clock.Nanos() < due {
		require.NoError(t, ctx.Err())
		p.Park(1, &early.local, due)
	}
	require.EqualValues(t, parkedDriver, p.places[0].state.w.Load(), "the other one waits on")
	p.Unpark(0, false)
	join(ctx, t, &wg)
}

// pausedClock stands still.
type pausedClock struct {
	testClock
	at sy.Int64
}

func (c *pausedClock) Nanos() int64   { return c.at.Load() }
func (c *pausedClock) IsPaused() bool { return true }

func TestPausedClockSetsNoTimer(t *testing.T) {
	r := newTestReactor(t)
	clock := &pausedClock{testClock: newTestClock()}
	p := newTestParking(t, r, clock, 2)
	ctx := deadline(t)
	var wg sync.WaitGroup
	for slot, state := range []uint32{parkedDriver, parked} {
		w := newWorker(r)
		wg.Go(func() { // ends when it is unparked
			for clock.Nanos() < 1000 {
				p.Park(slot, &w.local, 1000)
				if clock.Nanos() < 1000 {
					t.Error("a wait ended before the clock was moved")
				}
			}
		})
		waitFor(ctx, t, p, slot, state)
	}
	clock.at.Store(1000)
	p.Unpark(0, false)
	p.Unpark(1, true)
	join(ctx, t, &wg)
}

func TestReactorHasOneParking(t *testing.T) {
	r := newTestReactor(t)
	first, err := NewParking(r, newTestClock(), 1)
	require.NoError(t, err)
	_, err = NewParking(r, newTestClock(), 1)
	require.ErrorIs(t, err, errParking)
	require.NoError(t, first.Close())
	second, err := NewParking(r, newTestClock(), 1)
	require.NoError(t, err)
	require.NoError(t, second.Close())
	require.NoError(t, r.Close())
	_, err = NewParking(r, newTestClock(), 1)
	require.ErrorIs(t, err, ErrClosed)
}

func TestLateUnparkDoesNoHarm(t *testing.T) {
	r := newTestReactor(t)
	p, err := NewParking(r, newTestClock(), 2)
	require.NoError(t, err)
	require.True(t, p.places[0].state.enter(parked))
	require.True(t, p.places[1].state.enter(parkedDriver))
	require.NoError(t, p.Close())
	victim, _ := socketpair(t) // takes a number that the Parking has had
	for _, fromWorker := range []bool{true, false} {
		p.Unpark(0, fromWorker)
		p.Unpark(1, fromWorker)
		p.places[0].state.leave()
		p.places[1].state.leave()
		p.places[0].state.enter(parked)
		p.places[1].state.enter(parkedDriver)
	}
	require.NoError(t, unix.Close(victim))
}
