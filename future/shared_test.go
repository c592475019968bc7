package future_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/waker"
)

// futures-rs: future_shared.rs many_threads: all who wait get the result
func TestAllHandlesOfASharedFutureGetItsResult(t *testing.T) {
	e := newExecutor(t)
	g := &gate{err: errPlanned}
	s := future.Share[int](g)
	var hs []*handle[int]
	for range 100 {
		hs = append(hs, spawn(e, s.Clone()))
	}
	hs = append(hs, spawn(e, s))
	e.run()
	require.Equal(t, 1, g.polls, "one task polls for all")
	g.open(6)
	e.run()
	for _, h := range append(hs, spawnAndRun(e, s.Clone())) {
		require.Equal(t, 6, h.value)
		require.ErrorIs(t, h.err, errPlanned)
	}
	require.Equal(t, []int{2, 0}, []int{g.polls, g.drops})
}

func spawnAndRun[T any](e *executor, f future.Future[T]) *handle[T] {
	h := spawn(e, f)
	e.run()
	return h
}

// futures-rs: future_shared.rs drop_on_one_task_ok: who is cancelled does not take the future along
func TestWhoWasWokenForASharedFutureAndIsCancelledPassesItOn(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	s := future.Share[int](g)
	first, second := spawn(e, s), spawn(e, s.Clone())
	e.run()
	first.Abort()
	g.open(42) // wakes one of them
	e.exec.Schedule(&first.Header)
	e.run()
	require.True(t, first.cancelled)
	require.True(t, second.IsComplete())
	require.Equal(t, 42, second.value)
}

// Each handle is polled, dropped or left alone, in each order, with wakes in between: the future is dropped once if no handle
// has its result, and nobody who waits for it is forgotten, also if another handle's task is woken and does not poll it.
func TestASharedFutureInAllOrders(t *testing.T) {
	const handles, steps = 3, 6
	// A step is: open the gate, or poll or drop handle i; what a handle may no longer do is left out.
	ops := 1 + 2*handles
	var run func(prefix []int)
	cases := 0
	run = func(prefix []int) {
		for _, deaf := range []int{-1, 0} { // -1: none
			checkShared(t, handles, prefix, deaf)
			cases++
		}
		if len(prefix) == steps {
			return
		}
		for op := range ops {
			run(append(prefix[:len(prefix):len(prefix)], op))
		}
	}
	if testing.Short() {
		ops = 5
	}
	run(nil)
	require.Greater(t, cases, 10_000)
}

// checkShared makes the steps, and then polls whoever was woken, but for the deaf handle.
func checkShared(t *testing.T, handles int, steps []int, deaf int) {
	e := &executor{}
	e.exec = waker.NewExecutor(e.injected.Push)
	e.local.Executor, e.local.Worker = e.exec, e
	e.cx = future.NewContext(&e.local, nil)
	g := &gate{}
	first := future.Share[int](g)
	hs := []*future.Shared[int]{first}
	for len(hs) < handles {
		hs = append(hs, first.Clone())
	}
	type state struct {
		task                waker.Header
		woken, waits, ended bool
	}
	states := make([]*state, handles)
	for i := range states {
		states[i] = &state{}
		states[i].task.InitIdle(waker.NewExecutor(func(*waker.Header) { states[i].woken = true }))
	}
	poll := func(i int) {
		s := states[i]
		s.task.Notify()
		s.task.Begin()
		s.woken = false
		e.cx.SetTask(&s.task)
		e.local.BeginPoll()
		v, ready, err := hs[i].Poll(&e.cx)
		if s.waits, s.ended = !ready, ready; ready {
			require.NoError(t, err)
			require.Equal(t, 1, v)
			return
		}
		if s.task.Idle() == waker.PollAgain || e.local.TakeAgain() {
			s.woken = true
			s.task.Idle()
		}
	}
	ready := false
	for _, op := range steps {
		i := (op - 1) / 2
		switch {
		case op == 0:
			g.open(1)
		case states[i].ended:
		case op%2 == 1:
			poll(i)
			ready = ready || states[i].ended
		default:
			e.cx.SetTask(&states[i].task)
			hs[i].Drop(&e.cx)
			states[i].ended, states[i].waits = true, false
		}
	}
	if g.isOpen { // the wakes that were given are enough for all who wait
		for range handles * handles {
			for i, s := range states {
				if i != deaf && s.waits && s.woken {
					poll(i)
					ready = ready || states[i].ended
				}
			}
		}
		for i, s := range states {
			require.True(t, i == deaf || !s.waits, "handle %d is forgotten after %v beside %d", i, steps, deaf)
		}
	}
	for i, s := range states {
		if !s.ended {
			hs[i].Drop(&e.cx)
		}
	}
	if ready {
		require.Zero(t, g.drops, "%v", steps)
	} else {
		require.Equal(t, 1, g.drops, "%v", steps)
	}
}

