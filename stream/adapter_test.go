package stream_test

import (
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

func isEven(n int) bool { return n%2 == 0 }

// covers: F191
func TestAdaptersOverASlice(t *testing.T) {
	text := func(n int) (string, error) { return strconv.Itoa(n), nil }
	seen := 0
	for name, test := range map[string]struct{ got, want any }{
		"Map":         {collect(newWorker(t), stream.Map(numbers(3), text)), []string{"1", "2", "3"}},
		"Filter":      {collect(newWorker(t), stream.Filter(numbers(5), isEven)), []int{2, 4}},
		"FilterMap":   {collect(newWorker(t), stream.FilterMap(numbers(5), func(n int) (int, bool) { return n * 10, isEven(n) })), []int{20, 40}},
		"Inspect":     {collect(newWorker(t), stream.Inspect(numbers(3), func(n int) { seen += n })), []int{1, 2, 3}},
		"Enumerate":   {collect(newWorker(t), stream.Take(stream.Enumerate(stream.Repeat("x")), 2)), []stream.Entry[int, string]{{0, "x"}, {1, "x"}}},
		"Scan":        {collect(newWorker(t), stream.Scan(numbers(4), 0, func(sum, n int) (int, error) { return sum + n, nil })), []int{1, 3, 6, 10}},
		"Take":        {collect(newWorker(t), stream.Take(stream.Repeat(7), 3)), []int{7, 7, 7}},
		"Take more":   {collect(newWorker(t), stream.Take(numbers(2), 3)), []int{1, 2}},
		"Take 0":      {collect(newWorker(t), stream.Take(numbers(2), 0)), []int(nil)},
		"TakeWhile":   {collect(newWorker(t), stream.TakeWhile(stream.FromSlice([]int{2, 4, 5, 6}), isEven)), []int{2, 4}},
		"Skip":        {collect(newWorker(t), stream.Skip(numbers(5), 3)), []int{4, 5}},
		"Skip more":   {collect(newWorker(t), stream.Skip(numbers(2), 3)), []int(nil)},
		"SkipWhile":   {collect(newWorker(t), stream.SkipWhile(stream.FromSlice([]int{2, 4, 5, 6}), isEven)), []int{5, 6}},
		"Flatten":     {collect(newWorker(t), stream.Flatten(stream.FromSlice([]stream.Stream[int]{numbers(2), stream.Empty[int](), numbers(1)}))), []int{1, 2, 1}},
		"Zip":         {collect(newWorker(t), stream.Zip(numbers(3), stream.Repeat("x"))), []stream.Pair[int, string]{{1, "x"}, {2, "x"}, {3, "x"}}},
		"Chunks":      {collect(newWorker(t), stream.Chunks(numbers(5), 2)), [][]int{{1, 2}, {3, 4}, {5}}},
		"Chunks of 0": {collect(newWorker(t), stream.Chunks(numbers(2), 0)), [][]int{{1}, {2}}},
	} {
		require.Equal(t, test.want, test.got, name)
	}
	require.Equal(t, 6, seen)
}

// tokio: tokio-stream/tests/stream_map_while.rs map_while_yields_until_closure_returns_none: here fn returns io.EOF
// tokio: tokio-stream/tests/stream_map_while.rs map_while_does_not_poll_after_closure_returns_none: and the rest is not asked for
func TestMapEndsWhereItsFunctionSaysSo(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1, 2, 9, 3}}
	s := stream.Map(c, func(n int) (int, error) {
		switch {
		case n == 2:
			return 0, errItem
		case n > 5:
			return 0, io.EOF
		}
		return n + 3, nil
	})
	requireItem(w, s, 4)
	requireError(w, s, errItem)
	requireEnd(w, s)
	require.Equal(t, 1, c.drops)
	requireEnd(w, s)
	require.Equal(t, 3, c.polls)
}

