package waker_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/waker"
)

// idleHeader returns an idle task, and the number of times that it was scheduled.
func idleHeader() (*waker.Header, *atomic.Int32) {
	h, n := new(waker.Header), new(atomic.Int32)
	h.InitIdle(waker.NewExecutor(func(*waker.Header) { n.Add(1) }))
	return h, n
}

// tokio: src/sync/tests/atomic_waker.rs basic_usage: the waker that was stored is taken once
// tokio: src/sync/tests/atomic_waker.rs wake_without_register: an empty slot has nothing to wake
// covers: F150
func TestSlotGivesBackWhatWasSetOnce(t *testing.T) {
	var s waker.Slot
	h, _ := idleHeader()
	require.True(t, s.IsEmpty())
	require.True(t, s.Take().IsZero())
	s.Set(h.Waker())
	s.Set(h.Waker())
	require.False(t, s.IsEmpty())
	require.Equal(t, h.Waker(), s.Take())
	require.True(t, s.Take().IsZero())
}

func TestSlotWakesTheWaiterThatItDisplaces(t *testing.T) {
	var s waker.Slot
	first, wokenFirst := idleHeader()
	second, wokenSecond := idleHeader()
	s.Set(first.Waker())
	s.Set(first.Waker())
	require.Zero(t, wokenFirst.Load(), "the same waker displaces nobody")
	s.Set(second.Waker())
	require.EqualValues(t, 1, wokenFirst.Load())
	require.Zero(t, wokenSecond.Load())
	require.Equal(t, second.Waker(), s.Take())
}

func TestSlotClearsItsOwnWakerOnly(t *testing.T) {
	var s waker.Slot
	mine, woken := idleHeader()
	other, _ := idleHeader()
	s.Set(mine.Waker())
	s.Clear(other.Waker())
	s.Clear(waker.Waker{})
	require.False(t, s.IsEmpty())
	s.Clear(mine.Waker())
	require.True(t, s.IsEmpty())
	require.Zero(t, woken.Load())
}

// TestSlotLosesNoWake is Dekker's race: the waiter stores its waker and looks at the condition, the other side makes the
// condition true and takes the waker. A task that is left idle with its condition true has lost its wake.
//
// tokio: L19 src/sync/tests/loom_atomic_waker.rs basic_notification: a waker that is stored beside the wake misses nothing
// tokio: src/sync/tests/atomic_waker.rs failed_wake_synchronizes: nor if the slot was empty when the wake came
func TestSlotLosesNoWake(t *testing.T) {
	procs(t, 8)
	const rounds = 50_000
	var (
		s     waker.Slot
		turn  atomic.Uint32 // the condition of round n is turn >= n
		ready = make(chan struct{}, 1)
		h     waker.Header
		seen  atomic.Uint32
	)
	h.Init(waker.NewExecutor(func(*waker.Header) { ready <- struct{}{} }))
	go func() { // ends after its rounds
		for n := uint32(1); n <= rounds; n++ {
			turn.Store(n)
			s.Take().Wake()
			for seen.Load() < n { // hangs if the wake is lost
				runtime.Gosched()
			}
		}
	}()
	for n := uint32(1); n <= rounds; {
		h.Begin()
		s.Set(h.Waker())
		if turn.Load() >= n {
			seen.Store(n)
			n++
			continue
		}
		if h.Idle() == waker.Parked {
			<-ready
		}
	}
	require.EqualValues(t, rounds, turn.Load())
}
