package mpsc

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
)

// pass makes a channel, sends bursts of the value through it, and drops it. It returns the channel's first block.
func pass[T comparable](t *testing.T, value T, bursts ...int) *block[T] {
	tx, rx := NewUnbounded[T]()
	for _, n := range bursts {
		for range n {
			require.NoError(t, tx.Send(nil, value))
		}
		for range n {
			got, err := rx.TryRecv(nil)
			require.NoError(t, err)
			require.Equal(t, value, got)
		}
	}
	first := rx.ch.buffer.eldest.block
	tx.Close(nil)
	rx.Drop(nil)
	rx.Drop(nil)
	return first
}

// leftBehind takes the blocks that channels of a type have left. The race detector's sync.Pool forgets some of them at random.
func leftBehind[T any]() (blocks []*block[T]) {
	for {
		var f firstBlock[T]
		b := f.take(0)
		if len(b.values) == 0 {
			return blocks
		}
		blocks = append(blocks, b)
	}
}

func TestAChannelLeavesItsFirstBlockToTheNext(t *testing.T) {
	type own [600]*int
	var first *block[own]
	for range 100 { // another thread, or the collector, may come between
		first = pass(t, own{new(int)}, 1)
		if slices.Contains(leftBehind[own](), first) {
			require.Nil(t, first.next)
			require.Equal(t, []own{{}}, first.values, "and nothing in it")
			return
		}
	}
	require.Fail(t, "no block was ever left")
}

func TestTheFirstOfManyBlocksIsLeftAlone(t *testing.T) {
	type own [40]*int
	left := 0
	for i := range 100 { // so that it has each place in the lists of empty blocks
		first := pass(t, own{new(int)}, 50, 1+i%7, 1+i%5, 1+i%3)
		if blocks := leftBehind[own](); len(blocks) > 0 {
			left++
			require.Equal(t, []*block[own]{first}, blocks)
			require.Nil(t, first.next)
			require.Equal(t, make([]own, len(first.values)), first.values)
		}
	}
	require.Greater(t, left, 10)
}

func TestABlockWithValuesIsNotLeft(t *testing.T) {
	type own struct{ of *int }
	for _, received := range []int{0, 1} {
		for range 100 {
			tx, rx := New[own](3)
			for range 3 {
				require.NoError(t, tx.TrySend(nil, own{new(int)}))
			}
			for range received {
				_, err := rx.TryRecv(nil)
				require.NoError(t, err)
			}
			rx.Drop(nil)
			tx.Close(nil)
			require.Empty(t, leftBehind[own]())
		}
	}
}

// A block that two channels have at the same time mixes their values up.
func TestChannelsThatComeAndGoKeepTheirValuesApart(t *testing.T) {
	type own struct{ goroutine, round, number int }
	rounds := 20_000
	if invariant.Enabled {
		rounds = 2000
	}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for round := range rounds {
				tx, rx := NewUnbounded[own]()
				n := 1 + round%40 // the first block has room for 10
				for i := range n {
					if tx.Send(nil, own{g, round, i}) != nil {
						t.Error("not sent")
					}
				}
				for i := range n - round%3 {
					if v, err := rx.TryRecv(nil); err != nil || v != (own{g, round, i}) {
						t.Errorf("%v, %v in place of %v", v, err, own{g, round, i})
					}
				}
				rx.Drop(nil)
				tx.Close(nil)
			}
		})
	}
	all.Wait()
}
