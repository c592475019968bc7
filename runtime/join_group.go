package runtime

import (
	"io"
	"slices"
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/holder"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/waker"
)

// Joined is how one task of a set has ended.
type Joined[T any] struct {
	ID    uint64 // the task's
	Value T
	Err   error // the task's own, or a *JoinError
}

// group is what JoinSet and JoinMap have in common: tasks, each with a key, that are joined in the order of their ends. Each task
// has a header of its own as its joiner, so that finding the next one costs what is ready, not what waits. (Tokio's
// IdleNotifiedSet, util/idle_notified_set.rs.)
//
// Ownership. One goroutine or task at a time; only ended is shared. A task that ends touches it after its result can be taken, so
// it lives apart: the group itself may be moved with a state machine, and cleared in its cell.
type group[T, K any] struct {
	_       [0]sync.Mutex // so that go vet reports a copy
	members []*member[T, K]
	spare   []*member[T, K] // that were joined, for those who come; at most maxSpare
	ended   *endedQueue     // nil before the first member
	givenUp int             // members since ended was swept
	isOver  bool            // a shutdown has aborted all members
}

// maxSpare is the number of members that a group keeps when all were joined.
const maxSpare = 32

// minGivenUp keeps short queues from being swept whenever a member is given up.
const minGivenUp = 64

// member is one task of a group.
type member[T, K any] struct {
	endNotice // must be first
	handle    *JoinHandle[T]
	key       K
	at        int32 // its index in members; -1: the group has given it up
	isStray   bool  // its task, which was ending when it came, may wake it once more
}

// endNotice is woken by a task's end, and then puts itself into its queue.
type endNotice struct {
	header waker.Header // must be first
	queue  *endedQueue
}

var endNoticeExecutor = waker.NewExecutor(func(h *waker.Header) {
	holder.Of[endNotice](h).queue.fresh.Put(h).Wake()
})

// endedQueue has the notices of tasks that have ended.
type endedQueue struct {
	fresh waker.Inbox
	taken waker.Queue // owner only
}

// pop returns the notice that came first, or nil. Owner only.
func (q *endedQueue) pop() *waker.Header {
	if h := q.taken.Pop(); h != nil {
		return h
	}
	q.fresh.TakeAll(&q.taken)
	return q.taken.Pop()
}

// add puts h's task into the group.
func (g *group[T, K]) add(h *JoinHandle[T], key K) *member[T, K] {
	if g.ended == nil {
		g.ended = new(endedQueue)
	}
	m := g.place()
	m.handle, m.key, m.at = h, key, int32(len(g.members))
	m.queue = g.ended
	m.header.InitIdle(endNoticeExecutor)
	g.members = append(g.members, m)
	g.isOver = false
	w := m.header.Waker()
	if h.IsFinished() {
		w.Wake() // the task has never had w
	} else if h.task.AwaitEnd(w) {
		m.isStray = true
		w.Wake()
	}
	return m
}

// place returns an empty member.
func (g *group[T, K]) place() (m *member[T, K]) {
	last := len(g.spare) - 1
	if last < 0 {
		return new(member[T, K])
	}
	m, g.spare[last] = g.spare[last], nil
	g.spare = g.spare[:last]
	return m
}

// remove takes m out. Its notice, if it is in the queue or still to come, is skipped there.
func (g *group[T, K]) remove(m *member[T, K]) {
	last := len(g.members) - 1
	moved := g.members[last]
	g.members[m.at], moved.at = moved, m.at
	g.members[last] = nil
	g.members = g.members[:last]
	m.at = -1
}

// giveUp takes m out and makes its task forget the group. A member whose task had ended stays in the queue of those until it is
// skipped there, or swept out: who gives up many may never join any.
func (g *group[T, K]) giveUp(m *member[T, K]) {
	m.handle.task.LeaveEnd(m.header.Waker())
	m.handle.task.GiveUp()
	g.remove(m)
	if g.givenUp++; g.givenUp > max(len(g.members), minGivenUp) {
		g.givenUp = 0
		g.sweep()
	}
}

