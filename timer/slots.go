package timer

import (
	"math"
	"math/bits"
)

const (
	// tickBits makes a tick 65.536 us: shorter ones would wake a worker more often than a wake costs, longer ones would be
	// later than Go's own timers.
	tickBits = 16
	// slotBits makes 64 slots a level, so that a level's occupied slots are one word.
	slotBits = 6
	slotsOf  = 1 << slotBits
	// levels covers every deadline that fits into 63 bits of nanoseconds: no entry is too far away for its level.
	levels = (63 - tickBits + slotBits - 1) / slotBits

	// nowhere is the place of an entry in no slot.
	nowhere = 0
	// overdue is the place of entries that were due when they came.
	overdue = levels*slotsOf + 1
	// keptSlot bounds the memory that an empty slot keeps, in entries.
	keptSlot = 1024
)

// slots are the places of a wheel's entries. On level n a slot spans 64^n ticks. An entry stands on the level of the
// highest digit in which its tick differs from elapsed, in the slot of that digit: so all entries of a level come before
// those of the next, and an entry moves down when elapsed reaches its slot. (Tokio, runtime/time/wheel.)
//
// Slots are slices, with the index kept in the entry: at a million entries they fire 3.5 times faster than linked lists
// and cost the garbage collector a fifth. Owner only.
type slots struct {
	elapsed  int64 // ticks; every earlier slot is empty
	current  uint16
	head     int // of the current slot: the entries before it are done
	occupied [levels]uint64
	slot     [overdue + 1][]*entry
}

// tickOf returns the tick at whose end a deadline has passed: tick t has the deadlines in (t, t+1] x 65.536 us.
func tickOf(deadline int64) int64 { return (deadline - 1) >> tickBits }

// startOf returns when a tick begins, in nanoseconds, saturated.
func startOf(tick int64) int64 {
	if tick > math.MaxInt64>>tickBits {
		return math.MaxInt64
	}
	return tick << tickBits
}

// link puts an entry that is nowhere into the slot of its deadline.
func (s *slots) link(e *entry, deadline int64) {
	tick := tickOf(deadline)
	place := uint16(overdue)
	if tick >= s.elapsed {
		level := uint(bits.Len64(uint64(tick^s.elapsed)|(slotsOf-1))-1) / slotBits
		digit := uint(tick>>(level*slotBits)) % slotsOf
		s.occupied[level] |= 1 << digit
		place = uint16(1 + level*slotsOf + digit)
	}
	list := &s.slot[place]
	e.place, e.index = place, uint32(len(*list))
	*list = append(*list, e)
}

// unlink takes an entry out of its slot, if it is in one. The slot's last entry takes its index.
func (s *slots) unlink(e *entry) {
	if e.place == nowhere {
		return
	}
	list := &s.slot[e.place]
	end := len(*list) - 1
	if at := int(e.index); at != end {
		last := (*list)[end]
		(*list)[at] = last
		last.index = e.index
	}
	*list = (*list)[:end]
	if end == 0 {
		s.empty(e.place)
	}
	e.place = nowhere
}

// empty notes that a slot has no more entries.
func (s *slots) empty(place uint16) {
	if cap(s.slot[place]) > keptSlot {
		s.slot[place] = nil
	} else {
		s.slot[place] = s.slot[place][:0]
	}
	if place != overdue {
		s.occupied[(place-1)/slotsOf] &^= 1 << ((place - 1) % slotsOf)
	}
}

// first returns the earliest occupied slot: its level, its first tick, and its place, which is nowhere if all are empty.
func (s *slots) first() (level uint, tick int64, place uint16) {
	for level := range uint(levels) {
		if s.occupied[level] == 0 {
			continue
		}
		digit := uint(bits.TrailingZeros64(s.occupied[level]))
		span := level * slotBits
		tick = s.elapsed>>(span+slotBits)<<(span+slotBits) | int64(digit)<<span
		return level, tick, uint16(1 + level*slotsOf + digit)
	}
	return 0, 0, nowhere
}

// advance makes the earliest slot that has to be gone through at tick the current one and reports true: one whose ticks
// have passed, or one of a higher level that has begun. If there is none, elapsed becomes tick.
func (s *slots) advance(tick int64) bool {
	s.head = 0
	if len(s.slot[overdue]) > 0 {
		s.current = overdue
		return true
	}
	level, start, place := s.first()
	if place == nowhere || start > tick || start == tick && level == 0 {
		s.elapsed = max(s.elapsed, tick)
		return false
	}
	s.elapsed = max(s.elapsed, start)
	s.current = place
	return true
}

// pop takes the next entry out of the current slot. If there is none, it returns nil, and no slot is current.
func (s *slots) pop() *entry {
	list := s.slot[s.current]
	if s.head < len(list) {
		e := list[s.head]
		s.head++
		e.place = nowhere
		return e
	}
	s.empty(s.current)
	s.current = nowhere
	return nil
}

// split moves those entries of the slot that elapsed stands in which are due at now to the overdue ones, in order, and
// reports whether there are any.
func (s *slots) split(now int64) bool {
	digit := uint(s.elapsed) % slotsOf
	place := uint16(1 + digit)
	if s.occupied[0]&(1<<digit) == 0 {
		return false
	}
	list := s.slot[place]
	rest := list[:0]
	for _, e := range list {
		if st := e.state.Load(); isPending(st) && deadlineOf(st) > now {
			e.index = uint32(len(rest))
			rest = append(rest, e)
			continue
		}
		e.place, e.index = overdue, uint32(len(s.slot[overdue]))
		s.slot[overdue] = append(s.slot[overdue], e)
	}
	s.slot[place] = rest
	if len(rest) == 0 {
		s.empty(place)
	}
	return len(s.slot[overdue]) > 0
}

// all calls visit with every entry, and leaves the slots empty.
func (s *slots) all(visit func(*entry)) {
	for place := range s.slot {
		list := s.slot[place]
		if uint16(place) == s.current {
			list = list[s.head:]
		}
		for _, e := range list {
			e.place = nowhere
			visit(e)
		}
	}
	*s = slots{elapsed: s.elapsed}
}