// futures-rs: future_shared.rs shared_future_that_wakes_itself_until_pending_is_returned: it lets the others run
func TestASharedFutureThatWakesItselfLetsOthersRun(t *testing.T) {
	e := newExecutor(t)
	proceed := false
	s := future.Share(future.Func(func(cx *future.Context) (int, bool, error) {
		if !proceed {
			cx.Waker().Wake()
			return 0, false, nil
		}
		return 1, true, nil
	}))
	h := spawn(e, future.Join2(s, future.Func(func(*future.Context) (int, bool, error) {
		proceed = true
		return 2, true, nil
	})))
	e.run()
	require.Equal(t, []int{1, 2}, []int{h.value.A.Value, h.value.B.Value})
}

// futures-rs: future_shared.rs panic_while_poll: one sees the panic, the others an error
func TestAPanicOfASharedFutureIsTheErrorOfTheOthers(t *testing.T) {
	boom := errors.New("boom")
	e := newExecutor(t)
	g := &gate{onPoll: func(*future.Context) { panic(boom) }}
	s := future.Share[int](g)
	a, b := spawn(e, s.Clone()), spawn(e, s)
	e.run()
	require.ErrorIs(t, a.panicked.(*future.Panic), boom)
	require.ErrorIs(t, b.err, boom)
	require.Equal(t, 1, g.drops)
}

// futures-rs: future_shared.rs drop_in_poll: a handle may be dropped by the future that it shares
func TestAHandleMayBeDroppedInAPollOfItsFuture(t *testing.T) {
	e := newExecutor(t)
	var other *future.Shared[int]
	s := future.Share(future.Func(func(cx *future.Context) (int, bool, error) {
		other.Drop(cx)
		return 1, true, nil
	}))
	other = s.Clone()
	h := spawnAndRun(e, s)
	require.Equal(t, 1, h.value)
}

func TestACloneOfADroppedSharedFutureIsCancelled(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	s := future.Share[int](g)
	s.Drop(nil)
	require.Equal(t, 1, g.drops)
	h := spawnAndRun(e, s.Clone())
	require.ErrorIs(t, h.err, future.ErrCancelled)
	require.ErrorIs(t, spawnAndRun(e, future.Share[int](nil)).err, future.ErrNilFuture)
}

// futures-rs: future_shared.rs two_threads: handles on different threads
//
// Each wake asks for one more poll, which the waker waits for; the waiters sleep between them. A wake that were lost would
// leave all of them waiting, and two polls at once would be a data race.
func TestASharedFutureServesManyGoroutines(t *testing.T) {
	const rounds, waiters = 5000, 4
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	var slot waker.Slot
	var wanted, seen sy.Int64
	polls := 0
	s := future.Share(future.Func(func(cx *future.Context) (int, bool, error) {
		polls++
		slot.Set(cx.Waker())
		round := wanted.Load()
		seen.Store(round)
		if round < rounds {
			return 0, false, nil
		}
		return 7, true, nil
	}))
	var wg sync.WaitGroup
	for range waiters {
		h := s.Clone()
		wg.Go(func() { // ends with the last round, or with ctx
			n, err := future.Wait(ctx, h)
			if n != 7 || err != nil {
				t.Error(n, err)
			}
		})
	}
	for round := int64(1); round <= rounds; round++ {
		wanted.Store(round)
		slot.Take().Wake()
		for spins := 1; seen.Load() < round && ctx.Err() == nil; spins++ {
			if spins%1000 == 0 {
				runtime.Gosched()
			}
		}
	}
	wg.Wait()
	s.Drop(nil)
	require.Positive(t, polls)
}

