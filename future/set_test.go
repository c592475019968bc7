package future_test

import (
	"io"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// polling is a task that is polled by hand.
type polling struct {
	*executor
	task  waker.Header
	woken int
}

func newPolling(t testing.TB) *polling {
	p := &polling{executor: newExecutor(t)}
	p.task.InitIdle(waker.NewExecutor(func(*waker.Header) { p.woken++ }))
	p.task.Notify()
	p.cx.SetTask(&p.task)
	return p
}

// turn begins a poll. The caller polls, and then calls the function that it returns, which tells whether the task would be
// polled again.
func (p *polling) turn() (again func() bool) {
	p.task.Begin()
	p.local.BeginPoll()
	return func() bool { return p.local.TakeAgain() || p.task.Idle() == waker.PollAgain }
}

func next(t *testing.T, p *polling, poll func(cx *future.Context) (int, bool, error)) (item int, ready, again bool) {
	end := p.turn()
	item, ready, err := poll(&p.cx)
	require.NoError(t, err)
	return item, ready, end()
}

// futures-rs: stream_futures_unordered.rs is_terminated: an empty set is at its end, until something is added
func TestAnEmptySetIsAtItsEndUntilSomethingIsAdded(t *testing.T) {
	p := newPolling(t)
	var set future.Set[int]
	for _, v := range []int{1, 2} {
		_, ready, err := set.PollNext(&p.cx)
		require.True(t, ready)
		require.Equal(t, io.EOF, err)
		require.Zero(t, set.Len())
		set.Add(future.Ready(v))
		require.Equal(t, 1, set.Len())
		p.turn()
		got, ready, err := set.PollNext(&p.cx)
		require.True(t, ready)
		require.NoError(t, err)
		require.Equal(t, v, got)
	}
}

// futures-rs: stream_futures_unordered.rs works_1: results come in the order in which the futures finish
func TestASetYieldsInTheOrderOfTheEnds(t *testing.T) {
	e := newExecutor(t)
	gates := []*gate{{}, {}, {}}
	var set future.Set[int]
	for _, g := range gates {
		set.Add(g)
	}
	var got []int
	h := spawnBody(e, func(cx *future.Context) error {
		for v, err := range set.All(cx) {
			if err != nil {
				return err
			}
			got = append(got, v)
		}
		return nil
	})
	e.run()
	for _, i := range []int{1, 2, 0} {
		gates[i].open(i)
		e.run()
	}
	require.True(t, h.IsComplete())
	require.NoError(t, h.err)
	require.Equal(t, []int{1, 2, 0}, got)
}

// futures-rs: stream_futures_unordered.rs from_iterator: futures that are ready come in the order in which they were added
func TestReadyFuturesComeInTheOrderInWhichTheyWereAdded(t *testing.T) {
	p := newPolling(t)
	var set future.Set[int]
	for i := range 3 {
		set.Add(future.Ready(i))
	}
	for i := range 3 {
		v, ready, _ := next(t, p, set.PollNext)
		require.True(t, ready)
		require.Equal(t, i, v)
	}
}

// futures-rs: stream_futures_unordered.rs finished_future: polls without a reason change nothing
func TestPollsWithoutAReasonChangeNothing(t *testing.T) {
	p := newPolling(t)
	a, b := &gate{}, &gate{}
	var set future.Set[int]
	set.Add(a)
	set.Add(future.Map(future.Select2(b, future.Pending[int]()), func(s future.Selected2[int, int]) (int, error) { return s.A, nil }))
	for range 10 {
		_, ready, again := next(t, p, set.PollNext)
		require.False(t, ready)
		require.False(t, again)
	}
	require.Equal(t, []int{1, 1}, []int{a.polls, b.polls}, "only what was woken is polled")
	b.open(12)
	require.Equal(t, 1, p.woken)
	v, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready)
	require.Equal(t, 12, v)
	_, ready, _ = next(t, p, set.PollNext)
	require.False(t, ready)
}

// futures-rs: stream_futures_unordered.rs len_valid_during_out_of_order_completion: the length counts what was not yielded
func TestTheLengthOfASetCountsWhatWasNotYielded(t *testing.T) {
	p := newPolling(t)
	a, b, c, d := &gate{}, &gate{}, &gate{}, &gate{}
	var set future.Set[int]
	add := func(g *gate, want int) {
		set.Add(g)
		require.Equal(t, want, set.Len())
	}
	finish := func(g *gate, value, want int) {
		g.open(value)
		v, ready, _ := next(t, p, set.PollNext)
		require.True(t, ready)
		require.Equal(t, value, v)
		require.Equal(t, want, set.Len())
	}
	add(a, 1)
	add(b, 2)
	add(c, 3)
	finish(b, 4, 2)
	add(d, 3)
	finish(c, 5, 2)
	finish(d, 6, 1)
	finish(a, 7, 0)
}

