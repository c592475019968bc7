package lock_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/lock"
)

// cellModel is what a OnceCell means, in plain Go: one has the turn to make the value, the others queue for it.
type cellModel struct {
	isSet   bool
	turn    int // who has it, or nobody
	queue   []int
	waiters [modelWaiters]struct{ asks, woken bool }
}

const nobody = -1

// pass gives the turn to the next.
func (m *cellModel) pass() {
	m.turn = nobody
	if len(m.queue) > 0 {
		m.turn, m.queue = m.queue[0], m.queue[1:]
		m.waiters[m.turn].woken = true
	}
}

// set wakes all who queue: they have the value.
func (m *cellModel) set() {
	m.isSet = true
	for _, who := range m.queue {
		m.waiters[who].woken = true
	}
	m.queue = nil
}

// poll is one poll of who asks for the value, whose own future is done, or has failed, or neither.
func (m *cellModel) poll(who int, f *making) (ready bool, err error) {
	w := &m.waiters[who]
	w.woken = false
	switch {
	case m.isSet:
		ready = true
	case m.turn == nobody:
		m.turn = who
	case m.turn != who && !w.asks:
		m.queue = append(m.queue, who)
	}
	if m.turn == who && !m.isSet && f.done {
		if ready, err = true, f.err; err == nil {
			m.set()
		} else {
			m.pass()
		}
	}
	w.asks = !ready
	return ready, err
}

func (m *cellModel) drop(who int) {
	w := &m.waiters[who]
	w.asks, w.woken = false, false
	m.queue = slices.DeleteFunc(m.queue, func(other int) bool { return other == who })
	if m.turn == who && !m.isSet {
		m.pass()
	}
}

const (
	cellPoll = iota
	cellDrop
	cellMake // its future is ready at its next poll
	cellFail // it is ready with an error
	cellSet

	cellOps
)

// runCell runs program on a OnceCell and its model, and returns the first difference. Each future that makes the value is ready
// or dropped, once.
func runCell(program []byte) error {
	var c lock.OnceCell[int]
	m := cellModel{turn: nobody}
	ps := parties(modelWaiters)
	var fs [modelWaiters]making
	var is [modelWaiters]*lock.Initializing[int]
	for at, step := range program {
		who := int(step >> 3 & 3)
		f := &fs[who]
		switch step & 7 % cellOps {
		case cellPoll:
			if is[who] == nil {
				is[who] = c.Initializing(f)
			}
			polls := f.polls
			wantReady, wantErr := m.poll(who, f)
			value, ready, err := pollFuture(ps[who], is[who])
			if ready != wantReady || err != wantErr || ready && err == nil && value != 5 {
				return fmt.Errorf("step %d of %v: %d, %v, %v, model %v, %v", at, program, value, ready, err, wantReady, wantErr)
			}
			if ready {
				if own := f.polls > polls; own == (f.drops == 1) {
					return fmt.Errorf("step %d of %v: its future was ready: %v, and dropped %d times", at, program, own, f.drops)
				}
				is[who], *f = nil, making{}
			}
		case cellDrop:
			if is[who] == nil {
				break
			}
			m.drop(who)
			ps[who].turn(is[who].Drop)
			if f.drops != 1 {
				return fmt.Errorf("step %d of %v: its future was dropped %d times", at, program, f.drops)
			}
			is[who], *f = nil, making{}
		case cellMake:
			f.done, f.err = true, nil
		case cellFail:
			f.done, f.err = true, errInit
		case cellSet:
			want := error(nil)
			switch {
			case m.isSet:
				want = lock.ErrAlreadySet
			case m.turn != nobody:
				want = lock.ErrInitializing
			default:
				m.set()
			}
			if err := c.Set(nil, 5); !errors.Is(err, want) {
				return fmt.Errorf("step %d of %v: Set: %v, model %v", at, program, err, want)
			}
		}
		for i, p := range ps {
			if p.woken != m.waiters[i].woken {
				return fmt.Errorf("step %d of %v: waiter %d woken: %v, model %v", at, program, i, p.woken, m.waiters[i].woken)
			}
		}
		if _, ok := c.Get(); ok != m.isSet {
			return fmt.Errorf("step %d of %v: Get: %v, model %v", at, program, ok, m.isSet)
		}
	}
	for i := range is { // who is left goes: the turn must not go with them
		if is[i] != nil {
			is[i].Drop(nil)
		}
	}
	if err := c.Set(nil, 5); m.isSet != (err == lock.ErrAlreadySet) || !m.isSet && err != nil {
		return fmt.Errorf("%v: Set at the end: %v, model %v", program, err, m.isSet)
	}
	return nil
}

func FuzzOnceCell(f *testing.F) {
	addRandom(f)
	f.Fuzz(func(t *testing.T, program []byte) { require.NoError(t, runCell(program)) })
}

// Whoever goes or fails when: the turn is never lost, and one value is made.
func TestAllOrdersOfAskDropMakeFailAndSetLoseNoTurn(t *testing.T) {
	exhaust(t, []byte{step(cellPoll, 0, 0)}, []byte{
		step(cellPoll, 0, 0), step(cellPoll, 1, 0), step(cellPoll, 2, 0),
		step(cellDrop, 0, 0), step(cellDrop, 1, 0),
		step(cellMake, 0, 0), step(cellFail, 0, 0), step(cellMake, 1, 0), step(cellSet, 0, 0),
	}, runCell)
}