func TestScanKeepsItsStateThroughAnError(t *testing.T) {
	w := newWorker(t)
	s := stream.Scan(numbers(9), 0, func(sum, n int) (int, error) {
		switch n {
		case 2:
			return -1, errItem
		case 4:
			return 0, io.EOF
		}
		return sum + n, nil
	})
	requireItem(w, s, 1)
	_, _, err := next(w, s)
	require.Equal(t, errItem, err)
	requireItem(w, s, 4)
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/stream_fused.rs take_terminated_when_remaining_zero: the last of n ends it
// tokio: tokio-stream/tests/stream_fused.rs take_zero_is_immediately_terminated: none of none
// tokio: tokio-stream/tests/stream_fused.rs take_while_terminated_after_predicate_fails: and the first that does not fit
func TestAnAdapterThatEndsEarlyDropsItsSource(t *testing.T) {
	for name, test := range map[string]struct {
		wrap  func(s stream.Stream[int]) stream.Stream[int]
		items int
		polls int
	}{
		"Take":   {func(s stream.Stream[int]) stream.Stream[int] { return stream.Take(s, 2) }, 2, 2},
		"Take 0": {func(s stream.Stream[int]) stream.Stream[int] { return stream.Take(s, 0) }, 0, 0},
		"TakeWhile": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.TakeWhile(s, func(n int) bool { return n < 3 })
		}, 2, 3},
	} {
		w := newWorker(t)
		c := &channel[int]{items: []int{1, 2, 3, 4}}
		s := test.wrap(c)
		for i := range test.items {
			requireItem(w, s, i+1)
		}
		requireEnd(w, s)
		requireEnd(w, s)
		require.Equal(t, []int{test.polls, 1}, []int{c.polls, c.drops}, name)
	}
}

// tokio: tokio-stream/tests/stream_fuse.rs basic_usage: after its end a fused stream stays there
func TestAFusedStreamStaysAtItsEnd(t *testing.T) {
	w := newWorker(t)
	n := -1
	alternate := stream.Func(func(*future.Context) (int, bool, error) {
		if n++; n%2 == 1 {
			return 0, true, io.EOF
		}
		return n, true, nil
	})
	requireItem(w, alternate, 0)
	requireEnd(w, alternate)
	requireItem(w, alternate, 2)
	requireEnd(w, alternate)
	s := stream.Fuse(alternate)
	requireItem(w, s, 4)
	requireEnd(w, s)
	requireEnd(w, s)
}

// covers: F197
// tokio: tokio-stream/tests/stream_close.rs basic_usage: the end is an item
func TestNotifyCloseTellsTheEnd(t *testing.T) {
	w := newWorker(t)
	s := stream.NotifyClose(stream.Chain(numbers(1), stream.Fail[int](errItem), stream.Once(2)))
	requireItem(w, s, stream.Closing[int]{Item: 1})
	requireError(w, s, errItem)
	requireItem(w, s, stream.Closing[int]{Item: 2})
	requireItem(w, s, stream.Closing[int]{Closed: true})
	requireEnd(w, s)
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/stream_chain.rs basic_usage: one after the other
// tokio: tokio-stream/tests/stream_chain.rs pending_first: the second is not asked while the first may have more
func TestAChainAsksTheSecondWhenTheFirstHasEnded(t *testing.T) {
	w := newWorker(t)
	require.Equal(t, []int{1, 2, 3, 1, 2}, collect(w, stream.Chain(numbers(3), numbers(2))))
	a, b := &channel[int]{}, &channel[int]{}
	s := stream.Chain[int](a, b)
	requirePending(w, s)
	b.send(2)
	require.False(t, w.woken)
	requirePending(w, s)
	a.send(1)
	require.True(t, w.woken)
	requireItem(w, s, 1)
	requirePending(w, s)
	a.close()
	require.True(t, w.woken)
	requireItem(w, s, 2)
	b.close()
	requireEnd(w, s)
	requireEnd(w, s)
}

// covers: F193
// tokio: tokio-stream/tests/stream_merge.rs merge_sync_streams: two that are ready alternate
func TestMergedStreamsAlternate(t *testing.T) {
	w := newWorker(t)
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6},
		collect(w, stream.Merge(stream.FromSlice([]int{0, 2, 4, 6}), stream.FromSlice([]int{1, 3, 5}))))
	require.Empty(t, collect(w, stream.Merge[int]()))
}