// futures-rs: stream_futures_unordered.rs polled_only_once_at_most_per_iteration: no future is polled twice in one call
func TestOneCallPollsEachFutureOnce(t *testing.T) {
	for _, n := range []int{10, 33, future.Budget} {
		p := newPolling(t)
		var set future.Set[int]
		gates := make([]*gate, n)
		for i := range gates {
			gates[i] = &gate{}
			set.Add(gates[i])
		}
		_, ready, _ := next(t, p, set.PollNext)
		require.False(t, ready)
		for _, g := range gates {
			require.Equal(t, 1, g.polls)
		}
	}
}

// futures-rs: stream_futures_unordered.rs clear: a set that was emptied drops its futures and can be used again
func TestADroppedSetIsEmptyAndCanBeUsedAgain(t *testing.T) {
	p := newPolling(t)
	var set future.Set[int]
	set.Drop(nil)
	var order []int
	for i := range 3 {
		set.Add(&probe{index: i, log: &order})
	}
	set.Drop(&p.cx)
	require.Zero(t, set.Len())
	require.Equal(t, []int{0, 1, 2}, order)
	set.Drop(&p.cx)
	require.Len(t, order, 3)
	set.Add(future.Ready(3))
	v, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready)
	require.Equal(t, 3, v)
	_, ready, err := set.PollNext(&p.cx)
	require.True(t, ready)
	require.Equal(t, io.EOF, err)
}

// futures-rs: stream_futures_unordered.rs panic_on_drop_fut: a panic in a Drop goes to who drops the set
func TestAPanicInADropOfASetGoesToItsOwner(t *testing.T) {
	var set future.Set[int]
	bad, good := &gate{onDrop: func(*future.Context) { panic("boom") }}, &gate{}
	set.Add(bad)
	set.Add(good)
	require.PanicsWithValue(t, "boom", func() { set.Drop(nil) })
	require.Equal(t, []int{1, 1}, []int{bad.drops, good.drops})
	require.Zero(t, set.Len())
}

func TestASetGoesOnAfterAFutureHasPanicked(t *testing.T) {
	p := newPolling(t)
	var set future.Set[int]
	bad := &gate{onPoll: func(*future.Context) { panic("boom") }}
	set.Add(bad)
	set.Add(future.Ready(1))
	p.turn()
	require.PanicsWithValue(t, "boom", func() { set.PollNext(&p.cx) })
	require.Equal(t, 1, bad.drops)
	v, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready)
	require.Equal(t, 1, v)
	require.Zero(t, set.Len())
}

func TestAFutureOfASetKeepsItsError(t *testing.T) {
	p := newPolling(t)
	var set future.Set[int]
	set.Add(future.ReadyErr[int](errPlanned))
	set.Add(nil)
	p.turn()
	for _, want := range []error{errPlanned, future.ErrNilFuture, io.EOF} {
		_, ready, err := set.PollNext(&p.cx)
		require.True(t, ready)
		require.Equal(t, want, err)
	}
}

func TestAFutureThatFailsWithEOFDoesNotEndItsSet(t *testing.T) {
	p := newPolling(t)
	var set future.Set[int]
	var ordered future.Ordered[int]
	set.Add(future.ReadyErr[int](io.EOF))
	ordered.Add(future.ReadyErr[int](io.EOF))
	p.turn()
	for _, poll := range []func(*future.Context) (int, bool, error){set.PollNext, ordered.PollNext} {
		_, ready, err := poll(&p.cx)
		require.True(t, ready)
		require.ErrorIs(t, err, io.EOF)
		require.NotEqual(t, io.EOF, err)
		_, ready, err = poll(&p.cx)
		require.True(t, ready)
		require.Equal(t, io.EOF, err)
	}
}

func TestASetPollsOnlyWhatWasWoken(t *testing.T) {
	const n = 1000
	p := newPolling(t)
	var set future.Set[int]
	gates := make([]*gate, n)
	for i := range gates {
		gates[i] = &gate{}
		set.Add(gates[i])
	}
	turns := 0
	for again := true; again; turns++ {
		_, _, again = next(t, p, set.PollNext)
	}
	require.Equal(t, (n+future.Budget-1)/future.Budget, turns, "the first polls are bounded too")
	gates[500].open(5)
	require.Equal(t, 1, p.woken)
	v, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready)
	require.Equal(t, 5, v)
	polls := 0
	for _, g := range gates {
		polls += g.polls
	}
	require.Equal(t, n+1, polls)
	set.Drop(&p.cx)
}

func TestASetOfReadyFuturesLetsOthersRun(t *testing.T) {
	for name, leaf := range map[string]func() future.Future[int]{
		"a result costs a unit":           func() future.Future[int] { return future.Ready(1) },
		"one that was paid costs no more": func() future.Future[int] { return future.Func(takes) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPolling(t)
			var set future.Set[int]
			for range future.Budget + 1 {
				set.Add(leaf())
			}
			end := p.turn()
			for i := range future.Budget + 1 {
				_, ready, err := set.PollNext(&p.cx)
				require.NoError(t, err)
				require.Equal(t, i < future.Budget, ready)
			}
			require.True(t, end())
			_, ready, _ := next(t, p, set.PollNext)
			require.True(t, ready)
		})
	}
}

