package stream_test

import (
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

var errItem = errors.New("an item's error")

// covers: F195
// tokio: tokio-stream/tests/stream_empty.rs basic_usage: no items, also when asked again
func TestEmptyHasNoItems(t *testing.T) {
	w := newWorker(t)
	s := stream.Empty[int]()
	requireEnd(w, s)
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/stream_once.rs basic_usage: one item, then the end
func TestOnceHasOneItem(t *testing.T) {
	w := newWorker(t)
	s := stream.Once(1)
	requireItem(w, s, 1)
	requireEnd(w, s)
	s = stream.Fail[int](errItem)
	requireError(w, s, errItem)
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/stream_pending.rs basic_usage: never an item, never the end
func TestPendingNeverHasAnItem(t *testing.T) {
	w := newWorker(t)
	s := stream.Pending[int]()
	requirePending(w, s)
	requirePending(w, s)
}

// tokio: tokio-stream/tests/stream_iter.rs test_iter_coop_budget: after a budget of items the task lets others run
// tokio: tokio-stream/tests/stream_iter.rs coop: and is polled again
func TestASourceThatIsAlwaysReadyLetsOthersRun(t *testing.T) {
	endless := func(yield func(int) bool) {
		for yield(1) {
		}
	}
	for name, s := range map[string]stream.Stream[int]{
		"FromSlice": numbers(1000),
		"FromSeq":   stream.FromSeq(endless),
		"Repeat":    stream.Repeat(1),
		"Generate": stream.Generate(func(_ *future.Context, yield func(int)) error {
			for {
				yield(1)
			}
		}),
		"Flatten of Once": stream.Flatten(stream.Map(stream.Repeat(1), onceOf)),
		"Once":            stream.Flatten(stream.Func(func(*future.Context) (stream.Stream[int], bool, error) { return stream.Once(1), true, nil })),
		"Filter":          stream.Filter(stream.Repeat(1), func(n int) bool { return n == 1 }),
		"BufferUnordered": stream.BufferUnordered(stream.Repeat(future.Ready(1)), 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorker(t)
			items := 0
			w.turn(func(cx *future.Context) {
				for items < 10*future.Budget {
					if _, ready, _ := s.PollNext(cx); !ready {
						break
					}
					items++
				}
			})
			require.True(t, w.woken)
			require.LessOrEqual(t, items, future.Budget)
			require.GreaterOrEqual(t, items, future.Budget/2-1)
			_, ready, err := next(w, s)
			require.True(t, ready)
			require.NoError(t, err)
			w.drop(s)
		})
	}
}

func onceOf(n int) (stream.Stream[int], error) { return stream.Once(n), nil }

// A filter over a source that is always ready, none of whose items it keeps, lets others run too.
func TestAnAdapterThatFindsNothingLetsOthersRun(t *testing.T) {
	never := func(int) bool { return false }
	for name, s := range map[string]stream.Stream[int]{
		"Filter":    stream.Filter(stream.Repeat(1), never),
		"SkipWhile": stream.SkipWhile(stream.Repeat(1), func(int) bool { return true }),
		"Timeout":   stream.Timeout(stream.Filter(stream.Repeat(1), never), time.Second),
	} {
		w := newWorker(t)
		_, ready, _ := next(w, s)
		require.False(t, ready, name)
		require.True(t, w.woken, name)
		w.drop(s)
	}
	w := newWorker(t)
	count := stream.Count(stream.Repeat(1))
	w.turn(func(cx *future.Context) {
		_, ready, _ := count.Poll(cx)
		require.False(t, ready)
	})
	require.True(t, w.woken)
}

// tokio: tokio-stream/tests/stream_iter.rs test_iter_eof_behavior: the end costs no waiting
func TestFromSliceEnds(t *testing.T) {
	w := newWorker(t)
	s := stream.FromSlice([]int{1})
	requireItem(w, s, 1)
	requireEnd(w, s)
}

func TestFromSeqFollowsTheIterator(t *testing.T) {
	w := newWorker(t)
	require.Equal(t, []int{1, 2, 3}, collect(w, stream.FromSeq(slices.Values([]int{1, 2, 3}))))
	require.Equal(t, []stream.Entry[string, int]{{"a", 1}}, collect(w, stream.FromSeq2(maps.All(map[string]int{"a": 1}))))
	failing := stream.FromSeqErr(func(yield func(int, error) bool) {
		_ = yield(1, nil) && yield(0, errItem) && yield(0, io.EOF) && yield(2, nil)
	})
	requireItem(w, failing, 1)
	requireError(w, failing, errItem)
	_, ready, err := next(w, failing)
	require.True(t, ready)
	require.ErrorIs(t, err, io.EOF)
	require.NotEqual(t, io.EOF, err, "an item's EOF is not the end")
	requireItem(w, failing, 2)
	requireEnd(w, failing)
}

func TestADroppedFromSeqEndsItsIterator(t *testing.T) {
	w := newWorker(t)
	ended := false
	s := stream.FromSeq(func(yield func(int) bool) {
		defer func() { ended = true }()
		for yield(1) {
		}
	})
	requireItem(w, s, 1)
	w.drop(s)
	require.True(t, ended)
	w.drop(stream.FromSeq(slices.Values([]int{1})))
}

func TestUnfoldMakesItemsOfAState(t *testing.T) {
	w := newWorker(t)
	s := stream.Unfold(1, func(n int) (string, int, error) {
		switch {
		case n == 4:
			return "", 0, io.EOF
		case n == 2:
			return "", n + 1, errItem
		}
		return string(rune('a' + n)), n + 1, nil
	})
	requireItem(w, s, "b")
	requireError(w, s, errItem)
	requireItem(w, s, "d")
	requireEnd(w, s)
}

// covers: F196
// tokio: tokio-stream/src/wrappers/interval.rs IntervalStream: ticks at once and then each period, without end
func TestIntervalIsAStreamOfTicks(t *testing.T) {
	w := newWorker(t)
	s := stream.Interval(time.Second)
	start := w.clock.Now()
	requireItem(w, s, start)
	requirePending(w, s)
	w.advance(time.Second)
	require.True(t, w.woken)
	requireItem(w, s, start.Add(time.Second))
	w.drop(s)
}

// tokio: tokio-stream/src/wrappers/tcp_listener.rs TcpListenerStream: the connections of a listener; here a closed one ends it
func TestFromAcceptEndsWhenTheListenerIsClosed(t *testing.T) {
	w := newWorker(t)
	results := []error{nil, errItem, nil, &net.OpError{Op: "accept", Err: net.ErrClosed}}
	s := stream.FromAccept(func(*future.Context) (int, bool, error) {
		err := results[0]
		results = results[1:]
		return len(results), true, err
	})
	requireItem(w, s, 3)
	_, ready, err := next(w, s)
	require.True(t, ready)
	require.Equal(t, errItem, err)
	requireItem(w, s, 1)
	_, _, err = next(w, s)
	require.Equal(t, io.EOF, err)
}

func TestGenerateYieldsWhatABodyYields(t *testing.T) {
	w := newWorker(t)
	unwound := false
	generate := func(result error) stream.Stream[int] {
		return stream.Generate(func(cx *future.Context, yield func(int)) error {
			defer func() { unwound = true }()
			for i := range 2 {
				if _, err := future.Await(cx, sleeping(time.Second, i)); err != nil {
					return err
				}
				yield(i)
			}
			return result
		})
	}
	s := generate(errItem)
	requirePending(w, s)
	w.advance(time.Second)
	requireItem(w, s, 0)
	requirePending(w, s)
	w.advance(time.Second)
	requireItem(w, s, 1)
	requireError(w, s, errItem)
	requireEnd(w, s)
	require.True(t, unwound)
	require.Equal(t, []int{0, 1}, collect(w, generate(nil)))
	require.Equal(t, []int{0, 1}, collect(w, generate(io.EOF)))

	unwound = false
	s = generate(nil)
	requirePending(w, s)
	w.advance(time.Second)
	requireItem(w, s, 0)
	w.drop(s)
	require.True(t, unwound, "a dropped one unwinds in its yield")
}

func TestANilStreamIsAnItemsError(t *testing.T) {
	w := newWorker(t)
	var none stream.Stream[int]
	for _, s := range []stream.Stream[int]{
		stream.Map(none, func(n int) (int, error) { return n, nil }), stream.Fuse(none), stream.Chain(none),
		stream.Ref(none), stream.Func[int](nil), stream.FromPoll[int](nil),
	} {
		if s == nil {
			s = stream.Fuse(s)
		}
		requireError(w, s, stream.ErrNilStream)
		requireEnd(w, s)
	}
}