func TestStreamsThatAlwaysHaveItemsTakeTurnsBesideOneThatHasNone(t *testing.T) {
	w := newWorker(t)
	s := stream.Merge(stream.Pending[int](), stream.Repeat(1), stream.Repeat(2), stream.Pending[int](), stream.Repeat(3))
	require.Equal(t, []int{1, 2, 3, 1, 2, 3, 1, 2, 3}, collect(w, stream.Take(s, 9)))
}

// One that uses up the budget and finds nothing leaves the next poll to another one.
func TestABusyStreamDoesNotHoldAMergeUp(t *testing.T) {
	w := newWorker(t)
	busy := stream.Filter(stream.Repeat(1), func(int) bool { return false })
	s := stream.Merge(busy, stream.Repeat(7))
	for range 3 {
		_, ready, _ := next(w, s)
		require.False(t, ready)
		require.True(t, w.woken)
		requireItem(w, s, 7)
	}
}

// tokio: tokio-stream/tests/stream_merge.rs merge_async_streams: items as they come, and the end when both have ended
func TestAMergeEndsWithTheLast(t *testing.T) {
	w := newWorker(t)
	a, b := &channel[int]{}, &channel[int]{}
	s := stream.Merge[int](a, b)
	requirePending(w, s)
	for i, c := range []*channel[int]{a, b} {
		c.send(i)
		require.True(t, w.woken)
		requireItem(w, s, i)
		requirePending(w, s)
	}
	a.close()
	require.True(t, w.woken)
	requirePending(w, s)
	b.send(3)
	requireItem(w, s, 3)
	requirePending(w, s)
	b.close()
	requireEnd(w, s)
}

func TestAZipWaitsForBothAndKeepsTheOneThatIsReady(t *testing.T) {
	w := newWorker(t)
	a, b := &channel[int]{}, &channel[string]{}
	s := stream.Zip[int, string](a, b)
	requirePending(w, s)
	a.send(1)
	requirePending(w, s)
	b.fail(errItem)
	requireError(w, s, errItem)
	b.send("x")
	requireItem(w, s, stream.Pair[int, string]{A: 1, B: "x"})
	b.close()
	requireEnd(w, s)
	require.Equal(t, []int{1, 0}, []int{a.drops, b.drops})
	requireEnd(w, s)
}

func TestAnErrorComesAfterTheChunkBeforeIt(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1, 2, 3}, errs: []error{errItem}}
	s := stream.Chunks(c, 2)
	requireItem(w, s, []int{1, 2})
	requireItem(w, s, []int{3})
	requireError(w, s, errItem)
	requirePending(w, s)
	c.send(4)
	c.close()
	requireItem(w, s, []int{4})
	requireEnd(w, s)
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/stream_peekable.rs peek_returns_correct_item: a peek leaves the item there
// tokio: tokio-stream/tests/stream_peekable.rs peek_mut_mutates_yielded_item: and may change it
// tokio: tokio-stream/tests/stream_peekable.rs peek_on_empty_stream: there is none at the end
// tokio: tokio-stream/tests/stream_peekable.rs poll_peek_propagates_pending: and none yet while it waits
func TestAPeekLeavesTheItem(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{10, 20}}
	p := stream.NewPeekable(c)
	require.NoError(t, body(w, func(cx *future.Context) error {
		for range 2 {
			item, err := p.Peek(cx)
			require.NoError(t, err)
			*item++
		}
		return nil
	}))
	requireItem(w, p, 12)
	requireItem(w, p, 20)
	peek := stream.Func(p.PollPeek)
	requirePending(w, peek)
	c.fail(errItem)
	requireError(w, peek, errItem)
	requireError(w, p, errItem)
	c.send(30)
	_, ready, _ := next(w, peek)
	require.True(t, ready)
	requireItem(w, p, 30)
	c.close()
	requireEnd(w, peek)
	requireEnd(w, peek)
	requireEnd(w, p)
	requireEnd(w, p)
}

