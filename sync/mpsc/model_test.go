package mpsc_test

import (
	"github.com/simmer-go/simmer/sync/mpsc"
)

// model says what a channel must do, in the plainest way. Three waiters wait in it: to send a value, for one permit, for two
// permits. In one whose capacity is noBound no place is counted, and nobody waits but the receiver and the watcher.
type model struct {
	capacity, free int
	values         []int
	queue          []int // waiters, first come first served
	waiters        [3]struct {
		waits, asleep bool
		got           int
	}
	permits      int
	senders      int
	closed, gone bool
	receiver     bool // is asleep
	watcher      struct{ waits, asleep bool }

	woken [5]bool // the waiters, the receiver, the watcher
}

const (
	theReceiver = 3 + iota
	theWatcher
)

var wants = [3]int{1, 1, 2}

// places is how many places n values take.
func (m *model) places(n int) int {
	if m.capacity == noBound {
		return 0
	}
	return n
}

func (m *model) reserved() int {
	n := m.permits
	for _, w := range m.waiters {
		n += w.got
	}
	return n
}

func (m *model) hasSenders() bool { return m.senders > 0 || m.reserved() > 0 || len(m.queue) > 0 }

func (m *model) settle() {
	for len(m.queue) > 0 && m.free > 0 {
		w := &m.waiters[m.queue[0]]
		n := min(m.free, wants[m.queue[0]]-w.got)
		m.free -= n
		if w.got += n; w.got == wants[m.queue[0]] {
			m.wake(m.queue[0])
			m.queue = m.queue[1:]
		}
	}
	if m.receiver && m.reserved() == 0 && (m.closed || !m.hasSenders()) {
		m.receiver = false
		m.woken[theReceiver] = true
	}
}

func (m *model) wake(i int) {
	if m.waiters[i].asleep {
		m.waiters[i].asleep = false
		m.woken[i] = true
	}
}

func (m *model) unqueue(i int) {
	for k, id := range m.queue {
		if id == i {
			m.queue = append(m.queue[:k:k], m.queue[k+1:]...)
			return
		}
	}
}

func (m *model) put(v int) {
	if m.gone {
		m.free++
		m.settle()
		return
	}
	m.values = append(m.values, v)
	if m.receiver {
		m.receiver = false
		m.woken[theReceiver] = true
	}
}

func (m *model) take() int {
	v := m.values[0]
	m.values = m.values[1:]
	m.free += m.places(1)
	m.settle()
	return v
}

// leave has waiter i give back what it has.
func (m *model) leave(i int) {
	w := &m.waiters[i]
	m.unqueue(i)
	m.free += w.got
	w.waits, w.asleep, w.got = false, false, 0
	m.settle()
}

// admit is one poll of waiter i.
func (m *model) admit(i int) (ready bool, err error) {
	w := &m.waiters[i]
	switch {
	case m.senders == 0:
		m.leave(i)
		return true, mpsc.ErrClosed
	case m.closed:
		m.leave(i)
		return true, mpsc.ErrClosed
	case wants[i] > m.capacity:
		return true, mpsc.ErrTooMany
	case !w.waits && len(m.queue) == 0 && m.free >= wants[i]:
		m.free -= m.places(wants[i])
		return true, nil
	case w.waits && w.got == wants[i]:
		w.waits, w.asleep, w.got = false, false, 0
		return true, nil
	case !w.waits:
		w.waits = true
		m.queue = append(m.queue, i)
		m.settle()
	}
	w.asleep = true
	return false, nil
}

func (m *model) close() {
	m.closed = true
	for _, i := range m.queue {
		m.wake(i)
	}
	m.queue = nil
	if m.watcher.asleep {
		m.watcher.asleep = false
		m.woken[theWatcher] = true
	}
}
