package crowd_test

import (
	goruntime "runtime"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/sync/internal/crowd"
	"github.com/simmer-go/simmer/waker"
)

// procs runs the test with more processors than the machine has cores.
func procs(t *testing.T, n int) {
	before := goruntime.GOMAXPROCS(n)
	t.Cleanup(func() { goruntime.GOMAXPROCS(before) })
}

var exec = waker.NewExecutor(func(*waker.Header) {})

// guest is a member whose task shows whether it was woken.
type guest struct {
	crowd.Member
	task waker.Header
}

func newGuest() *guest {
	g := &guest{}
	g.task.InitIdle(exec)
	return g
}

func (g *guest) wait() { g.Wait(g.task.Waker()) }

// takeWoken reports whether the guest was woken since the last call.
func (g *guest) takeWoken() bool {
	if g.task.IsIdle() {
		return false
	}
	g.task.Begin()
	g.task.Idle()
	return true
}

func TestWakeWakesThoseWhoWait(t *testing.T) {
	var c crowd.Crowd
	c.Wake(nil) // nobody there
	var guests []*guest
	for range 100 {
		g := newGuest()
		c.Join(&g.Member)
		guests = append(guests, g)
	}
	for turn := range 3 {
		for i, g := range guests {
			if i%7 == turn {
				g.wait()
				g.wait()
			}
		}
		guests[turn].Forget()
		c.Wake(nil)
		for i, g := range guests {
			require.Equal(t, i%7 == turn && i != turn, g.takeWoken(), i)
		}
		c.Wake(nil)
		for _, g := range guests {
			require.False(t, g.takeWoken(), "woken twice")
		}
	}
}

func TestAMemberThatLeavesIsNotWoken(t *testing.T) {
	var c crowd.Crowd
	a, b := newGuest(), newGuest()
	c.Join(&a.Member)
	c.Join(&b.Member)
	a.wait()
	b.wait()
	c.Leave(&a.Member)
	c.Leave(&a.Member) // once more does nothing
	c.Wake(nil)
	require.False(t, a.takeWoken())
	require.True(t, b.takeWoken())
	c.Join(&a.Member)
	b.wait()
	c.Wake(nil)
	require.True(t, b.takeWoken())
	require.False(t, a.takeWoken(), "an old waker was kept")
	a.wait()
	c.Wake(nil)
	require.True(t, a.takeWoken())
}

func TestASecondTaskOfAMemberWakesTheFirst(t *testing.T) {
	var c crowd.Crowd
	a, other := newGuest(), newGuest()
	c.Join(&a.Member)
	a.wait()
	a.Wait(other.task.Waker())
	require.True(t, a.takeWoken())
	c.Wake(nil)
	require.False(t, a.takeWoken())
	require.True(t, other.takeWoken())
}

// The waker is stored before the group is marked: a walk that clears the mark finds the waker. The wake of the task that is displaced
// comes between the two.
func TestAWaitIsStoredBeforeItsGroupIsMarked(t *testing.T) {
	var c crowd.Crowd
	var m crowd.Member
	c.Join(&m)
	isMarked := true
	var first waker.Header
	first.InitIdle(waker.NewExecutor(func(*waker.Header) { isMarked = crowd.IsMarked(&m) }))
	m.Wait(first.Waker())
	crowd.SetMarked(&m, false)
	second := newGuest()
	m.Wait(second.task.Waker())
	require.False(t, isMarked)
	require.True(t, crowd.IsMarked(&m))
	c.Wake(nil)
	require.True(t, second.takeWoken())
}

// FuzzCrowd has members of some groups come, wait, give up and go beside a set.
func FuzzCrowd(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5})
	all := make([]byte, 0, 400)
	for i := range 80 {
		all = append(all, 0, byte(i), 1, byte(i))
	}
	f.Add(append(all, 4, 0, 2, 5, 2, 79, 4, 0))
	for i := range 80 {
		all = append(all, 3, byte(79-i))
	}
	f.Add(append(all, 4, 0, 0, 1, 1, 1, 4, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		const members = 80
		var c crowd.Crowd
		guests := make([]*guest, members)
		inside, waits := [members]bool{}, [members]bool{}
		for i := range guests {
			guests[i] = newGuest()
		}
		for ; len(data) >= 2; data = data[2:] {
			i := int(data[1] % members)
			g := guests[i]
			switch data[0] % 5 {
			case 0:
				if !inside[i] {
					c.Join(&g.Member)
					inside[i] = true
				}
			case 1:
				if inside[i] {
					g.wait()
					waits[i] = true
				}
			case 2:
				g.Forget()
				waits[i] = false
			case 3:
				c.Leave(&g.Member)
				inside[i], waits[i] = false, false
			case 4:
				c.Wake(nil)
				for i, g := range guests {
					require.Equal(t, waits[i], g.takeWoken())
					waits[i] = false
				}
			}
		}
	})
}

// full returns a crowd whose groups are full, of 16 members each.
func full(groups int) (*crowd.Crowd, []*guest) {
	var c crowd.Crowd
	guests := make([]*guest, 16*groups)
	for i := range guests {
		guests[i] = newGuest()
		c.Join(&guests[i].Member)
	}
	return &c, guests
}

