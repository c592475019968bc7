package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// tokio: src/runtime/tests/queue.rs fits_256_one_at_a_time: a deque holds 256 tasks before it gives any away
// tokio: src/runtime/tests/queue.rs fits_256_all_at_once: also if they come together
// tokio: src/runtime/tests/queue.rs fits_256_all_in_chunks: or in groups
func TestADequeHoldsAsManyTasksAsItHasRoomFor(t *testing.T) {
	for name, chunks := range map[string][]int{
		"together":  {dequeSize},
		"in groups": {10, 100, 46, 100},
	} {
		var d deque
		d.init(dequeSize, ^uint32(0)-3)
		list := numbered(dequeSize)
		for begin := 0; len(chunks) > 0; chunks = chunks[1:] {
			require.Equal(t, chunks[0], d.fill(list[begin:begin+chunks[0]]), name)
			begin += chunks[0]
		}
		require.Equal(t, upTo(0, dequeSize), ids(d.pop), name)
	}
	var d deque
	var over injector
	d.init(dequeSize, ^uint32(0)-3)
	for _, task := range numbered(dequeSize) {
		d.push(task, &over)
	}
	require.Zero(t, over.len())
	require.Equal(t, upTo(0, dequeSize), ids(d.pop))
}

// tokio: src/runtime/tests/queue.rs steal_batch: of four tasks a thief takes two, one to poll and one to keep
func TestAThiefTakesHalf(t *testing.T) {
	for _, c := range []struct {
		there         int
		first         uint64
		kept, ofOwner []uint64
	}{
		{4, 1, []uint64{0}, []uint64{2, 3}},
		{5, 2, []uint64{0, 1}, []uint64{3, 4}}, // rounded up
		{1, 0, nil, nil},
	} {
		var owner, thief deque
		owner.init(8, 0)
		thief.init(8, 0)
		owner.fill(numbered(c.there))
		task, taken := owner.stealInto(&thief)
		require.Equal(t, c.first, task.id)
		require.Equal(t, len(c.kept)+1, taken)
		require.Equal(t, c.kept, ids(thief.pop))
		require.Equal(t, c.ofOwner, ids(owner.pop))
	}
}