// Who holds the future's waker in its structures takes it out there by comparing; and what the others are told of is over by then.
func TestASharedFutureThatPanicsIsDroppedAsItWasPolledBeforeTheOthersAreTold(t *testing.T) {
	for name, dropPanic := range map[string]any{"quiet": nil, "panic": "drop"} {
		t.Run(name, func(t *testing.T) {
			e := newExecutor(t)
			var polledWith waker.Waker
			g := &gate{}
			g.onPoll = func(cx *future.Context) {
				polledWith = cx.Waker()
				if g.isOpen {
					panic("poll")
				}
			}
			s := future.Share[int](g)
			clone, looking := s.Clone(), s.Clone()
			g.onDrop = func(cx *future.Context) {
				require.Equal(t, polledWith, cx.Waker())
				_, ready, _ := looking.Poll(&e.cx)
				require.False(t, ready, "the end is seen before the future is gone")
				if dropPanic != nil {
					panic(dropPanic)
				}
			}
			first, other := spawn(e, s), spawn(e, clone)
			e.run()
			g.open(1)
			e.run()
			if first.panicked == nil { // either may have polled it
				first, other = other, first
			}
			if dropPanic == nil {
				require.Equal(t, "poll", first.panicked.(*future.Panic).Value)
			} else {
				require.Equal(t, dropPanic, first.panicked)
			}
			var p *future.Panic
			require.ErrorAs(t, other.err, &p)
			require.Equal(t, "poll", p.Value)
			require.Equal(t, 1, g.drops)
		})
	}
}

// Who comes while the future is polled, on another worker, was not there when it was woken.
func TestWhoComesDuringTheLastPollOfASharedFutureIsWoken(t *testing.T) {
	for name, end := range map[string]func(){"ready": func() {}, "panic": func() { panic("boom") }} {
		t.Run(name, func(t *testing.T) {
			e := newExecutor(t)
			var late future.Future[int]
			woken := false
			other := newExecutor(t)
			task := &waker.Header{}
			task.InitIdle(waker.NewExecutor(func(*waker.Header) { woken = true }))
			other.cx.SetTask(task)
			other.local.BeginPoll()
			s := future.Share(future.Func(func(*future.Context) (int, bool, error) {
				_, ready, _ := late.Poll(&other.cx)
				require.False(t, ready)
				end()
				return 1, true, nil
			}))
			late = s.Clone()
			spawnAndRun(e, s)
			require.True(t, woken)
			_, ready, _ := late.Poll(&other.cx)
			require.True(t, ready)
		})
	}
}

// Each handle spends a unit for its result, and none polls or takes anything without budget.
func TestASharedFutureHeedsTheBudget(t *testing.T) {
	e := newExecutor(t)
	polls := 0
	s := future.Share(future.Func(func(*future.Context) (int, bool, error) { polls++; return 1, true, nil }))
	late := s.Clone()
	exhaust := func(cx *future.Context) {
		for cx.HasBudgetRemaining() {
			cx.Spend()
		}
	}
	var polled, taken bool
	e.cx.SetTask(new(waker.Header))
	e.local.BeginPoll()
	exhaust(&e.cx)
	_, polled, _ = s.Poll(&e.cx)
	require.False(t, polled)
	require.Zero(t, polls)
	e.local.BeginPoll()
	_, polled, _ = s.Poll(&e.cx)
	require.True(t, polled)
	exhaust(&e.cx)
	_, taken, _ = late.Poll(&e.cx)
	require.False(t, taken)
	e.local.BeginPoll()
	for range future.Budget - 1 {
		e.cx.Spend()
	}
	_, taken, _ = late.Poll(&e.cx)
	require.True(t, taken)
	require.False(t, e.cx.HasBudgetRemaining())
}