// A future that yields lets the other futures of its set run, and the other tasks.
func TestAYielderInASetWaitsForTheNextTurn(t *testing.T) {
	p := newPolling(t)
	var order []int
	var set future.Set[int]
	set.Add(yields(1, 3, &order))
	set.Add(future.Ready(2))
	set.Add(yields(3, 2, &order))
	v, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready)
	require.Equal(t, 2, v)
	_, ready, again := next(t, p, set.PollNext)
	require.False(t, ready)
	require.True(t, again)
	require.Equal(t, []int{1, 3}, order)
	v, ready, _ = next(t, p, set.PollNext)
	require.True(t, ready)
	require.Equal(t, 3, v)
	require.Equal(t, []int{1, 3, 1, 3}, order)
	set.Drop(&p.cx)
}

// A wake from a poll on the same worker goes the short way: no injector, and no transition if it is the task itself.
func TestAWakeOfAPartFromAPollTakesTheShortWay(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	var set future.Set[int]
	set.Add(g)
	h := spawnBody(e, func(cx *future.Context) error {
		_, err := set.Next(cx)
		return err
	})
	e.run()
	wake := func(by func(w waker.Waker)) {
		running := new(waker.Header)
		e.cx.SetTask(running)
		by(g.slot.Take())
		require.Equal(t, []int{1, 0}, []int{e.queue.Len(), e.injected.Len()})
		e.run()
	}
	wake(func(w waker.Waker) { e.cx.Wake(w) })
	wake(func(w waker.Waker) { require.True(t, e.local.Ready(w)) })
	require.Equal(t, 3, g.polls)
	g.open(1)
	e.run()
	require.True(t, h.IsComplete())
}

func TestAPartThatWakesAnotherNeedsNoTransitionOfTheTask(t *testing.T) {
	p := newPolling(t)
	g := &gate{}
	var set future.Set[int]
	set.Add(g)
	set.Add(future.Func(func(cx *future.Context) (int, bool, error) {
		g.isOpen = true
		cx.Wake(g.slot.Take())
		return 0, false, nil
	}))
	_, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready, "it is polled in the same turn")
	require.Zero(t, p.woken)
	set.Drop(&p.cx)
}

// Wakes after the end of a future, or of its set, harm nobody.
func TestLateWakesHarmNobody(t *testing.T) {
	p := newPolling(t)
	g, other := &gate{}, &gate{}
	var set future.Set[int]
	set.Add(g)
	set.Add(other)
	next(t, p, set.PollNext)
	late := g.slot.Take()
	late.Wake()
	require.Equal(t, 1, p.woken)
	g.isOpen = true
	_, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready)
	late.Wake()
	set.Drop(&p.cx)
	late.Wake()
	other.slot.Take().Wake()
	require.Equal(t, 1, p.woken)
	require.Equal(t, []int{0, 1}, []int{g.drops, other.drops})
}

// A future that was woken and then dropped with its set is not polled when the set is used again.
func TestAWokenFutureThatWasDroppedIsNotPolled(t *testing.T) {
	p := newPolling(t)
	g := &gate{}
	var set future.Set[int]
	set.Add(g)
	next(t, p, set.PollNext)
	g.open(1)
	set.Drop(&p.cx)
	set.Add(future.Ready(2))
	v, ready, _ := next(t, p, set.PollNext)
	require.True(t, ready)
	require.Equal(t, 2, v)
	set.Add(future.Pending[int]())
	_, ready, _ = next(t, p, set.PollNext) // it has nothing else to do than to look at what was woken
	require.False(t, ready)
	require.Equal(t, 1, g.polls)
	require.Equal(t, 1, set.Len())
}

// A future is dropped with the waker that it was polled with, so that it can leave the queue it stands in.
func TestAPartIsDroppedWithItsOwnWaker(t *testing.T) {
	p := newPolling(t)
	var polled, dropped waker.Waker
	g := &gate{
		onPoll: func(cx *future.Context) { polled = cx.Waker() },
		onDrop: func(cx *future.Context) { dropped = cx.Waker() },
	}
	var set future.Set[int]
	set.Add(g)
	next(t, p, set.PollNext)
	set.Drop(&p.cx)
	require.Equal(t, polled, dropped)
	require.NotEqual(t, p.cx.Waker(), polled)
}

func TestARangeInADeferredCallOfABodyThatUnwindsEnds(t *testing.T) {
	var set future.Set[int]
	var ordered future.Ordered[int]
	errs := map[string][]error{}
	aborted(t, func(cx *future.Context) error {
		defer func() {
			for name, all := range map[string]iter.Seq2[int, error]{"set": set.All(cx), "ordered": ordered.All(cx)} {
				for _, err := range all {
					if errs[name] = append(errs[name], err); len(errs[name]) > 2 {
						break
					}
				}
			}
		}()
		for _, add := range []func(future.Future[int]){set.Add, ordered.Add} {
			add(future.Ready(1))
			add(future.Pending[int]())
		}
		_, err := future.Await(cx, future.Pending[int]())
		return err
	})
	want := []error{nil, future.ErrCancelled}
	require.Equal(t, map[string][]error{"set": want, "ordered": want}, errs)
}
