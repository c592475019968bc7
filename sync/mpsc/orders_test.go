package mpsc_test

import (
	"testing"

	"github.com/simmer-go/simmer/internal/invariant"
)

// A sequence of calls has the results, the wakes and the counts that the model has.
func FuzzChannelFollowsItsModel(f *testing.F) {
	f.Add(byte(1), []byte{0, 0, 1, 6, 6, 0, 6})
	f.Add(byte(2), []byte{2, 2, 0, 1, 5, 7, 7, 9, 6})
	f.Add(byte(3), []byte{15, 2, 0, 8, 8, 13, 6, 10, 16, 17, 20})
	f.Add(byte(2), []byte{11, 11, 1, 2, 13, 18, 20, 1, 2, 19})
	f.Fuzz(func(t *testing.T, capacity byte, ops []byte) {
		p := newPair(t, int(capacity%5)+1)
		for _, op := range ops {
			p.do(int(op) % len(operations))
		}
		p.finish()
	})
}

// Every order of six calls that wait, give up, receive, use a permit or close: no place and no value is lost, and nobody is woken
// or forgotten who should not be.
//
// tokio: T92 tests/sync_mpsc.rs start_send_past_cap: a waiting reservation that is dropped does not keep the place from the next
// tokio: tests/sync_mpsc.rs reserve_disarm: a place goes to the first that waits, and only to it
// tokio: tests/sync_mpsc.rs drop_permit_releases_permit: a permit that is given up wakes the next waiter
// covers: F115 F116 F118 F119 F122
// covers: F152
func TestEveryOrderOfSixCallsFollowsTheModel(t *testing.T) {
	const calls = 11
	depth := 6
	if invariant.Enabled {
		depth = 4 // the race detector is slow
	}
	for capacity := range 2 {
		for ops := make([]int, depth); ops != nil; {
			p := newPair(t, capacity+1)
			last := depth - 1
			for i, op := range ops {
				idle := p.isIdle(op)
				p.do(op)
				if idle { // the rest is in the orders without this call
					last = i
					break
				}
			}
			p.finish()
			ops = following(ops, last, calls)
		}
	}
}

// following returns the next sequence of the numbers below n that differs at the place last or before it, or nil if there is none.
func following(ops []int, last, n int) []int {
	clear(ops[last+1:])
	for i := last; i >= 0; i-- {
		if ops[i]++; ops[i] < n {
			return ops
		}
		ops[i] = 0
	}
	return nil
}

// isIdle reports whether an operation of the exhaustive test changes nothing, according to the model.
func (p *pair) isIdle(op int) bool {
	switch operations[op].name {
	case "drop send", "drop reserve", "drop reserve 2":
		return !p.m.waiters[op-3].waits
	case "release", "use":
		return len(p.owned) == 0
	case "close":
		return p.m.closed
	case "close sender":
		return p.m.senders == 0
	}
	return false
}
