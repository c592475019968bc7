package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
)

// waits is a future that is ready at every third poll, again and again.
type waits struct{ n int }

func (w *waits) Poll(cx *future.Context) (int, bool, error) {
	w.n++
	if w.n%3 != 0 {
		cx.Again()
		return 0, false, nil
	}
	return w.n, true, nil
}

func TestCombinatorsAllocateOnlyThemselves(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	p := newPolling(t)
	never := future.Pending[int]()
	var a, b, c waits
	fa, fb, fc := future.Future[int](&a), future.Future[int](&b), future.Future[int](&c)
	for name, test := range map[string]struct {
		allocs float64
		run    func()
	}{
		"Join2":    {1, func() { runToEnd(p, future.Join2(fa, fb)) }},
		"TryJoin3": {1, func() { runToEnd(p, future.TryJoin3(fa, fb, fc)) }},
		"Select2":  {1, func() { runToEnd(p, future.Select2(never, fb)) }},
		"Select6":  {1, func() { runToEnd(p, future.Select6(never, never, never, never, never, fb)) }},
		"Race":     {2, func() { runToEnd(p, future.Race(never, fb)) }},
		"JoinAll":  {3, func() { runToEnd(p, future.JoinAll(fa, fb, fc)) }}, // the third is the result
	} {
		require.EqualValues(t, test.allocs, testing.AllocsPerRun(500, test.run), name)
	}
}

func runToEnd[T any](p *polling, f future.Future[T]) {
	for {
		p.local.BeginPoll()
		if _, ready, _ := f.Poll(&p.cx); ready {
			return
		}
	}
}

func TestWaitingForSeveralAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	a, b := &waits{}, &waits{}
	fa, fb := future.Ref[int](a), future.Ref[int](b)
	never := future.Pending[int]()
	total := 0
	add := func(v int, err error) error { total += v; return err }
	onA, onB := future.On(fa, add), future.On(fb, add)
	var set future.Set[int]
	set.Add(&rounds{})
	for name, wait := range map[string]func(cx *future.Context) error{
		"AwaitSelect2": func(cx *future.Context) error { _, err := future.AwaitSelect2(cx, fa, fb); return err },
		"AwaitSelect6": func(cx *future.Context) error {
			_, err := future.AwaitSelect6(cx, fa, never, never, fb, never, never)
			return err
		},
		"Select": func(cx *future.Context) error { return future.Select(cx, onA.If(true), onB) },
		"Set":    func(cx *future.Context) error { return pollTwice(cx, &set) },
	} {
		t.Run(name, func(t *testing.T) {
			turn := endless(t, wait)
			turn()
			require.Zero(t, testing.AllocsPerRun(1000, turn))
		})
	}
	require.NotZero(t, total)
}

// Nor does it if what it waits for ends.
func TestNextOfASetAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	const turns = 100
	set, ordered := &future.Set[int]{}, &future.Ordered[int]{}
	for range (turns + 3) * future.Budget { // a turn ends with the budget
		set.Add(future.Ready(1))
		ordered.Add(future.Ready(1))
	}
	for name, wait := range map[string]func(cx *future.Context) error{
		"Set":     func(cx *future.Context) error { _, err := set.Next(cx); return err },
		"Ordered": func(cx *future.Context) error { _, err := ordered.Next(cx); return err },
	} {
		t.Run(name, func(t *testing.T) {
			turn := endless(t, wait)
			turn()
			require.Zero(t, testing.AllocsPerRun(turns, turn))
		})
	}
	require.LessOrEqual(t, set.Len(), future.Budget)
	require.LessOrEqual(t, ordered.Len(), future.Budget)
}

// A poll that is not ready allocates nothing, whatever the future is wrapped in.
func TestAPollOfACombinatorAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	p := newPolling(t)
	inner := func() future.Future[int] { return &rounds{} }
	var ordered future.Ordered[int]
	ordered.Add(inner())
	ordered.Add(inner())
	same := func(v int) (int, error) { return v, nil }
	for name, poll := range map[string]func(cx *future.Context) (ready bool){
		"Map":           polls(future.Map(inner(), same)),
		"Then":          polls(future.Then(inner(), func(int) future.Future[int] { return inner() })),
		"Then, second":  polls(future.Then(future.Ready(1), func(int) future.Future[int] { return inner() })),
		"Catch":         polls(future.Catch(inner(), func(err error) (int, error) { return 0, err })),
		"CatchPanic":    polls(future.CatchPanic(inner())),
		"Share":         polls[int](future.Share(inner())),
		"TryJoin2":      polls(future.TryJoin2(inner(), inner())),
		"TryJoinAll":    polls(future.TryJoinAll(inner(), inner())),
		"JoinAll":       polls(future.JoinAll(inner(), inner())),
		"Race":          polls(future.Race(inner(), inner())),
		"Join6":         polls(future.Join6(inner(), inner(), inner(), inner(), inner(), inner())),
		"Select6":       polls(future.Select6(inner(), inner(), inner(), inner(), inner(), inner())),
		"Cooperative":   polls(future.Cooperative(inner())),
		"Unconstrained": polls(future.Unconstrained(inner())),
		"Ordered":       func(cx *future.Context) bool { _, ready, _ := ordered.PollNext(cx); return ready },
	} {
		wasReady := false
		turn := func() {
			p.local.BeginPoll()
			wasReady = poll(&p.cx) || wasReady
		}
		turn()
		require.Zero(t, testing.AllocsPerRun(500, turn), name)
		require.False(t, wasReady, name)
	}
}

