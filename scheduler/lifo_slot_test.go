package scheduler

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzLIFOSlot compares a slot with one pointer. A thief may stop between its claim and its end.
func FuzzLIFOSlot(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 2, 0, 3, 0, 1, 4, 0, 3, 2, 4, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var s lifoSlot
		var want *Task
		claimed := false
		for _, b := range data {
			switch b % 5 {
			case 0:
				one := &Task{}
				spill := s.put(one)
				if claimed {
					require.Same(t, one, spill, "a thief reads the slot")
					break
				}
				require.Same(t, want, spill)
				want = one
			case 1:
				require.Same(t, want, s.take())
				want = nil
			case 2:
				require.Same(t, want, s.steal())
				want = nil
			case 3: // a thief claims, and is preempted
				if want != nil {
					s.state.Store(lifoClaimed)
					want, claimed = nil, true
				}
			case 4:
				if claimed {
					s.state.Store(lifoEmpty)
					claimed = false
				}
			}
			require.Same(t, want, s.peek())
		}
	})
}

// TestTheLIFOSlotGivesEachTaskOnce has an owner put and take beside thieves, more of them than cores.
//
// covers: S12
func TestTheLIFOSlotGivesEachTaskOnce(t *testing.T) {
	procs(t, 8)
	n := scale(50_000)
	var s lifoSlot
	seen := make([]atomic.Int32, n)
	var over atomic.Bool
	var stolen atomic.Int64
	see := func(task *Task) bool {
		if task != nil {
			seen[task.id].Add(1)
		}
		return task != nil
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { // ends with the owner
			for !over.Load() {
				if see(s.steal()) {
					stolen.Add(1)
				}
			}
		})
	}
	for i, task := range numbered(n) {
		see(s.put(task))
		if i%3 == 0 {
			see(s.take())
		}
		if i%16 == 1 {
			goruntime.Gosched() // with a task in the slot
		}
	}
	until(t, "no thief has ever come", func() bool { return stolen.Load() > 0 }) // the last task is in the slot
	over.Store(true)
	wg.Wait()
	see(s.take())
	for i := range seen {
		require.EqualValues(t, 1, seen[i].Load(), "task %d", i)
	}
}
