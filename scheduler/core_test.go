package scheduler

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzDeferred compares the deferred tasks with a slice. They are flushed in parts when the deque has little room.
func FuzzDeferred(f *testing.F) {
	f.Add([]byte{0, 3, 9, 1, 2, 2, 2, 9, 9, 1, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		var d deferred
		var q deque
		q.init(4, ^uint32(0)-1)
		var waiting, queued []*Task
		for _, b := range data {
			switch b % 3 {
			case 0:
				for _, task := range numbered(int(b)) {
					d.push(task)
					waiting = append(waiting, task)
				}
			case 1:
				d.due = min(d.len(), int(b/3))
				n := min(d.due, q.free())
				due := d.due
				require.Equal(t, n, d.flush(&q))
				require.Equal(t, due-n, d.due)
				queued, waiting = append(queued, waiting[:n]...), waiting[n:]
			case 2:
				if task := q.pop(); task != nil {
					require.Same(t, queued[0], task)
					queued = queued[1:]
				} else {
					require.Empty(t, queued)
				}
			}
			require.Equal(t, len(waiting), d.len())
			require.Equal(t, len(queued), q.len())
			for i, task := range d.list[:cap(d.list)] {
				if i < d.head || i >= len(d.list) {
					require.Nil(t, task, "what was flushed is not kept reachable")
				}
			}
			require.LessOrEqual(t, d.head, max(dequeSize, len(d.list)), "the flushed part does not grow for ever")
		}
	})
}

// end completes a task that no worker knows.
func end(task *Task) { task.Finish() }

// TestLiveTasksAreSweptWhenTheListHasDoubled: at most 2 x live + 64 finished tasks stay reachable, and sweeping costs a
// constant number of looks for each task that is added.
func TestLiveTasksAreSweptWhenTheListHasDoubled(t *testing.T) {
	const parked, short = 10_000, 100_000
	var s liveSet
	for _, task := range numbered(parked) {
		s.add(task)
	}
	sweeps := 0
	for _, task := range numbered(short) {
		s.add(task)
		if s.ended == 0 {
			sweeps++
		}
		end(task)
		s.ended++
		require.LessOrEqual(t, len(s.list), 3*parked+2*minSweep)
	}
	require.LessOrEqual(t, sweeps, short/parked+2, "each sweep must pay for itself")
	s.sweep()
	require.Len(t, s.list, parked)
}

func TestTidySweepsWhenHalfHasEnded(t *testing.T) {
	var s liveSet
	list := numbered(1000)
	for _, task := range list {
		s.add(task)
	}
	for _, task := range list[:499] {
		end(task)
		s.ended++
	}
	s.tidy()
	require.Len(t, s.list, 1000)
	for _, task := range list[499:] {
		end(task)
		s.ended++
	}
	s.tidy()
	require.Empty(t, s.list)
	require.LessOrEqual(t, cap(s.list), 4*minSweep, "an empty list gives its memory back")
}

func TestChildrenKeepAtMostTwiceTheLiveOnes(t *testing.T) {
	var owner Task
	c := &owner.more().children
	live := numbered(100)
	adopt := func(list []*Task) {
		w := Worker{born: children{list: slices.Clone(list)}}
		w.adopt(&owner)
	}
	adopt(live)
	for range 1000 {
		born := numbered(10)
		for i, task := range born {
			if i%2 == 0 {
				task.Detach()
			}
		}
		adopt(born)
		for _, task := range born {
			end(task)
		}
		require.LessOrEqual(t, len(c.list), 2*(len(live)+len(born))+minSweep+len(born))
	}
	for _, task := range live {
		require.Contains(t, c.list, task)
	}
	for _, task := range c.list[len(c.list):cap(c.list)] {
		require.Nil(t, task)
	}
}

// TestOnePollKeepsFewOfTheChildrenThatHaveEnded although it has spawned many.
func TestOnePollKeepsFewOfTheChildrenThatHaveEnded(t *testing.T) {
	var born children
	for _, task := range numbered(10_000) {
		born.add(task)
		end(task)
		require.LessOrEqual(t, len(born.list), minSweep+1)
	}
	born.forget()
	require.Empty(t, born.list)
	for _, task := range born.list[:cap(born.list)] {
		require.Nil(t, task)
	}
}

// TestACoreForgetsTasksThatHaveEndedElsewhere: it knows them, because they were polled there first. If its worker sleeps, it is
// woken for that.
func TestACoreForgetsTasksThatHaveEndedElsewhere(t *testing.T) {
	const n = manyEnded + 1
	env, parking := counted(2)
	s := stopped(t, 2, env)
	home, other := s.at(0), s.at(1)
	gates := make([]gate, n)
	for i := range gates {
		s.Spawn(&newJob(gates[i].waitFor).Task)
		home.drainQueues(1)
	}
	require.Len(t, home.core.live.list, n)
	for i := range gates {
		gates[i].open()
		other.drainQueues(1)
	}
	require.EqualValues(t, n, s.slots[0].endedElsewhere.Load())
	before := parking.unparks.Load()
	s.rouseHomes(other.slot)
	require.Equal(t, before+1, parking.unparks.Load())
	home.tidyLive()
	require.Empty(t, home.core.live.list)
	s.rouseHomes(other.slot)
	require.Equal(t, before+1, parking.unparks.Load(), "nothing is left to forget")
}