// sweep takes those who were given up out of the queue.
func (g *group[T, K]) sweep() {
	var rest waker.Queue
	for h := g.ended.pop(); h != nil; h = g.ended.pop() {
		if holder.Of[member[T, K]](h).at >= 0 {
			rest.Push(h)
		}
	}
	g.ended.taken = rest
}

// next takes out the member whose task has ended first, or returns nil.
func (g *group[T, K]) next() *member[T, K] {
	if g.ended == nil {
		return nil
	}
	for {
		h := g.ended.pop()
		if h == nil {
			return nil
		}
		if m := holder.Of[member[T, K]](h); m.at >= 0 {
			invariant.Check(m.handle.IsFinished(), "a joined task has not ended")
			g.remove(m)
			return m
		}
	}
}

// poll is ready with the member whose task has ended first, or with io.EOF if the group is empty.
func (g *group[T, K]) poll(cx *future.Context) (m *member[T, K], ready bool, err error) {
	if !cx.HasBudget() {
		return nil, false, nil
	}
	if m = g.next(); m == nil && len(g.members) > 0 {
		g.ended.fresh.Expect(cx.Waker())
		if m = g.next(); m == nil {
			return nil, false, nil
		}
	}
	cx.Spend()
	if m == nil {
		return nil, true, io.EOF
	}
	return m, true, nil
}

// leave ends a wait: the next end wakes nobody.
func (g *group[T, K]) leave(cx *future.Context) {
	if g.ended != nil {
		g.ended.fresh.Leave(cx.Waker())
	}
}

// join takes the key and the result of a member that next has returned. The member serves another task, if its own one has no waker of
// it any more: a wake that comes so late would tell the end of the other.
func (g *group[T, K]) join(m *member[T, K]) (key K, j Joined[T]) {
	key, j.ID = m.key, m.handle.ID()
	j.Value, j.Err = m.handle.take()
	if !m.isStray && len(g.spare) < maxSpare {
		*m = member[T, K]{}
		g.spare = append(g.spare, m)
	}
	return key, j
}

// beginShutdown aborts all tasks, once.
func (g *group[T, K]) beginShutdown() {
	if !g.isOver {
		g.abortAll()
		g.isOver = true
	}
}

// pollDiscard is poll for who throws the result away.
func (g *group[T, K]) pollDiscard(cx *future.Context) (key K, ready bool, err error) {
	m, ready, err := g.poll(cx)
	if m != nil {
		m.handle.task.GiveUp()
		key, _ = g.join(m)
	}
	return key, ready, err
}

// pollRest is ready when next, which throws results away, has come to its end.
func pollRest[J any](cx *future.Context, next func(*future.Context) (J, bool, error)) (none struct{}, ready bool, err error) {
	for {
		_, ready, err := next(cx)
		if !ready {
			return none, false, nil
		}
		if err != nil { // empty
			return none, true, nil
		}
	}
}

func (g *group[T, K]) abortAll() {
	for _, m := range g.members {
		m.handle.Abort()
	}
}

// detachAll lets all tasks go on without the group, and without their owner.
func (g *group[T, K]) detachAll() {
	g.forgetAll(func(m *member[T, K]) { m.handle.Detach() })
}

// close aborts all tasks and gives them up.
func (g *group[T, K]) close() {
	g.forgetAll(func(m *member[T, K]) { m.handle.Abort() })
}

func (g *group[T, K]) forgetAll(last func(m *member[T, K])) {
	members := g.members
	g.members = nil
	for _, m := range slices.Backward(members) {
		m.at = -1
		m.handle.task.LeaveEnd(m.header.Waker())
		m.handle.task.GiveUp()
		last(m)
	}
	for g.next() != nil { // lets go of notices
	}
}