// adapters are all that hold one stream of ints.
var adapters = map[string]func(s stream.Stream[int]) any{
	"Map":              func(s stream.Stream[int]) any { return stream.Map(s, func(n int) (int, error) { return n, nil }) },
	"Take":             func(s stream.Stream[int]) any { return stream.Take(s, 99) },
	"Take 0":           func(s stream.Stream[int]) any { return stream.Take(s, 0) },
	"Chain":            func(s stream.Stream[int]) any { return stream.Chain(s, stream.Pending[int]()) },
	"Chain second":     func(s stream.Stream[int]) any { return stream.Chain(numbers(1), s) },
	"Flatten of Once":  func(s stream.Stream[int]) any { return stream.Flatten(stream.Once(s)) },
	"Merge":            func(s stream.Stream[int]) any { return stream.Merge(stream.Pending[int](), s) },
	"Zip":              func(s stream.Stream[int]) any { return stream.Zip(stream.Pending[int](), s) },
	"Chunks":           func(s stream.Stream[int]) any { return stream.Chunks(s, 3) },
	"ChunksTimeout":    func(s stream.Stream[int]) any { return stream.ChunksTimeout(s, 3, ms(5)) },
	"Throttle":         func(s stream.Stream[int]) any { return stream.Throttle(s, ms(5)) },
	"Timeout":          func(s stream.Stream[int]) any { return stream.Timeout(s, ms(5)) },
	"TimeoutRepeating": func(s stream.Stream[int]) any { return stream.TimeoutRepeating(s, ms(5)) },
	"Then":             func(s stream.Stream[int]) any { return stream.Then(s, ready) },
	"Buffered":         func(s stream.Stream[int]) any { return stream.Buffered(futures(s), 2) },
	"BufferUnordered":  func(s stream.Stream[int]) any { return stream.BufferUnordered(futures(s), 2) },
	"Peekable":         func(s stream.Stream[int]) any { return stream.NewPeekable(s) },
	"Fuse":             func(s stream.Stream[int]) any { return stream.Fuse(s) },
	"NotifyClose":      func(s stream.Stream[int]) any { return stream.NotifyClose(s) },
	"StreamMap": func(s stream.Stream[int]) any {
		m := &stream.StreamMap[string, int]{}
		m.Insert("pending", stream.Pending[int]())
		m.Insert("s", s)
		return m
	},
	"Collect":           func(s stream.Stream[int]) any { return stream.Collect(s) },
	"ForEachConcurrent": func(s stream.Stream[int]) any { return stream.ForEachConcurrent(s, 2, ready) },
}

func ready(n int) future.Future[int] { return future.Ready(n) }

func futures(s stream.Stream[int]) stream.Stream[future.Future[int]] {
	return stream.Map(s, func(n int) (future.Future[int], error) { return ready(n), nil })
}

// An adapter that is given up before, between or after its items drops its source exactly once, also if that has ended.
func TestEachAdapterDropsItsSourceOnce(t *testing.T) {
	for name, wrap := range adapters {
		for turns := range 6 {
			for _, closed := range []bool{false, true} {
				w := newWorker(t)
				c := &channel[int]{items: []int{1, 2}, closed: closed}
				x := wrap(c)
				if !pollTimes(w, x, turns) {
					w.drop(x)
				}
				require.True(t, c.ended || c.drops == 1, "%s, dropped after %d polls", name, turns)
				c.requireGone(w)
			}
		}
	}
}

// pollTimes polls a stream or a future of any type up to n times and reports whether it has ended.
func pollTimes(w *worker, x any, n int) (ended bool) {
	for range n {
		var err error
		ready := false
		w.turn(func(cx *future.Context) {
			switch s := x.(type) {
			case stream.Stream[int]:
				_, ready, err = s.PollNext(cx)
			case stream.Stream[[]int]:
				_, ready, err = s.PollNext(cx)
			case stream.Stream[stream.Pair[int, int]]:
				_, ready, err = s.PollNext(cx)
			case stream.Stream[stream.Closing[int]]:
				_, ready, err = s.PollNext(cx)
			case stream.Stream[stream.Entry[string, int]]:
				_, ready, err = s.PollNext(cx)
			case future.Future[[]int]:
				_, ready, err = s.Poll(cx)
				ended = ready
			case future.Future[struct{}]:
				_, ready, err = s.Poll(cx)
				ended = ready
			default:
				w.t.Fatalf("unknown type %T", x)
			}
		})
		if ended = ended || ready && err == io.EOF; ended {
			return true
		}
		w.advance(ms(1))
	}
	return false
}

