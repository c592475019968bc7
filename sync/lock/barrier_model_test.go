package lock_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/lock"
)

// barrierModel is what a Barrier means, in plain Go.
type barrierModel struct {
	size, arrived int
	waiters       [modelWaiters]struct{ waits, through, woken bool }
}

// poll is one poll of a waiter.
func (m *barrierModel) poll(who int) (isLeader, ready bool) {
	w := &m.waiters[who]
	w.woken = false
	if w.waits {
		ready = w.through
		w.waits = !ready
		return false, ready
	}
	if m.arrived++; m.arrived < m.size {
		w.waits, w.through = true, false
		return false, false
	}
	m.arrived = 0
	for i := range m.waiters {
		if w := &m.waiters[i]; w.waits && !w.through {
			w.through, w.woken = true, true
		}
	}
	return true, true
}

// drop forgets a waiter; its coming stays counted.
func (m *barrierModel) drop(who int) {
	w := &m.waiters[who]
	w.waits, w.through, w.woken = false, false, false
}

const (
	barrierPoll = iota
	barrierDrop

	barrierOps
)

// runBarrier runs program on a Barrier for size and its model, and returns the first difference.
func runBarrier(program []byte, size int) error {
	b := lock.NewBarrier(size)
	m := barrierModel{size: size}
	ps := parties(modelWaiters)
	for at, step := range program {
		who := int(step >> 3 & 3)
		p := ps[who]
		switch step & 7 % barrierOps {
		case barrierPoll:
			wantLeader, wantReady := m.poll(who)
			var isLeader, ready bool
			var err error
			p.turn(func(cx *future.Context) { isLeader, ready, err = b.PollWait(cx, &p.w) })
			if isLeader != wantLeader || ready != wantReady || err != nil {
				return fmt.Errorf("step %d of %v: leader %v, ready %v, %v, model %v, %v", at, program, isLeader, ready, err, wantLeader, wantReady)
			}
		case barrierDrop:
			m.drop(who)
			p.drop()
		}
		for i, p := range ps {
			if p.woken != m.waiters[i].woken {
				return fmt.Errorf("step %d of %v: waiter %d woken: %v, model %v", at, program, i, p.woken, m.waiters[i].woken)
			}
		}
	}
	return nil
}

func FuzzBarrier(f *testing.F) {
	addRandom(f)
	f.Fuzz(func(t *testing.T, program []byte) {
		require.NoError(t, runBarrier(program, 2))
		require.NoError(t, runBarrier(program, 3))
	})
}

// Whoever goes when: each round ends with its last, who leads, and lets through those who came in it, and nobody else.
func TestAllOrdersOfComingAndGoingEndEachRound(t *testing.T) {
	steps := []byte{
		step(barrierPoll, 0, 0), step(barrierPoll, 1, 0), step(barrierPoll, 2, 0), step(barrierPoll, 3, 0),
		step(barrierDrop, 0, 0), step(barrierDrop, 1, 0), step(barrierDrop, 2, 0),
	}
	for _, size := range []int{2, 3} {
		exhaust(t, []byte{step(barrierPoll, 0, 0)}, steps, func(program []byte) error { return runBarrier(program, size) })
	}
}
