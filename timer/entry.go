package timer

import (
	"math"

	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// entry is one armed timer. Two sides share it: the [Delay] that armed it, and the wheel that admitted it, its owner.
//
// There is no generation: an entry goes back to the free list only when the Delay has given it up (retire) and the owner
// has taken note of that, so that no stale pointer to it exists.
//
// Ownership. The Delay's side is one goroutine at a time, the one that polls, resets or drops it; it writes waker. The
// owner's side is the goroutine that runs the wheel between polls; it writes owner, place and index. Both change state,
// through the transitions below only. next belongs to whoever has made the entry queued or loose.
//
// Order. The Delay writes waker before state (W1); the owner reads waker before the transition that fires (W2). W1 pairs
// with W2: if fire succeeds, nobody has changed the waker since it was read. The owner writes owner before it clears
// queued (O1); the Delay reads owner after it has seen queued clear (O2). The owner reads next before it clears queued
// (N1), because the Delay may queue the entry again right after.
//
//	state            meaning                                        next
//	deadline         it stands in the owner's wheel                 fired, shut, loose, or another deadline
//	fired            the owner has woken the task                   loose
//	shut             the owner was closed and has woken the task    loose
//	loose            the Delay has given it up                      free, once the owner gets it back
//	queued (+ any)   on its way to an owner, in a stage or an       the same without queued, once the owner has read it
//	                 inbox: what changes meanwhile will be seen
//
// The state of a free entry means nothing.
type entry struct {
	state sy.Uint64
	waker sy.Plain[waker.Header]
	owner *Wheel
	next  *entry
	index uint32 // in its slot
	place uint16 // the slot, or nowhere
}

const (
	queued = uint64(1)
	loose  = uint64(0)
	shut   = uint64(math.MaxInt64-1) << 1
	fired  = uint64(math.MaxInt64) << 1
	// maxDeadline leaves room above it for fired and shut.
	maxDeadline = math.MaxInt64 - 2
)

// pending returns the state of an entry that waits for the deadline, in nanoseconds of the clock, at least 1.
func pending(deadline int64) uint64 { return uint64(deadline) << 1 }

// deadlineOf returns the deadline of a pending state.
func deadlineOf(s uint64) int64 { return int64(s >> 1) }

func isPending(s uint64) bool { return s > queued && s < shut }

// arm is the first transition of a free entry: pending, and on its way to an owner. Delay's side.
func (e *entry) arm(deadline int64, task *waker.Header) {
	e.waker.Store(task) // W1
	e.state.Store(pending(deadline) | queued)
}

// acknowledge is the owner's transition when it gets an entry from a stage or from its inbox: it clears queued. It returns
// the state without queued; a loose entry is the owner's now. Owner only.
func (e *entry) acknowledge() uint64 {
	for {
		s := e.state.Load()
		if s&^queued == loose {
			return loose
		}
		if e.state.CompareAndSwap(s, s&^queued) { // O1, N1
			return s &^ queued
		}
	}
}

// end is the owner's transition from the pending state s to fired or shut. It reports false if the Delay was faster.
// Owner only.
func (e *entry) end(s, outcome uint64) bool { return e.state.CompareAndSwap(s, outcome|s&queued) } // W2

// telling says what the Delay has to do after a transition.
type telling uint8

const (
	// tellNobody: the owner will see the change when it comes to the entry.
	tellNobody telling = iota
	// tellOwner: put the entry into its owner's inbox.
	tellOwner
	// tooLate: the entry has fired or was shut.
	tooLate
)

// move is the transition to another deadline. To a later one it is all that is needed: the entry stays in its slot until
// the owner comes there. Delay's side.
func (e *entry) move(deadline int64) telling {
	for {
		s := e.state.Load()
		if !isPending(s) {
			return tooLate
		}
		earlier := deadline < deadlineOf(s)
		if !e.state.CompareAndSwap(s, pending(deadline)|s&queued|bit(earlier)) {
			continue
		}
		if earlier && s&queued == 0 {
			return tellOwner // O2
		}
		return tellNobody
	}
}

// retire is the Delay's last transition: it gives the entry up. It returns the state before. Delay's side.
func (e *entry) retire() (was uint64, tell telling) {
	e.waker.Store(nil)
	for {
		s := e.state.Load()
		if !e.state.CompareAndSwap(s, loose|s&queued) {
			continue
		}
		if s&queued == 0 {
			return s, tellOwner // O2
		}
		return s &^ queued, tellNobody
	}
}

// hasEnded reports whether the entry has fired or was shut. Delay's side.
func (e *entry) hasEnded() bool { return e.state.Load() >= shut }

func bit(b bool) uint64 {
	if b {
		return queued
	}
	return 0
}
