package crowd

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// groupSize is the number of members whose places are looked at together: few enough that waking two of thousands does not
// visit all of them, enough that the groups themselves are few.
const groupSize = 16

// Crowd is a set of members that are woken all at once. The zero Crowd is empty.
//
// Ownership. Join and Leave change the groups and their places, under mu. Any goroutine may walk the groups; it reads
// them through an immutable slice. A member's slot is its own.
//
// Order. A member stores its waker (C1), then marks its group (C2), then looks at the channel once more. Who has changed the
// channel loads the marks (C3), clears each one it finds (C4), and then takes the wakers of that group (C5). If C3 finds no
// mark although C2 came before, another walk has cleared it, and its C5 comes after C1: the member is woken and looks at the
// channel again.
type Crowd struct {
	groups sy.Pointer[[]*group]

	mu   sync.Mutex
	room int // every group before it is full
}

// group is the places of some members.
type group struct {
	marked  sy.Bool // a member may wait
	members [groupSize]sy.Pointer[Member]
	index   int

	taken uint16 // Crowd.mu held: which places have a member
}

const full = 1<<groupSize - 1

// Member is one receiver's place in a [Crowd]. The zero Member is in no crowd. Its memory is the receiver's; it must not be copied
// while it is in a crowd.
type Member struct {
	slot  waker.Slot
	group *group
	place int
}

// Join gives m a place. m must not be in a crowd. Any goroutine, but one at a time for a member.
func (c *Crowd) Join(m *Member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m.group = c.withRoom()
	for m.group.taken&(1<<m.place) != 0 {
		m.place++
	}
	m.group.taken |= 1 << m.place
	m.group.members[m.place].Store(m)
}

// withRoom returns the first group that is not full. mu held.
func (c *Crowd) withRoom() *group {
	groups := c.load()
	for ; c.room < len(groups); c.room++ {
		if groups[c.room].taken != full {
			return groups[c.room]
		}
	}
	grown := make([]*group, len(groups)+1)
	copy(grown, groups)
	g := &group{index: len(groups)}
	grown[g.index] = g
	c.groups.Store(&grown)
	return g
}

// Leave takes m out. If m is in no crowd it does nothing. Any goroutine, but one at a time for a member.
func (c *Crowd) Leave(m *Member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := m.group
	if g == nil {
		return
	}
	g.members[m.place].Store(nil)
	g.taken &^= 1 << m.place
	m.group, m.place = nil, 0
	m.slot.Take()
	c.room = min(c.room, g.index)
	c.shrink()
}

// shrink gives up the last groups while two of them are empty, so that one member who comes and goes does not allocate
// each time. mu held.
func (c *Crowd) shrink() {
	groups := c.load()
	n := len(groups)
	for n >= 2 && groups[n-1].taken == 0 && groups[n-2].taken == 0 {
		n--
	}
	if n < len(groups) {
		rest := append([]*group(nil), groups[:n]...)
		c.groups.Store(&rest)
	}
}

func (c *Crowd) load() []*group {
	if p := c.groups.Load(); p != nil {
		return *p
	}
	return nil
}

// Wait stores w, to be woken by the next [Crowd.Wake]. After it the member must look at the channel once more. Another waker that m
// had is displaced and woken. m must be in a crowd. One goroutine at a time for a member.
func (m *Member) Wait(w waker.Waker) {
	m.slot.Set(w) // C1
	if !m.group.marked.Load() {
		m.group.marked.Store(true) // C2
	}
}

// Forget takes m's waker out. One goroutine at a time for a member.
func (m *Member) Forget() { m.slot.Take() }

// Wake wakes all members that wait. cx may be nil. Any goroutine; the caller holds no lock that a member needs.
func (c *Crowd) Wake(cx *future.Context) {
	woken := 0
	for _, g := range c.load() {
		if !g.marked.Load() { // C3
			continue
		}
		g.marked.Store(false) // C4
		for i := range g.members {
			if m := g.members[i].Load(); m != nil {
				if w := m.slot.Take(); !w.IsZero() { // C5
					wake(cx, w, woken)
					woken++
				}
			}
		}
	}
}

// wake wakes a member after others have been woken. The first two go through the LIFO slot, where the second displaces the
// first and so calls an idle worker for help. The rest goes straight to the queue, which saves an atomic swap each.
func wake(cx *future.Context, w waker.Waker, before int) {
	if before < 2 {
		cx.Wake(w)
	} else if l := cx.Local(); l != nil {
		l.Ready(w)
	} else {
		w.Wake()
	}
}
