package mpsc

import (
	"reflect"
	"sync"

	"github.com/simmer-go/simmer/internal/invariant"
)

// firstBlockBytes is about what the first block of a channel takes: most channels never hold more values than fit.
const firstBlockBytes = 256

// firstBlocks has a pool of blocks for each type of values. A channel for one value of 32 KiB, made, used and dropped, then
// takes less than half of the time: there is nothing to allocate, to wipe and to collect.
var firstBlocks sync.Map // of *sync.Pool, by reflect.Type

// firstBlock is the block that a channel has used first, taken from those that other channels have left. The zero firstBlock
// has none.
//
// Ownership. The channel owns the block from take to giveBack, mu held. At giveBack all its places are empty, and the channel uses
// none of its lists any more. No other block follows it then: a channel takes the spare block that it has put back last, batches come back
// with their first block on top, and so the first block is the first of each batch and the last of each list of emptied ones.
type firstBlock[T any] struct {
	block *block[T]
	pool  *sync.Pool
}

// take returns a block of length places, always the same for a type. mu held.
func (f *firstBlock[T]) take(length int32) *block[T] {
	key := reflect.TypeFor[T]()
	pool, ok := firstBlocks.Load(key)
	if !ok {
		pool, _ = firstBlocks.LoadOrStore(key, new(sync.Pool))
	}
	f.pool = pool.(*sync.Pool)
	if left := f.pool.Get(); left != nil {
		f.block = left.(*block[T])
	} else {
		f.block = &block[T]{values: make([]T, length)}
	}
	return f.block
}

// giveBack leaves the block to channels to come. Once. mu held.
func (f *firstBlock[T]) giveBack() {
	if f.block != nil {
		invariant.Check(f.block.next == nil, "the first block of a channel has blocks behind it")
		f.pool.Put(f.block)
	}
}
