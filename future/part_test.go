package future

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/meet"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

func TestAHeaderIsAtTheBeginningOfItsPartAndMember(t *testing.T) {
	require.Zero(t, unsafe.Offsetof(part{}.Header))
	require.Zero(t, unsafe.Offsetof(member[int]{}.part))
	require.Zero(t, unsafe.Offsetof(sharing[int]{}.part))
}

// Several goroutines wake parts, each of which waits until its part was polled for it, while the owner sleeps whenever it was
// not woken: a wake that were lost would leave all of them waiting.
func TestNoWakeOfAPartIsLost(t *testing.T) {
	const parts, rounds = 1, 20_000
	var g group[int]
	var seen, wanted [parts]sy.Int64
	var slots [parts]waker.Slot
	for i := range parts {
		g.enlist(new(member[int]), Func(func(cx *Context) (int, bool, error) {
			slots[i].Set(cx.Waker())
			seen[i].Store(wanted[i].Load())
			return 0, false, nil
		}))
	}
	parker := waker.NewParker()
	cx := NewContext(nil, parker.Waker().Header())
	poll := func() {
		m, _, err := g.poll(&cx)
		require.Nil(t, m)
		require.NoError(t, err)
	}
	poll()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range parts {
		wg.Go(func() { // ends after its rounds, or with ctx
			for round := int64(1); round <= rounds; round++ {
				wanted[i].Store(round)
				slots[i].Take().Wake()
				for spins := 1; seen[i].Load() < round && ctx.Err() == nil; spins++ {
					if spins%1000 == 0 {
						runtime.Gosched()
					}
				}
			}
		})
	}
	isBehind := func() bool {
		for i := range parts {
			if seen[i].Load() < rounds {
				return true
			}
		}
		return false
	}
	for isBehind() {
		if err := parker.Park(ctx); err != nil {
			t.Fatal("a wake was lost")
		}
		poll()
	}
	g.drop(&cx)
}

// A part is woken beside a poll of its group: either that poll polls it, or the task is woken.
func TestAWakeBesideAPollOfTheGroupIsSeen(t *testing.T) {
	var (
		g     group[int]
		part  waker.Waker
		polls int
		wakes sy.Int64
	)
	task := new(waker.Header)
	task.InitIdle(waker.NewExecutor(func(*waker.Header) { wakes.Add(1) }))
	cx := NewContext(nil, task)
	g.enlist(new(member[int]), Func(func(cx *Context) (int, bool, error) {
		part = cx.Waker()
		polls++
		return 0, false, nil
	}))
	g.poll(&cx)
	lost := 0
	meet.Rounds(60_000, func(int) { polls = 0; g.poll(&cx) }, func(int) { part.Wake() }, func(int) {
		if polls == 0 && wakes.Load() == 0 {
			lost++
		}
		if wakes.Swap(0) > 0 {
			task.Begin()
			g.poll(&cx)
			task.Idle()
		}
		g.Leave(cx.Waker()) // or it were found in the next round
	})
	require.Zero(t, lost)
	g.drop(&cx)
}

// The future is woken after its poll, but before the task that has polled it says so: another handle leaves it alone, and that
// task polls once more.
func TestAWakeAtTheEndOfASharedPollIsNotLost(t *testing.T) {
	polls := 0
	h := Share(Func(func(*Context) (int, bool, error) {
		polls++
		return 0, false, nil
	}))
	task := new(waker.Header)
	cx := NewContext(nil, task)
	s := h.of
	s.polling, s.woken = true, false
	s.enqueue(&s.part)
	_, ready, _ := h.Clone().Poll(&cx)
	require.False(t, ready)
	require.Zero(t, polls)
	s.rest(&cx)
	require.True(t, task.IsMarked())
	_, ready, _ = h.Poll(&cx)
	require.False(t, ready)
	require.Equal(t, 1, polls)
}

// The future wakes itself in a poll, during which another handle comes: that handle's task is woken too, because the task that has
// polled may leave its handle alone from now on.
func TestWhoComesDuringASharedPollIsWokenAfterIt(t *testing.T) {
	var other *Shared[int]
	task, late := new(waker.Header), new(waker.Header)
	cx, lateCx := NewContext(nil, task), NewContext(nil, late)
	polls := 0
	h := Share(Func(func(cx *Context) (int, bool, error) {
		if polls++; polls == 1 {
			_, ready, _ := other.Poll(&lateCx)
			require.False(t, ready)
			cx.Waker().Wake()
		}
		return 0, false, nil
	}))
	other = h.Clone()
	_, ready, _ := h.Poll(&cx)
	require.False(t, ready)
	require.True(t, task.IsMarked())
	require.True(t, late.IsMarked())
	_, ready, _ = other.Poll(&lateCx)
	require.False(t, ready)
	require.Equal(t, 2, polls)
}

// Who fills a set and drops it, again and again, and never polls it, does not have it grow.
func TestADroppedGroupHasNoPartsInLine(t *testing.T) {
	var s Set[int]
	for range 3 {
		s.Add(Pending[int]())
		s.Drop(nil)
		require.Zero(t, s.group.woken)
	}
	s.Add(Ready(1))
	cx := NewContext(nil, new(waker.Header))
	value, ready, err := s.PollNext(&cx)
	require.NoError(t, err)
	require.True(t, ready)
	require.Equal(t, 1, value)
}

// A waker that somebody keeps after the end keeps no results.
func TestALateWakerOfAPartKeepsNoResults(t *testing.T) {
	var kept waker.Waker
	cx := NewContext(nil, new(waker.Header))
	result := func() weak.Pointer[[1 << 10]byte] {
		value := new([1 << 10]byte)
		j := JoinAll(Func(func(cx *Context) (*[1 << 10]byte, bool, error) {
			kept = cx.Waker()
			return value, true, nil
		}))
		out, ready, err := j.Poll(&cx)
		require.NoError(t, err)
		require.True(t, ready)
		require.Same(t, value, out[0].Value)
		return weak.Make(value)
	}()
	runtime.GC()
	runtime.GC()
	require.Nil(t, result.Value())
	kept.Wake()
}
