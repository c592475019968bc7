package scheduler

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnUnparkThatCameFirstEndsThePark(t *testing.T) {
	p := NewChannelParking(runningClock(), 2)
	p.Unpark(1, true)
	p.Unpark(1, false)
	p.Park(1, nil, Never) // hangs if the token is lost
	synctest.Test(t, func(t *testing.T) {
		p := NewChannelParking(runningClock(), 1)
		p.Unpark(0, false)
		p.Unpark(0, false)
		p.Park(0, nil, Never)
		parked := make(chan struct{})
		go func() { // ends with the second unpark
			p.Park(0, nil, Never)
			close(parked)
		}()
		synctest.Wait()
		require.False(t, isClosed(parked), "two unparks in a row are one token")
		p.Unpark(0, false)
		<-parked
	})
}

func TestAParkEndsAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := runningClock()
		p := NewChannelParking(clock, 1)
		for _, wait := range []time.Duration{time.Second, time.Hour, 20 * 365 * 24 * time.Hour, time.Millisecond} {
			begun := clock.Nanos()
			p.Park(0, nil, begun+int64(wait))
			require.Equal(t, int64(wait), clock.Nanos()-begun)
		}
		begun := clock.Nanos()
		p.Park(0, nil, begun)
		p.Park(0, nil, begun-1)
		require.Equal(t, begun, clock.Nanos(), "a deadline that has come")
		time.AfterFunc(time.Second, func() { p.Unpark(0, false) })
		p.Park(0, nil, begun+int64(time.Hour))
		require.Equal(t, int64(time.Second), clock.Nanos()-begun, "an unpark ends it earlier")
		p.Park(0, nil, begun+int64(time.Minute))
		require.Equal(t, int64(time.Minute), clock.Nanos()-begun, "and leaves no old deadline behind")
		require.NoError(t, p.Close())
	})
}

// TestAPausedClockEndsNoPark but one whose deadline has come: whoever moves the clock unparks.
func TestAPausedClockEndsNoPark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := pausedClock()
		p := NewChannelParking(clock, 1)
		parked := make(chan struct{})
		go func() { // ends with the unpark
			p.Park(0, nil, 1000)
			close(parked)
		}()
		<-time.After(time.Hour)
		require.False(t, isClosed(parked))
		p.Unpark(0, false)
		<-parked
		clock.nanos.Store(1000)
		p.Park(0, nil, 1000) // hangs if a deadline that has come does not count
	})
}

// TestNoUnparkIsLost is ping-pong between parked goroutines, more of them than cores.
func TestNoUnparkIsLost(t *testing.T) {
	procs(t, 8)
	const slots = 8
	rounds := scale(5_000)
	p := NewChannelParking(runningClock(), slots)
	var turn atomic.Int64
	done := make(chan struct{})
	var wg sync.WaitGroup
	for i := range slots {
		wg.Go(func() { // ends after its rounds
			for r := range rounds {
				for turn.Load() != int64(r*slots+i) {
					p.Park(i, nil, Never)
				}
				turn.Add(1)
				p.Unpark((i+1)%slots, i%2 == 0)
			}
		})
	}
	go func() { // ends with the others
		wg.Wait()
		close(done)
	}()
	within(t, done, "an unpark is lost")
}
