package future

import (
	"sync"

	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/waker"
)

// group polls those futures of a combinator that were woken, and no others. The zero group is empty. Not for concurrent use; wakes
// come from any goroutine. They touch the inbox after the future that they are for was polled and ready, so it lives apart: the
// group itself may be moved with a state machine, and cleared in its cell.
type group[T any] struct {
	_      [0]sync.Mutex // so that go vet reports a copy
	*inbox               // nil before the first member
	woken  waker.Queue   // to be polled
	yields waker.Queue   // they have woken themselves while they were polled: their turn comes when the task has its next one
	cx     Context

	first, last *member[T]
	n           int
}

// member is a future of a group, and its place there.
type member[T any] struct {
	part
	f             Future[T] // nil after it was ready or dropped
	index         int       // for the combinator
	before, after *member[T]
}

// enlist makes m, which is new, a member that has yet to be polled.
func (g *group[T]) enlist(m *member[T], f Future[T]) {
	if g.inbox == nil {
		g.inbox = new(inbox)
	}
	m.f, m.of = f, g.inbox
	m.Init(partExecutor)
	m.before = g.last
	if g.last == nil {
		g.first = m
	} else {
		g.last.after = m
	}
	g.last = m
	g.n++
	g.woken.Push(&m.Header)
}

// enlistAll makes the futures members, numbered from 0. It reports whether one of them is nil; that is no member. in is the
// inbox of a new group that nobody moves.
func (g *group[T]) enlistAll(in *inbox, fs []Future[T]) (hasNil bool) {
	g.inbox = in
	members := make([]member[T], len(fs))
	for i, f := range fs {
		if f == nil {
			hasNil = true
			continue
		}
		members[i].index = i
		g.enlist(&members[i], f)
	}
	return hasNil
}

// remove ends m's membership: late wakes of it do nothing.
func (g *group[T]) remove(m *member[T]) {
	if m.before == nil {
		g.first = m.after
	} else {
		m.before.after = m.after
	}
	if m.after == nil {
		g.last = m.before
	} else {
		m.after.before = m.before
	}
	m.f, m.before, m.after = nil, nil, nil
	m.Finish()
	g.n--
}

// poll polls the members that were woken, until one is ready: it is returned with its result and is no member any more.
// If m is nil, none is ready now, and the task will be woken. A member that wakes itself lets all others go first, and the
// task's turn end. One call polls no more members than a poll has budget. A result costs a unit of the budget, unless its
// future has spent one.
func (g *group[T]) poll(cx *Context) (m *member[T], value T, err error) {
	for range Budget {
		if !cx.HasBudget() {
			break
		}
		h := g.next(cx)
		if h == nil {
			if g.yields.Len() == 0 {
				return nil, value, nil
			}
			break
		}
		m := holder.Of[member[T]](h)
		if m.f == nil { // dropped while it was queued
			continue
		}
		left := cx.budgetLeft()
		value, ready, err := g.pollMember(cx, m)
		if ready {
			if cx.budgetLeft() == left {
				cx.Spend()
			}
			g.remove(m)
			return m, value, err
		}
		if m.Idle() == waker.PollAgain {
			g.yields.Push(h)
		}
	}
	g.woken.Append(&g.yields)
	cx.Again()
	return nil, value, nil
}

// next returns a member that was woken. If there is none, the next wake will wake cx's task.
func (g *group[T]) next(cx *Context) *waker.Header {
	if g.woken.Len() == 0 {
		g.Expect(cx.Waker())
		g.TakeAll(&g.woken)
	}
	return g.woken.Pop()
}

// pollMember polls m. If m panics it is dropped, and the group stays as it should be.
func (g *group[T]) pollMember(cx *Context, m *member[T]) (value T, ready bool, err error) {
	m.Begin()
	g.cx = cx.WithWaker(&m.Header)
	returned := false
	defer func() {
		g.cx = Context{}
		if !returned {
			g.discard(cx, m)
		}
	}()
	value, ready, err = m.f.Poll(&g.cx)
	returned = true
	return value, ready, err
}

// discard drops a member's future, with the waker that it was polled with.
func (g *group[T]) discard(cx *Context, m *member[T]) {
	f := m.f
	g.remove(m)
	if cx != nil {
		g.cx = cx.WithWaker(&m.Header)
		cx = &g.cx
	}
	Drop(cx, f)
}

// drop drops all futures, in order. After a panic in one of them it goes on with the next.
func (g *group[T]) drop(cx *Context) {
	defer func() {
		g.cx = Context{}
		if g.first != nil {
			g.drop(cx)
		}
	}()
	for g.first != nil {
		g.discard(cx, g.first)
	}
	g.woken, g.yields = waker.Queue{}, waker.Queue{} // who fills and drops a set without polling it must not have them grow
}
