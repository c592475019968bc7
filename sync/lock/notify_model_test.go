package lock_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/lock"
)

// notifyModel is what a Notify means, in plain Go.
type notifyModel struct {
	stored  bool
	queue   []int
	waiters [modelWaiters]struct {
		made, queued bool
		polled       bool // since it is queued: there is somebody to wake
		woken        bool
		told         int // a notify* op, or 0
	}
}

const (
	notifyPoll = iota
	notifyDrop
	notifyOne
	notifyLast
	notifyAll
	notifyMake   // a Waiting
	notifyEnable // it
)

// pass gives a notification to the first or last of the queue, or stores it.
func (m *notifyModel) pass(how int) {
	if len(m.queue) == 0 {
		m.stored = true
		return
	}
	at := 0
	if how == notifyLast {
		at = len(m.queue) - 1
	}
	w := &m.waiters[m.queue[at]]
	m.queue = slices.Delete(m.queue, at, at+1)
	w.queued, w.told, w.woken = false, how, w.polled
}

// begin is a waiter's entry, or what it finds at once.
func (m *notifyModel) begin(who int) {
	w := &m.waiters[who]
	switch {
	case w.queued:
	case w.told != 0:
	case m.stored:
		m.stored, w.told = false, notifyOne
	default:
		w.queued = true
		m.queue = append(m.queue, who)
	}
}

func (m *notifyModel) all() {
	for i := range m.waiters {
		if w := &m.waiters[i]; w.queued {
			w.queued, w.told, w.woken = false, notifyAll, w.polled
		} else if w.made && w.told == 0 {
			w.told = notifyAll
		}
	}
	m.queue = nil
}

// runNotify runs program on a Notify and its model, and returns the first difference. Waiters 0 and 1 are futures that exist
// before they are polled, 2 and 3 begin at their first poll.
func runNotify(program []byte) error {
	var n lock.Notify
	var m notifyModel
	var futures [modelWaiters]*lock.Waiting
	begun := [modelWaiters]bool{} // its future has been polled or enabled
	ps := parties(modelWaiters)
	forget := func(who int) {
		futures[who], begun[who] = nil, false
		w := &m.waiters[who]
		w.made, w.queued, w.polled, w.told = false, false, false, 0
	}
	for at, b := range program {
		who := int(b >> 3 & 3)
		p, w := ps[who], &m.waiters[who]
		enter := func() {
			if futures[who] == nil && who < 2 {
				futures[who], w.made = n.Waiting(), true
			}
			if !begun[who] {
				begun[who] = true
				m.begin(who)
			}
		}
		switch b & 7 {
		case notifyPoll:
			enter()
			w.woken, w.polled = false, true
			var ready bool
			p.turn(func(cx *future.Context) {
				if who < 2 {
					_, ready, _ = futures[who].Poll(cx)
				} else {
					_, ready, _ = n.PollNotified(cx, &p.w)
				}
			})
			if ready != (w.told != 0) {
				return fmt.Errorf("step %d of %v: ready %v, model told %d", at, program, ready, w.told)
			}
			if ready {
				forget(who)
			}
		case notifyDrop:
			w.woken = false
			p.turn(func(cx *future.Context) {
				if futures[who] != nil {
					futures[who].Drop(cx)
				}
				p.w.Drop(cx)
			})
			told, was := w.told, begun[who]
			m.queue = slices.DeleteFunc(m.queue, func(other int) bool { return other == who })
			forget(who)
			if was && (told == notifyOne || told == notifyLast) {
				m.pass(told)
			}
		case notifyOne:
			n.NotifyOne(nil)
			m.pass(notifyOne)
		case notifyLast:
			n.NotifyLast(nil)
			m.pass(notifyLast)
		case notifyAll:
			n.NotifyAll(nil)
			m.all()
		case notifyMake:
			if who < 2 && futures[who] == nil {
				futures[who], w.made = n.Waiting(), true
			}
		case notifyEnable:
			if who < 2 {
				enter()
				if got := futures[who].Enable(); got != (w.told != 0) {
					return fmt.Errorf("step %d of %v: enabled %v, model told %d", at, program, got, w.told)
				}
			}
		}
		for i, p := range ps {
			if p.woken != m.waiters[i].woken {
				return fmt.Errorf("step %d of %v: waiter %d woken: %v, model %v", at, program, i, p.woken, m.waiters[i].woken)
			}
		}
	}
	for i, p := range ps { // who is left goes; a notification that is stored must still be there
		if futures[i] != nil {
			futures[i].Drop(nil)
		}
		p.drop()
		told, was := m.waiters[i].told, begun[i]
		m.queue = slices.DeleteFunc(m.queue, func(other int) bool { return other == i })
		forget(i)
		if was && (told == notifyOne || told == notifyLast) {
			m.pass(told)
		}
	}
	last := parties(1)[0]
	var ready bool
	last.turn(func(cx *future.Context) { _, ready, _ = n.PollNotified(cx, &last.w) })
	if ready != m.stored {
		return fmt.Errorf("%v: a notification is stored at the end: %v, model %v", program, ready, m.stored)
	}
	return nil
}

func FuzzNotify(f *testing.F) {
	addRandom(f)
	f.Fuzz(func(t *testing.T, program []byte) { require.NoError(t, runNotify(program)) })
}

// tokio: L20 src/sync/tests/loom_notify.rs notify_drop, notify_waiters_and_one, notify_waiters_sequential_notified_await: a notification is never lost, whoever is dropped when
func TestAllOrdersOfWaitDropAndNotifyLoseNoNotification(t *testing.T) {
	exhaust(t, []byte{step(notifyMake, 1, 0)}, []byte{
		step(notifyPoll, 0, 0), step(notifyPoll, 2, 0), step(notifyPoll, 1, 0),
		step(notifyDrop, 0, 0), step(notifyDrop, 2, 0), step(notifyEnable, 0, 0),
		step(notifyOne, 0, 0), step(notifyLast, 0, 0), step(notifyAll, 0, 0),
	}, runNotify)
}
