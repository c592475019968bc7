package oneshot_test

import (
	"testing"

	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/oneshot"
)

// model says what a channel must do, in the plainest way.
type model struct {
	sent, left, closed, taken bool
	value                     int
	old                       bool // there is a sender of an earlier round
	receiver, sender          bool // is asleep
	wokeReceiver, wokeSender  bool
}

func (m *model) over() bool { return m.sent || m.left || m.closed }

func (m *model) wakeReceiver() {
	m.wokeReceiver = m.wokeReceiver || m.receiver
	m.receiver = false
}

func (m *model) wakeSender() {
	m.wokeSender = m.wokeSender || m.sender
	m.sender = false
}

// pair runs a channel and its model side by side.
type pair struct {
	t                testing.TB
	m                model
	ch               oneshot.Channel[int]
	tx, old          oneshot.Sender[int]
	receiver, sender hand.Task
	next             int
	log              []int
}

func newPair(t testing.TB) *pair {
	p := &pair{t: t}
	p.receiver.Init()
	p.sender.Init()
	p.tx = p.ch.Sender()
	return p
}

func same[T comparable](p *pair, want, got T) {
	if want != got {
		p.t.Helper()
		p.t.Fatalf("after %v: want %v, got %v", p.log, want, got)
	}
}

// operations is how many operations do names. The last two are those that give up a wait.
const operations = 11

const (
	dropRecv   = operations - 2
	dropClosed = operations - 1
)

// isIdle reports whether an operation gives up a wait that there is not.
func (p *pair) isIdle(op int) bool {
	return op == dropRecv && !p.m.receiver || op == dropClosed && !p.m.sender
}

func (p *pair) do(op int) {
	p.log = append(p.log, op)
	m := &p.m
	switch op {
	case 0:
		p.next++
		want := oneshot.ErrClosed
		if !m.over() {
			want, m.sent, m.value = nil, true, p.next
			m.wakeSender()
			m.wakeReceiver()
		}
		same(p, want, p.tx.Send(nil, p.next))
	case 1:
		if !m.over() {
			m.left = true
			m.wakeSender()
			m.wakeReceiver()
		}
		p.tx.Close(nil)
	case 2:
		_, ready, err := p.tx.PollClosed(&p.sender.Cx)
		same(p, nil, err)
		same(p, m.over(), ready)
		m.sender = !ready
	case 3:
		v, ready, err := p.ch.Receiver().PollRecv(&p.receiver.Cx)
		same(p, m.over(), ready)
		if m.receiver = !ready; ready {
			p.took(v, err)
		}
	case 4:
		v, err := p.ch.Receiver().TryRecv()
		if !m.over() {
			same(p, oneshot.ErrEmpty, err)
			break
		}
		p.took(v, err)
	case 5:
		if !m.over() {
			m.closed = true
			m.wakeSender()
		}
		p.ch.Receiver().Close(nil)
	case 6:
		if !m.over() {
			m.closed = true
			m.wakeSender()
		}
		m.taken, m.receiver = true, false
		p.ch.Receiver().Drop(nil)
	case 7:
		same(p, m.sent || m.left, p.ch.Reset())
		if m.sent || m.left {
			*m = model{old: true}
			p.old, p.tx = p.tx, p.ch.Sender()
		}
	case 8:
		same(p, oneshot.ErrClosed, p.old.Send(nil, -1))
		p.old.Close(nil)
	case dropRecv:
		oneshot.Forget(p.ch.Receiver(), &p.receiver.Cx)
		m.receiver = false
	case dropClosed:
		oneshot.ForgetClosed(p.tx, &p.sender.Cx)
		m.sender = false
	}
	same(p, m.wokeReceiver, p.receiver.WasWoken())
	same(p, m.wokeSender, p.sender.WasWoken())
	m.wokeReceiver, m.wokeSender = false, false
	same(p, m.over(), p.tx.IsClosed())
	same(p, true, p.old.IsClosed())
	same(p, m.taken, p.ch.Receiver().IsTerminated())
	same(p, !m.sent || m.taken, p.ch.Receiver().IsEmpty())
}

// took compares the result of a receive from a channel that is over.
func (p *pair) took(v int, err error) {
	if p.m.sent && !p.m.taken {
		same(p, nil, err)
		same(p, p.m.value, v)
	} else {
		same(p, oneshot.ErrClosed, err)
		same(p, 0, v)
	}
	p.m.taken = true
}

// A sequence of calls has the results and the wakes that the model has.
func FuzzChannelFollowsItsModel(f *testing.F) {
	f.Add([]byte{3, 0, 3, 7, 8, 3, 1, 4})
	f.Add([]byte{2, 5, 0, 4, 7, 6})
	f.Add([]byte{2, 3, 0, 6, 7, 2, 1, 9, 3})
	f.Add([]byte{3, 2, 9, 10, 0, 7, 2, 3, 10, 5, 9})
	f.Fuzz(func(t *testing.T, ops []byte) {
		p := newPair(t)
		for _, op := range ops {
			p.do(int(op) % operations)
		}
	})
}

// Every order of six calls, waits that are given up among them: no value is lost or comes twice, and nobody is woken or forgotten
// who should not be.
//
// tokio: src/sync/tests/loom_oneshot.rs drop_rx_after_poll: a receiver that goes after a poll, and a send, in any order
// covers: L23
func TestEveryOrderOfSixCallsFollowsTheModel(t *testing.T) {
	depth := 6
	if invariant.Enabled {
		depth = 4 // the race detector is slow
	}
	for order := make([]int, depth); order != nil; {
		p := newPair(t)
		last := depth - 1
		for i, op := range order {
			isIdle := p.isIdle(op)
			p.do(op)
			if isIdle { // what comes after it is in the orders without it
				last = i
				break
			}
		}
		order = following(order, last)
	}
}

// following returns the next sequence of operations that differs at the place last or before it, or nil if there is none.
func following(order []int, last int) []int {
	clear(order[last+1:])
	for i := last; i >= 0; i-- {
		if order[i]++; order[i] < operations {
			return order
		}
		order[i] = 0
	}
	return nil
}