// Nor does one that is ready, but for a result that is a slice: its last poll, and the polls before it.
func TestTheEndOfACombinatorAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	const runs = 100
	p := newPolling(t)
	same := func(v int) (int, error) { return v, nil }
	inner := func() future.Future[int] { return &waits{} }
	failing := func() future.Future[int] { return future.ReadyErr[int](errPlanned) }
	set, ordered := &future.Set[int]{}, &future.Ordered[int]{}
	for range runs + 1 {
		set.Add(inner())
		ordered.Add(inner())
	}
	for name, test := range map[string]struct {
		allocs float64
		next   func() (poll func(cx *future.Context) (ready bool))
	}{
		"Map": {0, func() func(*future.Context) bool { return polls(future.Map(inner(), same)) }},
		"Then": {0, func() func(*future.Context) bool {
			second := inner()
			return polls(future.Then(inner(), func(int) future.Future[int] { return second }))
		}},
		"Catch": {0, func() func(*future.Context) bool {
			return polls(future.Catch(failing(), func(error) (int, error) { return 0, nil }))
		}},
		"CatchPanic":    {0, func() func(*future.Context) bool { return polls(future.CatchPanic(inner())) }},
		"Cooperative":   {0, func() func(*future.Context) bool { return polls(future.Cooperative(inner())) }},
		"Unconstrained": {0, func() func(*future.Context) bool { return polls(future.Unconstrained(inner())) }},
		"Ref":           {0, func() func(*future.Context) bool { return polls(future.Ref(inner())) }},
		"Shared":        {0, func() func(*future.Context) bool { return polls[int](future.Share(inner())) }},
		"Shared, the second": {0, func() func(*future.Context) bool {
			first := future.Share(inner())
			second := first.Clone()
			runToEnd[int](p, first)
			return polls[int](second)
		}},
		"Race":             {0, func() func(*future.Context) bool { return polls(future.Race(inner(), inner())) }},
		"JoinAll":          {1, func() func(*future.Context) bool { return polls(future.JoinAll(inner(), inner())) }},
		"TryJoinAll":       {1, func() func(*future.Context) bool { return polls(future.TryJoinAll(inner(), inner())) }},
		"TryJoinAll fails": {0, func() func(*future.Context) bool { return polls(future.TryJoinAll(failing(), inner())) }},
		"Join6": {0, func() func(*future.Context) bool {
			return polls(future.Join6(inner(), inner(), inner(), inner(), inner(), inner()))
		}},
		"TryJoin6": {0, func() func(*future.Context) bool {
			return polls(future.TryJoin6(inner(), inner(), inner(), inner(), inner(), inner()))
		}},
		"Select6": {0, func() func(*future.Context) bool {
			return polls(future.Select6(inner(), inner(), inner(), inner(), inner(), inner()))
		}},
		"Set": {0, func() func(*future.Context) bool {
			return func(cx *future.Context) bool { _, ready, _ := set.PollNext(cx); return ready }
		}},
		"Ordered": {0, func() func(*future.Context) bool {
			return func(cx *future.Context) bool { _, ready, _ := ordered.PollNext(cx); return ready }
		}},
	} {
		var all []func(cx *future.Context) bool
		for range runs + 1 {
			all = append(all, test.next())
		}
		require.Equal(t, test.allocs, testing.AllocsPerRun(runs, func() {
			for ready := false; !ready; {
				p.local.BeginPoll()
				ready = all[0](&p.cx)
			}
			all = all[1:]
		}), name)
	}
	require.Zero(t, set.Len()+ordered.Len())
}

// polls returns a poll of f.
func polls[T any](f future.Future[T]) func(cx *future.Context) bool {
	return func(cx *future.Context) bool { _, ready, _ := f.Poll(cx); return ready }
}

// rounds is never ready, and wakes itself at every poll.
type rounds struct{}

func (*rounds) Poll(cx *future.Context) (int, bool, error) {
	cx.Again()
	return 0, false, nil
}

// pollTwice polls the set in two turns.
func pollTwice(cx *future.Context, set *future.Set[int]) error {
	turns := 0
	_, err := future.AwaitPoll(cx, func(cx *future.Context) (int, bool, error) {
		turns++
		_, ready, err := set.PollNext(cx)
		return 0, ready || turns == 2, err
	}, nil)
	return err
}
