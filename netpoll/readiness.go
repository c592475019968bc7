package netpoll

import "github.com/simmer-go/simmer/internal/sy"

// Direction is one of the two ways that data takes through a descriptor.
type Direction uint8

const (
	// Read is the direction of receiving and accepting.
	Read Direction = iota
	// Write is the direction of sending and connecting.
	Write
)

// Ready is what was known about a descriptor at one moment: what is ready, and the number of the last event. It is read
// before a system call and given back to [Registration.Clear] after it.
type Ready uint32

const (
	readable    Ready = 1 << iota
	writable          // room to send, or connected
	readClosed        // the end of the stream was seen: reads will not block again
	writeClosed       // both directions have ended: writes fail and do not block again
	urgent            // a read may end before what is there does: at the mark of urgent data. It stays

	regClosed     Ready = 1 << 30 // the registration was closed
	reactorClosed Ready = 1 << 31 // the reactor was closed

	gone = regClosed | reactorClosed

	// The 22 bits between are the tick. A clear that is 4 million events late, exactly, is taken for a timely one.
	tickOne  Ready = 1 << 8
	tickMask       = regClosed - tickOne
)

// mask returns the bits that make d ready.
func (d Direction) mask() Ready {
	if d == Read {
		return readable | readClosed
	}
	return writable | writeClosed
}

// clearable returns the bit that an operation which would block takes back.
func (d Direction) clearable() Ready {
	if d == Read {
		return readable
	}
	return writable
}

func (s Ready) has(d Direction) bool { return s&d.mask() != 0 }

// shortIsAll reports whether a read or write that does less than was asked for has done all that it can.
func (s Ready) shortIsAll(d Direction) bool { return d == Write || s&urgent == 0 }

// sameTick reports whether no event came between the two.
func (s Ready) sameTick(other Ready) bool { return (s^other)&tickMask == 0 }

// readiness is the word of one descriptor.
//
// Ownership. Whoever polls the reactor adds, whoever operates on the descriptor clears, whoever closes shuts; any of them
// at any time.
//
// Order. The kernel reports an edge once. An operation loads the word (R1), fails in the kernel, and clears (R2). An edge
// that comes between these two changes the tick (E1), so R2 pairs with E1: the clear is refused and the operation tried
// again. The waiter stores its waker and loads the word once more (R3); the event changes the word (E1) and then takes
// the waker. R3 pairs with E1: one of the two sees the other.
type readiness struct{ w sy.Uint32 }

func (x *readiness) load() Ready { return Ready(x.w.Load()) } // R1, R3

// add records an event. Any goroutine.
func (x *readiness) add(bits Ready) {
	for {
		old := x.load()
		tick := (old + tickOne) & tickMask
		if x.w.CompareAndSwap(uint32(old), uint32((old|bits)&^tickMask|tick)) { // E1
			return
		}
	}
}

// clear takes back what seen says about d, unless an event came since. Closed bits stay. Any goroutine.
func (x *readiness) clear(d Direction, seen Ready) {
	for {
		old := x.load()
		if !old.sameTick(seen) || old&d.clearable() == 0 {
			return
		}
		if x.w.CompareAndSwap(uint32(old), uint32(old&^d.clearable())) { // R2
			return
		}
	}
}

// shut records the end for the reason given, regClosed or reactorClosed, and reports whether it is the first time for
// this reason. Any goroutine.
func (x *readiness) shut(reason Ready) bool {
	return Ready(x.w.Or(uint32(reason)))&reason == 0
}
