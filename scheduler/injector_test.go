package scheduler

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/sy"
)

// tokio: src/runtime/tests/inject.rs push_and_pop: what is put in comes out in its order, and the length is right
func TestInjectorIsFirstInFirstOut(t *testing.T) {
	var q injector
	list := numbered(6)
	for _, task := range list {
		task.Prepare(newJob(nil))
	}
	q.push(&list[0].Header)
	var batch taskQueue
	for _, task := range list[1:4] {
		batch.Push(&task.Header)
	}
	q.append(&batch)
	require.Zero(t, batch.Len())
	q.push(&list[4].Header)
	require.Equal(t, 5, q.len())
	require.Len(t, q.infos(), 5)
	require.Equal(t, upTo(0, 5), drainInjector(&q))
	require.Zero(t, q.len())
}

// TestABatchFillsTheDequeBehindWhatIsThere: the first of the batch is polled at once, the others wait for their turn.
//
// tokio: src/runtime/tests/inject.rs push_batch_and_pop: several are taken at once
func TestABatchFillsTheDequeBehindWhatIsThere(t *testing.T) {
	var q injector
	var d deque
	d.init(8, 0)
	list := numbered(20)
	d.fill(list[:3])
	for _, task := range list[3:] {
		q.push(&task.Header)
	}
	first, taken := q.take(&d, 4)
	require.EqualValues(t, 3, first.id)
	require.Equal(t, 4, taken)
	first, taken = q.take(&d, 100)
	require.EqualValues(t, 7, first.id)
	require.Equal(t, 3, taken, "two fit beside the first")
	first, taken = q.take(&d, 100)
	require.EqualValues(t, 10, first.id)
	require.Equal(t, 1, taken, "none fits")
	require.Equal(t, []uint64{0, 1, 2, 4, 5, 6, 8, 9}, ids(d.pop))
	require.Equal(t, upTo(11, 20), drainInjector(&q))
}

func TestAClosedInjectorRefusesSpawnsOnly(t *testing.T) {
	var q injector
	var source sy.Uint64
	list := numbered(3)
	require.True(t, q.spawn(list[0], &source))
	q.close()
	require.True(t, q.closed())
	require.False(t, q.spawn(list[1], &source))
	require.False(t, q.number(list[1], &source))
	require.EqualValues(t, 1, q.spawnedOutside())
	q.push(&list[2].Header)
	require.Equal(t, 2, q.len(), "woken tasks are queued")
}

// TestTaskNumbersAreUnique spawns from many goroutines through two injectors' worth of blocks and beside a worker.
func TestTaskNumbersAreUnique(t *testing.T) {
	procs(t, 8)
	const goroutines, each = 8, 500
	var source sy.Uint64
	var injectors [2]injector
	tasks := make([]Task, goroutines*each)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() { // ends after its spawns
			for i := range each {
				if !injectors[g%2].spawn(&tasks[g*each+i], &source) {
					t.Error("refused")
				}
			}
		})
	}
	wg.Wait()
	seen := make(map[uint64]bool)
	for i := range tasks {
		require.NotZero(t, tasks[i].ID())
		require.False(t, seen[tasks[i].ID()])
		seen[tasks[i].ID()] = true
	}
	require.EqualValues(t, len(tasks), injectors[0].spawnedOutside()+injectors[1].spawnedOutside())
}

// covers: S12
func TestInjectorGivesEachTaskOnce(t *testing.T) {
	procs(t, 8)
	n := scale(20_000)
	const pushers, takers = 4, 4
	for _, size := range []int{4, dequeSize} {
		var q injector
		seen := make([]atomic.Int32, n)
		var left atomic.Int64
		left.Store(int64(n))
		list := numbered(n)
		var wg sync.WaitGroup
		for p := range pushers {
			wg.Go(func() { // ends after its share
				var batch taskQueue
				for i := p; i < n; i += pushers {
					if i%3 == 0 {
						q.push(&list[i].Header)
						continue
					}
					batch.Push(&list[i].Header)
					if batch.Len() == 7 {
						q.append(&batch)
					}
				}
				q.append(&batch)
			})
		}
		for k := range takers {
			wg.Go(func() { // ends when all tasks were seen
				var d deque
				d.init(size, ^uint32(0)-uint32(k))
				for left.Load() > 0 {
					for task, _ := q.take(&d, 1+k*size/2); task != nil; task = d.pop() {
						seen[task.id].Add(1)
						left.Add(-1)
					}
				}
			})
		}
		wg.Wait()
		for i := range seen {
			require.EqualValues(t, 1, seen[i].Load(), "task %d", i)
		}
	}
}
