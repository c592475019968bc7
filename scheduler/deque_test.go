package scheduler

import (
	"fmt"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbered returns n tasks with the numbers 0 to n-1.
func numbered(n int) []*Task {
	tasks := make([]Task, n)
	list := make([]*Task, n)
	for i := range tasks {
		tasks[i].id = uint64(i)
		list[i] = &tasks[i]
	}
	return list
}

// ids returns the numbers of the tasks that take yields until it returns nil.
func ids(take func() *Task) (list []uint64) {
	for t := take(); t != nil; t = take() {
		list = append(list, t.id)
	}
	return list
}

func upTo(from, to uint64) (list []uint64) {
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

func drainInjector(q *injector) []uint64 {
	var d deque
	d.init(4, 0)
	return ids(func() *Task { t, _ := q.take(&d, 1); return t })
}

// TestOverflowMovesTheSecondHalfInOrder: what came from the injector stands in the first half and must not go back.
//
// tokio: src/runtime/tests/queue.rs overflow: the task that does not fit takes half of the others to the shared queue, and none is lost
func TestOverflowMovesTheSecondHalfInOrder(t *testing.T) {
	for _, size := range []int{4, dequeSize} {
		for _, begin := range []uint32{0, ^uint32(0) - 1} {
			var d deque
			var over injector
			d.init(size, begin)
			n := uint64(size)
			for _, task := range numbered(size + 1) {
				d.push(task, &over)
			}
			require.Equal(t, upTo(0, n/2), ids(d.pop))
			require.Equal(t, upTo(n/2, n+1), drainInjector(&over), "half of a full ring, and the new one")
		}
	}
}

// stopInMidCopy claims half of d's tasks as a thief does that is preempted before it copies. The result ends the theft.
func stopInMidCopy(d *deque) (finish func() []*Task) {
	steal, real := unpack(d.head.Load())
	n := (d.tail.Load() - real + 1) / 2
	d.head.Store(pack(steal, real+n))
	return func() (loot []*Task) {
		for i := range n {
			loot = append(loot, d.slots[(real+i)&d.mask])
		}
		_, real := unpack(d.head.Load())
		d.head.Store(pack(real, real))
		return loot
	}
}

// TestSlotsThatAThiefCopiesAreNotOverwritten stops a thief between its claim and its copy, and has the owner put in as much
// as it can, in every way that there is. Counted from real instead of steal, room that is not there would be used.
//
// tokio: L1 src/runtime/tests/loom_multi_thread/queue.rs steal_overflow: a push that overflows while a thief copies loses nothing
func TestSlotsThatAThiefCopiesAreNotOverwritten(t *testing.T) {
	for _, size := range []int{4, dequeSize} {
		for _, begin := range []uint32{0, ^uint32(0) - 1} {
			ways := map[string]func(d *deque, over *injector, list []*Task){
				"push": func(d *deque, over *injector, list []*Task) {
					for _, task := range list {
						d.push(task, over)
					}
				},
				"fill": func(d *deque, over *injector, list []*Task) {
					for _, task := range list[d.fill(list):] {
						over.push(&task.Header)
					}
				},
				"take": func(d *deque, over *injector, list []*Task) {
					for _, task := range list {
						over.push(&task.Header)
					}
					first, _ := over.take(d, 2*size)
					over.push(&first.Header)
				},
			}
			for name, put := range ways {
				t.Run(fmt.Sprint(name, size, begin), func(t *testing.T) {
					var d deque
					var over injector
					d.init(size, begin)
					list := numbered(3 * size)
					require.Equal(t, size, d.fill(list))
					finish := stopInMidCopy(&d)
					put(&d, &over, list[size:])
					var back deque
					back.init(size, 0)
					loot, taken := d.stealInto(&back)
					require.Nil(t, loot, "a second thief")
					require.Zero(t, taken)
					seen := make(map[uint64]int)
					for _, task := range finish() {
						seen[task.id]++
					}
					for _, id := range append(ids(d.pop), drainInjector(&over)...) {
						seen[id]++
					}
					require.Len(t, seen, 3*size, "tasks are lost")
					for id, n := range seen {
						require.Equal(t, 1, n, "task %d", id)
					}
				})
			}
		}
	}
}

func TestAThiefThatIsMoreThanHalfFullTakesNothing(t *testing.T) {
	var from, to deque
	from.init(8, 0)
	to.init(8, 0)
	require.Equal(t, 8, from.fill(numbered(8)))
	require.Equal(t, 5, to.fill(numbered(5)))
	got, taken := from.stealInto(&to)
	require.Nil(t, got)
	require.Zero(t, taken)
	to.pop()
	got, taken = from.stealInto(&to)
	require.EqualValues(t, 3, got.id)
	require.Equal(t, 4, taken)
	require.Equal(t, []uint64{1, 2, 3, 4, 0, 1, 2}, ids(to.pop))
	require.Equal(t, []uint64{4, 5, 6, 7}, ids(from.pop))
}

// TestStealTakesEachTaskOnce has an owner push, overflow, pop and take from the injector, and thieves steal from it and from
// each other, with more goroutines at work than the machine has cores.
//
// tokio: L1 src/runtime/tests/loom_multi_thread/queue.rs basic: an owner and a thief see each task once
// tokio: L2 src/runtime/tests/loom_multi_thread/queue.rs multi_stealer: so do an owner and several thieves
// tokio: L3 src/runtime/tests/loom_multi_thread/queue.rs chained_steal: who is stolen from while it steals
// tokio: src/runtime/tests/queue.rs stress1: many pushes and pops beside a thief
// tokio: src/runtime/tests/queue.rs stress2: many more, with an overflow now and then
func TestStealTakesEachTaskOnce(t *testing.T) {
	procs(t, 8)
	for _, size := range []int{4, dequeSize} {
		for _, begin := range []uint32{0, ^uint32(0) - 50} {
			t.Run(fmt.Sprint(size, begin), func(t *testing.T) {
				stealStress(t, size, begin, scale(25_000))
			})
		}
	}
}

func stealStress(t *testing.T, size int, begin uint32, n int) {
	const thieves = 4
	var (
		deques [1 + thieves]deque
		over   injector
		seen   = make([]atomic.Int32, n)
		left   atomic.Int64
	)
	left.Store(int64(n))
	for i := range deques {
		deques[i].init(size, begin+uint32(i))
	}
	take := func(task *Task) {
		if task != nil && seen[task.id].Add(1) == 1 {
			left.Add(-1)
		}
	}
	var wg sync.WaitGroup
	for i := 1; i < len(deques); i++ {
		wg.Go(func() { // ends when all tasks were seen
			mine := &deques[i]
			for k := i; left.Load() > 0; k++ {
				if victim := &deques[k%len(deques)]; victim != mine {
					task, _ := victim.stealInto(mine)
					take(task)
				}
				if k%3 == 0 {
					task, _ := over.take(mine, size/2)
					take(task)
				}
				for range k % size {
					take(mine.pop())
				}
			}
		})
	}
	mine := &deques[0]
	for i, task := range numbered(n) {
		mine.push(task, &over)
		if i%5 == 0 {
			take(mine.pop())
		}
		if i%(2*size) == 0 {
			task, _ := over.take(mine, size)
			take(task)
		}
		if i%64 == 0 {
			goruntime.Gosched()
		}
	}
	until(t, "tasks are lost", func() bool {
		task, _ := over.take(mine, size)
		take(task)
		take(mine.pop())
		return left.Load() <= 0
	})
	wg.Wait()
	for i := range seen {
		require.EqualValues(t, 1, seen[i].Load(), "task %d", i)
	}
}
