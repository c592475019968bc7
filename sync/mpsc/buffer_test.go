package mpsc

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// length counts the blocks of a list.
func length[T any](b *block[T]) (n int32) {
	for ; b != nil; b = b.next {
		n++
	}
	return n
}

// burst sends n values through b and r.
func burst(t *testing.T, b *buffer[int], r *batch[int], n int) {
	for i := range n {
		b.push(&i)
	}
	require.Equal(t, n, b.len())
	b.moveTo(r)
	require.Zero(t, b.len())
	require.Equal(t, n, r.len())
	for want := range n {
		if r.at == len(r.values) && !r.advance() {
			t.Fatal("values are missing")
		}
		if got := *r.first(); got != want {
			t.Fatalf("%d instead of %d", got, want)
		}
		r.drop()
	}
	require.Zero(t, r.len())
	require.False(t, r.advance())
}

func TestBlocksGrowWithTheChannel(t *testing.T) {
	var small buffer[[100]byte]
	for range 100 {
		small.push(new([100]byte))
	}
	var lengths []int
	for b := small.first; b != nil; b = b.next {
		lengths = append(lengths, len(b.values))
	}
	require.Equal(t, []int{2, 4, 8, 16, 20, 20, 20, 20}, lengths, "up to 2048 bytes")

	var large buffer[[5000]byte]
	for range 2 {
		large.push(new([5000]byte))
		require.Len(t, large.values, 1)
	}
	var empty buffer[struct{}]
	empty.push(new(struct{}))
	require.Len(t, empty.values, firstBlockBytes)
}

func TestSteadyBurstsReuseTheirBlocks(t *testing.T) {
	var b buffer[int]
	var r batch[int]
	round := func() {
		for _, n := range []int{1000, 1, 31, 32, 33, 4000} {
			burst(t, &b, &r, n)
		}
	}
	round()
	round()
	have := map[*block[int]]bool{}
	remember := func() {
		for _, list := range []*block[int]{b.spare, r.current, r.empty} {
			for ; list != nil; list = list.next {
				have[list] = true
			}
		}
	}
	remember()
	before := len(have)
	for range 10 {
		round()
		require.Equal(t, b.spares, length(b.spare))
		remember()
	}
	require.Len(t, have, before, "no block was made that was not there")
}

func TestTheMemoryOfOneBurstIsGivenUp(t *testing.T) {
	var b buffer[int]
	var r batch[int]
	burst(t, &b, &r, 100_000)
	burst(t, &b, &r, 1)
	require.Greater(t, b.spares, int32(100))
	for turns := 0; b.spares > 2; turns++ {
		require.Less(t, turns, 2*season)
		burst(t, &b, &r, 1)
	}
	require.LessOrEqual(t, length(b.spare)+length(b.first), int32(3))
	require.LessOrEqual(t, length(r.current)+length(r.empty), int32(1), "nor does a block in use hold on to it")
}

// A burst that comes while another one is received needs as many blocks again. They too are used the next time, also if little came
// in between.
func TestBurstsThatOverlapReuseTheirBlocks(t *testing.T) {
	var b buffer[int]
	var r batch[int]
	made := map[*block[int]]bool{}
	fill := func(n int) {
		for i := range n {
			b.push(&i)
			made[b.last] = true
		}
	}
	drain := func() {
		for r.popMany(make([]int, 64)) > 0 {
			continue
		}
	}
	before := 0
	for range season {
		fill(4000)
		b.moveTo(&r)
		fill(4000)
		drain()
		b.moveTo(&r)
		drain()
		for range 3 {
			fill(1)
			b.moveTo(&r)
			drain()
		}
		if before == 0 {
			before = len(made)
		}
		require.Len(t, made, before)
	}
}

func TestPopManyCrossesBlocks(t *testing.T) {
	var b buffer[int]
	var r batch[int]
	for i := range 200 {
		b.push(&i)
	}
	b.moveTo(&r)
	next := 0
	for _, n := range []int{1, 31, 33, 70, 100} {
		buf := make([]int, n)
		got := r.popMany(buf)
		for _, v := range buf[:got] {
			require.Equal(t, next, v)
			next++
		}
	}
	require.Equal(t, 200, next)
	for e := r.current; e != nil; e = e.next {
		require.Equal(t, make([]int, len(e.values)), e.values, "values are cleared")
	}
	for e := r.empty; e != nil; e = e.next {
		require.Equal(t, make([]int, len(e.values)), e.values, "values are cleared")
	}
}