func TestComingAndGoingAllocatesNothing(t *testing.T) {
	c, guests := full(3)
	last := newGuest() // alone in its group
	c.Join(&last.Member)
	for _, g := range []*guest{guests[0], guests[15], guests[16], guests[47], last} {
		require.Zero(t, testing.AllocsPerRun(100, func() {
			c.Leave(&g.Member)
			c.Join(&g.Member)
			g.wait()
			c.Wake(nil)
		}))
	}
}

func TestAPlaceThatIsFreeIsTakenBeforeANewGroupIsMade(t *testing.T) {
	c, guests := full(3)
	require.Equal(t, 3, crowd.Groups(c))
	for _, at := range []int{0, 47, 20} {
		c.Leave(&guests[at].Member)
		c.Join(&newGuest().Member)
		require.Equal(t, 3, crowd.Groups(c))
	}
	c.Join(&newGuest().Member)
	require.Equal(t, 4, crowd.Groups(c))
}

// A member that comes again takes the first place that is free, also if it had a later one before.
func TestAMemberThatComesAgainTakesAnEarlierPlace(t *testing.T) {
	c, guests := full(1)
	last := guests[15]
	c.Leave(&last.Member)
	c.Join(&newGuest().Member)
	c.Leave(&guests[0].Member)
	c.Join(&last.Member)
	require.Equal(t, 1, crowd.Groups(c))
	last.wait()
	c.Wake(nil)
	require.True(t, last.takeWoken())
}

// recording is a worker that counts what it is given.
type recording struct {
	future.Worker
	next, back int
}

func (r *recording) ScheduleNext(*waker.Header) { r.next++ }
func (r *recording) ScheduleBack(*waker.Header) { r.back++ }

// The first two who are woken go through the LIFO slot, the rest to the queue, whatever their groups are.
func TestTwoOfACrowdAreNextAndTheRestQueues(t *testing.T) {
	for _, n := range []int{1, 2, 3, 40} {
		var c crowd.Crowd
		worker := &recording{}
		local := future.Local{Executor: exec, Worker: worker}
		cx := future.NewContext(&local, nil)
		for range n {
			g := newGuest()
			c.Join(&g.Member)
			g.wait()
		}
		c.Wake(&cx)
		require.Equal(t, min(n, 2), worker.next)
		require.Equal(t, n-min(n, 2), worker.back)
	}
}

func TestEmptyGroupsAreGivenUp(t *testing.T) {
	c, guests := full(5)
	isGone := crowd.LastGroupIsGone(c)
	for _, g := range guests[16:] {
		c.Leave(&g.Member)
	}
	goruntime.GC()
	require.True(t, isGone())
	require.Equal(t, 2, crowd.Groups(c), "one empty group is kept for the next member")
	for _, g := range guests[16:] {
		c.Join(&g.Member)
		g.wait()
	}
	c.Wake(nil)
	for _, g := range guests[16:] {
		require.True(t, g.takeWoken())
	}
}

func TestAMemberThatHasLeftIsNotKept(t *testing.T) {
	var c crowd.Crowd
	gone := func() weak.Pointer[guest] {
		g := newGuest()
		c.Join(&g.Member)
		g.wait()
		c.Leave(&g.Member)
		return weak.Make(g)
	}()
	goruntime.GC()
	require.Nil(t, gone.Value())
	goruntime.KeepAlive(&c)
}

// A member that waits again while the walk which has woken it goes on has to be seen by the next walk.
func TestAMemberMayWaitAgainDuringTheWalk(t *testing.T) {
	var c crowd.Crowd
	var m crowd.Member
	c.Join(&m)
	task, wakes := new(waker.Header), 0
	task.InitIdle(waker.NewExecutor(func(h *waker.Header) {
		wakes++
		h.Begin()
		h.Idle()
		m.Wait(h.Waker())
	}))
	m.Wait(task.Waker())
	for i := range 5 {
		c.Wake(nil)
		require.Equal(t, i+1, wakes)
	}
}

// The channel of this test is a number. Each member waits until it has changed, and is the only one to acknowledge it: a wake that
// is lost hangs the test. Others come and go meanwhile.
func TestNoWakeOfACrowdIsLost(t *testing.T) {
	procs(t, 8)
	const members, rounds = 40, 500
	var (
		c       crowd.Crowd
		number  sy.Int64
		arrived sy.Int64
		wg      sync.WaitGroup
	)
	for range members {
		var m crowd.Member
		c.Join(&m)
		wg.Go(func() { // ends after its rounds
			defer c.Leave(&m)
			for next := int64(1); next <= rounds; next++ {
				_, err := future.WaitPoll(t.Context(), func(cx *future.Context) (none struct{}, ready bool, err error) {
					m.Wait(cx.Waker())
					return none, number.Load() >= next, nil
				}, nil)
				if err != nil {
					t.Error(err)
				}
				arrived.Add(1)
			}
		})
	}
	var stop sy.Bool
	for range 3 {
		wg.Go(func() { // ends when the rounds are over
			for g := newGuest(); !stop.Load(); {
				c.Join(&g.Member)
				g.wait()
				c.Wake(nil) // for no reason
				c.Leave(&g.Member)
			}
		})
	}
	for next := int64(1); next <= rounds; next++ {
		number.Store(next)
		c.Wake(nil)
		for arrived.Load() < next*members {
			goruntime.Gosched()
		}
	}
	stop.Store(true)
	wg.Wait()
}
