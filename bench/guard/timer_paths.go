package guard

import (
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	sleepers    = 500
	sleepsEach  = 20 // so that spawning the task hardly counts
	sleepLength = time.Millisecond
	lengths     = 16 // timers of one length would all be in one slot of the wheel
)

// lengthOf is how long a sleeper sleeps each time.
func lengthOf(number int) time.Duration { return time.Duration(number%lengths+1) * sleepLength }

// sleeper arms a timer and waits until it fires, some times.
type sleeper struct {
	length time.Duration
	delay  timer.Delay
	sleeps bool
	slept  uint64
}

func (s *sleeper) Poll(cx *future.Context) (uint64, bool, error) {
	for s.slept < sleepsEach {
		if !s.sleeps {
			s.delay = *timer.After(s.length)
			s.sleeps = true
		}
		if _, ready, err := s.delay.Poll(cx); !ready || err != nil {
			return 0, ready, err
		}
		s.sleeps = false
		s.slept++
	}
	return s.slept, true, nil
}

// Drop disarms the timer.
func (s *sleeper) Drop(cx *future.Context) { s.delay.Drop(cx) }

// timerPaths arm timers that fire. The clock stands still, and jumps to the next deadline when all tasks sleep.
func timerPaths() []path {
	const sleeps = sleepers * sleepsEach
	return []path{
		{name: "timer_fire", operations: sleeps, check: sleeps, iterations: 1, on: tasks(sleepers, func(cx *future.Context, i int) *runtime.JoinHandle[uint64] {
			return runtime.SpawnValue(cx, &sleeper{length: lengthOf(i)})
		})},
		{name: "timer_fire" + asyncSuffix, operations: sleeps, check: sleeps, iterations: 1, on: tasks(sleepers, func(cx *future.Context, i int) *runtime.JoinHandle[uint64] {
			return runtime.Go(cx, func(cx *future.Context) (slept uint64, err error) {
				for range sleepsEach {
					if err := timer.Sleep(cx, lengthOf(i)); err != nil {
						return slept, err
					}
					slept++
				}
				return slept, nil
			})
		})},
	}
}
