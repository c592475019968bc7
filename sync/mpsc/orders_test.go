package mpsc_test

import (
	"slices"
	"testing"

	"github.com/simmer-go/simmer/internal/invariant"
)

// A sequence of calls has the results, the wakes and the counts that the model has.
func FuzzChannelFollowsItsModel(f *testing.F) {
	f.Add(byte(1), []byte{0, 0, 1, 6, 6, 0, 6})
	f.Add(byte(2), []byte{2, 2, 0, 1, 5, 7, 7, 9, 6})
	f.Add(byte(3), []byte{15, 2, 0, 8, 8, 13, 6, 10, 16, 17, 20})
	f.Add(byte(2), []byte{11, 11, 1, 2, 13, 18, 20, 1, 2, 19})
	f.Add(byte(1), []byte{6, 21, 0, 6, 6, 21, 11, 13, 13, 21, 10})
	f.Add(byte(5), []byte{0, 11, 6, 13, 13, 18, 6, 21, 16, 10, 10, 19, 0})
	f.Add(byte(5), []byte{14, 10, 19, 14, 9, 18, 0})
	f.Add(byte(5), []byte{0, 0, 10, 6, 19, 20, 18, 0})
	f.Fuzz(func(t *testing.T, capacity byte, ops []byte) {
		p := newPair(t, []int{1, 2, 3, 4, 5, noBound}[capacity%6])
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
	for _, names := range [][]string{
		{
			"poll send", "poll reserve", "poll reserve 2", "drop send", "drop reserve", "drop reserve 2",
			"recv", "release", "use", "close", "close sender",
		},
		{"poll send", "drop send", "watch", "drop watch", "recv", "drop recv", "recv many", "close", "close sender", "drop receiver"},
		{"poll reserve", "use", "release", "try send", "recv", "drop recv", "close", "close sender"},
	} {
		for _, capacity := range []int{1, 2} {
			everyOrder(t, capacity, names)
		}
	}
}

// The same without a bound, with senders that come and go.
//
// covers: F125
func TestEveryOrderOfSixCallsWithoutABoundFollowsTheModel(t *testing.T) {
	everyOrder(t, noBound, []string{
		"poll send", "recv", "drop recv", "recv many", "watch", "drop watch", "close", "close sender", "drop receiver", "clone", "upgrade",
	})
}

// everyOrder makes six of the named calls, in every order, with repetitions.
func everyOrder(t *testing.T, capacity int, names []string) {
	depth := 6
	if invariant.Enabled {
		depth = 4 // the race detector is slow
	}
	calls := numbersOf(names)
	for order := make([]int, depth); order != nil; {
		p := newPair(t, capacity)
		last := depth - 1
		for i, call := range order {
			isIdle := p.isIdle(names[call])
			p.do(calls[call])
			if isIdle { // what comes after it is in the orders without it
				last = i
				break
			}
		}
		p.finish()
		order = following(order, last, len(calls))
	}
}

// numbersOf returns the places of operations.
func numbersOf(names []string) (numbers []int) {
	for _, name := range names {
		numbers = append(numbers, slices.IndexFunc(operations, func(o operation) bool { return o.name == name }))
	}
	return numbers
}

// following returns the next sequence of numbers below n that differs at the place last or before it, or nil if there is none.
func following(order []int, last, n int) []int {
	clear(order[last+1:])
	for i := last; i >= 0; i-- {
		if order[i]++; order[i] < n {
			return order
		}
		order[i] = 0
	}
	return nil
}

// isIdle reports whether an operation changes nothing, according to the model. It may say no where it does not know.
func (p *pair) isIdle(name string) bool {
	switch name {
	case "drop send":
		return !p.m.waiters[0].waits
	case "drop reserve":
		return !p.m.waiters[1].waits
	case "drop reserve 2":
		return !p.m.waiters[2].waits
	case "poll send":
		return p.m.capacity == noBound && (p.m.closed || p.m.senders == 0)
	case "drop recv":
		return !p.m.receiver
	case "drop watch":
		return !p.m.watcher.waits
	case "release", "use":
		return len(p.owned) == 0
	case "close":
		return p.m.closed
	case "close sender", "clone":
		return p.m.senders == 0
	case "upgrade":
		return !p.m.hasSenders()
	case "recv", "recv many", "drop receiver":
		return p.m.gone
	}
	return false
}