// A panic in the source leaves it to whoever drops the adapter.
func TestASourceThatPanicsIsDroppedWithItsAdapter(t *testing.T) {
	for name, wrap := range adapters {
		if name == "Take 0" {
			continue // it does not poll it
		}
		w := newWorker(t)
		bad := &panicking{}
		x := wrap(bad)
		require.PanicsWithValue(t, "boom", func() { pollTimes(w, x, 2) }, name)
		w.drop(x)
		require.Equal(t, 1, bad.drops, name)
	}
}

type panicking struct{ drops int }

func (*panicking) PollNext(*future.Context) (int, bool, error) { panic("boom") }

func (p *panicking) Drop(*future.Context) { p.drops++ }

// An item's error goes through every adapter, which goes on with the next item.
func TestAnItemsErrorGoesThrough(t *testing.T) {
	for name, wrap := range adapters {
		w := newWorker(t)
		c := &channel[int]{errs: []error{errItem}}
		s, ok := wrap(c).(stream.Stream[int])
		if !ok || name == "Take 0" || name == "Chain second" { // the last begins with an item
			continue
		}
		requireError(w, s, errItem)
		c.send(5)
		w.advance(ms(5))
		requireItem(w, s, 5)
		w.drop(s)
		c.requireGone(w)
	}
}

func TestARefKeepsItsStream(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1, 2, 3}}
	require.Equal(t, []int{1, 2}, collect(w, stream.Take(stream.Ref(c), 2)))
	require.Zero(t, c.drops)
	requireItem(w, c, 3)
}

// thing is an item that has to be dropped if nobody takes it.
type thing struct{ drops int }

func (i *thing) Drop(*future.Context) { i.drops++ }

func TestItemsThatAnAdapterHoldsAreDroppedWithIt(t *testing.T) {
	things := func() (all []*thing) { return []*thing{{}, {}, {}} }
	for name, poll := range map[string]func(w *worker, s stream.Stream[*thing]) any{
		"not asked for": func(_ *worker, s stream.Stream[*thing]) any { return s },
		"peeked": func(w *worker, s stream.Stream[*thing]) any {
			p := stream.NewPeekable(s)
			_, ready, _ := next(w, stream.Func(p.PollPeek))
			require.True(w.t, ready)
			return p
		},
		"zipped": func(w *worker, s stream.Stream[*thing]) any {
			z := stream.Zip(s, stream.Pending[int]())
			requirePending(w, z)
			return z
		},
		"zipped, other side": func(w *worker, s stream.Stream[*thing]) any {
			z := stream.Zip(stream.Pending[int](), s)
			requirePending(w, z)
			return z
		},
		"in a chunk": func(w *worker, s stream.Stream[*thing]) any {
			c := stream.Chunks(stream.Chain(s, stream.Pending[*thing]()), 5)
			requirePending(w, c)
			return c
		},
		"in a chunk with a time": func(w *worker, s stream.Stream[*thing]) any {
			c := stream.ChunksTimeout(stream.Chain(s, stream.Pending[*thing]()), 5, ms(1))
			requirePending[[]*thing](w, c)
			return c
		},
	} {
		w := newWorker(t)
		all := things()
		w.drop(poll(w, stream.FromSlice(all)))
		for i, one := range all {
			require.Equal(t, 1, one.drops, "%s: item %d", name, i)
		}
	}
}

func TestAZipThatEndsDropsTheItemThatItHas(t *testing.T) {
	w := newWorker(t)
	one := &thing{}
	requireEnd(w, stream.Zip(stream.Once(one), stream.Empty[int]()))
	require.Equal(t, 1, one.drops)
}

func TestAnErrorHasNoItemToDrop(t *testing.T) {
	w := newWorker(t)
	w.drop(stream.Fail[*thing](errItem)) // or it drops a nil thing
	p := stream.NewPeekable(stream.Fail[*thing](errItem))
	requireError(w, stream.Func(p.PollPeek), errItem)
	w.drop(p)
}
