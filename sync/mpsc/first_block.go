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
// Ownership. From take to giveBack the channel's: all its places are empty then, and no list of the channel is used any more.
type firstBlock[T any] struct {
	block *block[T]
	pool  *sync.Pool
}

// take returns a block of length places, always the same for a type.
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

// giveBack leaves the block to channels to come. Once.
func (f *firstBlock[T]) giveBack() {
	if f.block != nil {
		invariant.Check(f.block.next == nil, "the first block of a channel has blocks behind it") // it is used first each time
		f.pool.Put(f.block)
	}
}
