package timer

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

var _ future.Clock = (*Clock)(nil)

func TestARunningClockShowsTheSystemsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock()
		require.False(t, c.IsPaused())
		require.Zero(t, c.Nanos())
		time.Sleep(1234567)
		require.EqualValues(t, 1234567, c.Nanos())
		require.True(t, c.Now().Equal(time.Now()))
		require.False(t, c.Jump(math.MaxInt64-1), "a running clock does not jump")
	})
}

func TestARunningClockCountsFromAReadingOfTheSystemsThatIsAtMostASecondOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock()
		for _, d := range []time.Duration{0, anchored - 1, 1, anchored - 1, time.Hour, 1} {
			time.Sleep(d)
			require.Equal(t, time.Now(), c.Now(), "wall clock and monotonic clock")
			r := c.state.Load()
			require.Less(t, time.Since(r.since), anchored)
			require.EqualValues(t, r.since.Sub(c.start), r.nanos)
			require.EqualValues(t, time.Since(c.start), c.Nanos())
		}
	})
}

func TestAPausedClockStandsUntilItIsMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock()
		time.Sleep(time.Second)
		c.Pause()
		time.Sleep(time.Hour)
		require.EqualValues(t, time.Second, c.Nanos())
		c.Advance(time.Nanosecond)
		require.EqualValues(t, time.Second+1, c.Nanos())
		c.Advance(0)
		before := c.Now()
		c.Resume()
		time.Sleep(time.Second)
		require.EqualValues(t, 2*time.Second+1, c.Nanos())
		require.Equal(t, time.Second, c.Now().Sub(before))
		require.False(t, c.Jump(1<<60))
		c.Pause()
		require.EqualValues(t, 2*time.Second+1, c.Nanos())
	})
}

func TestAPausedClockBeginsAtItsStart(t *testing.T) {
	c := NewPausedClock(epoch)
	require.True(t, c.IsPaused())
	require.Equal(t, epoch, c.Now())
	require.Zero(t, c.Nanos())
	c.Advance(time.Minute)
	require.Equal(t, epoch.Add(time.Minute), c.Now())
}

func TestJumpMovesAPausedClockForwardOnly(t *testing.T) {
	c := NewPausedClock(epoch)
	require.True(t, c.Jump(100))
	require.EqualValues(t, 100, c.Nanos())
	require.True(t, c.Jump(50))
	require.EqualValues(t, 100, c.Nanos())
	require.False(t, c.Jump(math.MaxInt64), "there is no deadline")
	c.SetAutoAdvance(false)
	require.False(t, c.Jump(200))
	require.EqualValues(t, 100, c.Nanos())
	c.SetAutoAdvance(true)
	require.True(t, c.Jump(200))
	require.EqualValues(t, 200, c.Nanos())
}

// tokio: T131 tests/test_clock.rs freezing_time_while_frozen_panics: Pause twice
// tokio: T131 tests/test_clock.rs advancing_time_when_time_is_not_frozen_panics: Advance of a running clock
// tokio: T131 tests/test_clock.rs resuming_time_when_not_frozen_panics: Resume of a running clock
// tokio: T62 tests/time_panic.rs pause_panic_caller: the panic names the mistake
// tokio: T62 tests/time_panic.rs resume_panic_caller: the panic names the mistake
func TestMisuseOfAClockPanicsWithItsReason(t *testing.T) {
	paused, running := NewPausedClock(epoch), NewClock()
	require.PanicsWithValue(t, "simmer: Pause of a clock that is paused", paused.Pause)
	require.PanicsWithValue(t, "simmer: Resume of a clock that runs", running.Resume)
	require.PanicsWithValue(t, "simmer: Advance of a clock that runs: pause it first", func() { running.Advance(1) })
	require.PanicsWithValue(t, "simmer: Advance by a negative duration: a clock never goes backwards", func() { paused.Advance(-1) })
}

func TestAClockSaturates(t *testing.T) {
	c := NewPausedClock(epoch)
	c.Advance(math.MaxInt64)
	c.Advance(math.MaxInt64)
	require.Equal(t, int64(math.MaxInt64), c.Nanos())
	c.Resume()
	require.Equal(t, int64(math.MaxInt64), c.Nanos())
}

func TestEveryChangeOfAClockIsTold(t *testing.T) {
	c := NewClock()
	told := 0
	remove := c.OnAdvance(func() { told++ })
	other := 0
	c.OnAdvance(func() { other++ })
	for _, change := range []func(){
		c.Pause, func() { c.Advance(5) }, func() { c.Jump(c.Nanos() + 7) }, func() { c.SetAutoAdvance(false) }, c.Resume,
	} {
		before := told
		change()
		require.Equal(t, before+1, told)
	}
	c.Jump(1)
	require.Equal(t, 5, told, "nothing has changed")
	remove()
	c.Pause()
	require.Equal(t, 5, told)
	require.Equal(t, 6, other)
}

func TestConcurrentAdvancesAddUp(t *testing.T) {
	c := NewPausedClock(epoch)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			last := int64(0)
			for range 1000 {
				c.Advance(3)
				now := c.Nanos()
				if now <= last {
					t.Errorf("%d after %d", now, last)
				}
				last = now
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 8*1000*3, c.Nanos())
}

func TestReadingARunningClockDoesNotAllocate(t *testing.T) {
	c := NewClock()
	require.Zero(t, testing.AllocsPerRun(100, func() { c.Nanos() }))
}
