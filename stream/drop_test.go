package stream_test

import (
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

// bomb is a stream, a future and an item whose Drop panics.
type bomb struct{}

func (*bomb) PollNext(*future.Context) (n int, ready bool, err error) { return n, false, nil }
func (*bomb) Poll(*future.Context) (n int, ready bool, err error)     { return n, false, nil }
func (*bomb) Drop(*future.Context)                                    { panic("boom") }

// What panics when it is dropped keeps the rest from nothing.
func TestAPanicInADropDoesNotKeepTheOthersFromBeingDropped(t *testing.T) {
	explode := func(int) future.Future[int] { return &bomb{} }
	exploding := func(s stream.Stream[int]) stream.Stream[future.Future[int]] {
		return stream.Map(s, func(n int) (future.Future[int], error) { return explode(n), nil })
	}
	for name, wrap := range map[string]func(s stream.Stream[int]) any{
		"FromSlice":         func(s stream.Stream[int]) any { return stream.FromSlice([]any{&bomb{}, s, &bomb{}}) },
		"Chain":             func(s stream.Stream[int]) any { return polledOnce(t, stream.Chain(&bomb{}, s)) },
		"Merge":             func(s stream.Stream[int]) any { return stream.Merge(&bomb{}, s) },
		"Zip":               func(s stream.Stream[int]) any { return stream.Zip(&bomb{}, s) },
		"Then":              func(s stream.Stream[int]) any { return polledOnce(t, stream.Then(s, explode)) },
		"Buffered":          func(s stream.Stream[int]) any { return polledOnce(t, stream.Buffered(exploding(s), 1)) },
		"BufferUnordered":   func(s stream.Stream[int]) any { return polledOnce(t, stream.BufferUnordered(exploding(s), 1)) },
		"ForEachConcurrent": func(s stream.Stream[int]) any { return startedOnce(t, stream.ForEachConcurrent(s, 1, explode)) },
	} {
		c := &channel[int]{items: []int{1}}
		x := wrap(c)
		require.PanicsWithValue(t, "boom", func() { newWorker(t).drop(x) }, name)
		require.Equal(t, 1, c.drops, name)
	}
	for name, wrap := range map[string]func(s stream.Stream[*bomb]) any{
		"Peekable":      func(s stream.Stream[*bomb]) any { return peeked(t, stream.NewPeekable(s)) },
		"Chunks":        func(s stream.Stream[*bomb]) any { return polledOnce(t, stream.Chunks(s, 2)) },
		"ChunksTimeout": func(s stream.Stream[*bomb]) any { return polledOnce[[]*bomb](t, stream.ChunksTimeout(s, 2, ms(1))) },
		"a Zip's item":  func(s stream.Stream[*bomb]) any { return polledOnce(t, stream.Zip(s, stream.Pending[int]())) },
	} {
		c := &channel[*bomb]{items: []*bomb{{}}}
		x := wrap(c)
		require.PanicsWithValue(t, "boom", func() { newWorker(t).drop(x) }, name)
		require.Equal(t, 1, c.drops, name)
	}
}

// polledOnce returns s, which waits after a poll.
func polledOnce[T any](t *testing.T, s stream.Stream[T]) stream.Stream[T] {
	t.Helper()
	requirePending(newWorker(t), s)
	return s
}

func startedOnce[T any](t *testing.T, f future.Future[T]) future.Future[T] {
	t.Helper()
	requirePending(newWorker(t), stream.Func(f.Poll))
	return f
}

// peeked returns p with an item that was looked at.
func peeked[T any](t *testing.T, p *stream.Peekable[T]) *stream.Peekable[T] {
	t.Helper()
	_, ready, err := next(newWorker(t), stream.Func(p.PollPeek))
	require.True(t, ready)
	require.NoError(t, err)
	return p
}

// order is what was dropped, in order.
type order struct {
	n    int
	seen *[]int
}

func (o order) Drop(*future.Context) { *o.seen = append(*o.seen, o.n) }

func TestWhatIsLeftOfASliceIsDroppedInOrder(t *testing.T) {
	w := newWorker(t)
	var seen []int
	s := stream.FromSlice([]order{{1, &seen}, {2, &seen}, {3, &seen}, {4, &seen}})
	_, ready, _ := next(w, s)
	require.True(t, ready)
	w.drop(s)
	require.Equal(t, []int{2, 3, 4}, seen)
}

// tokio: tokio-stream/src/stream_ext/next.rs Next: cancel safe, and the stream stays the caller's
func TestANextThatIsCancelledKeepsTheStream(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{}
	for name, wait := range map[string]func(cx *future.Context) error{
		"Next": func(cx *future.Context) error {
			_, err := stream.Next(cx, c)
			return err
		},
		"All": func(cx *future.Context) error {
			for range stream.All(cx, c) {
				break
			}
			return nil
		},
	} {
		f := future.Async(func(cx *future.Context) (none struct{}, err error) { return none, wait(cx) })
		requirePending(w, stream.Func(f.Poll))
		w.drop(f)
		require.Zero(t, c.drops, name)
	}
	c.send(1)
	requireItem(w, c, 1)
}

func TestADroppedAdapterLeavesNoTimer(t *testing.T) {
	for name, wrap := range map[string]func(s stream.Stream[int]) any{
		"Interval":         func(stream.Stream[int]) any { return stream.Interval(ms(5)) },
		"Throttle":         adapters["Throttle"],
		"Timeout":          adapters["Timeout"],
		"TimeoutRepeating": adapters["TimeoutRepeating"],
		"ChunksTimeout":    adapters["ChunksTimeout"],
	} {
		w := newWorker(t)
		x := wrap(&channel[int]{items: []int{1}})
		for range 2 {
			w.turn(func(cx *future.Context) {
				switch s := x.(type) {
				case stream.Stream[int]:
					_, _, _ = s.PollNext(cx)
				case stream.Stream[[]int]:
					_, _, _ = s.PollNext(cx)
				case stream.Stream[time.Time]:
					_, _, _ = s.PollNext(cx)
				}
			})
		}
		require.NotEqual(t, int64(1<<63-1), w.wheel.Next(), "%s: a timer is armed", name)
		w.drop(x)
		requireNoTimer(w)
	}
}

// An iterator is not begun before the first poll, so that one that is never polled need not be dropped.
func TestAFromSeqThatIsNeverPolledHoldsNothing(t *testing.T) {
	before := goruntime.NumGoroutine()
	var all []stream.Stream[int]
	for range 100 {
		all = append(all, stream.FromSeq(func(yield func(int) bool) { yield(1) }))
	}
	require.Less(t, goruntime.NumGoroutine(), before+100)
	goruntime.KeepAlive(all)
}

// big is an item that shows when it is collected.
type big = *[64]byte

func TestAnItemThatWasTakenIsNotKept(t *testing.T) {
	for name, wrap := range map[string]func(s stream.Stream[big]) stream.Stream[big]{
		"Once, Generate": func(s stream.Stream[big]) stream.Stream[big] {
			return stream.Generate(func(cx *future.Context, yield func(big)) error {
				for item := range stream.All(cx, s) {
					yield(item)
				}
				return nil
			})
		},
		"Peekable": func(s stream.Stream[big]) stream.Stream[big] { return peeked(t, stream.NewPeekable(s)) },
		"Zip": func(s stream.Stream[big]) stream.Stream[big] {
			return stream.Map(stream.Zip(s, stream.Repeat(1)), func(p stream.Pair[big, int]) (big, error) { return p.A, nil })
		},
		"Chunks": func(s stream.Stream[big]) stream.Stream[big] {
			return stream.Map(stream.Chunks(s, 1), func(chunk []big) (big, error) { return chunk[0], nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorker(t)
			collected := make(chan struct{})
			once := func() stream.Stream[big] {
				item := new([64]byte)
				goruntime.AddCleanup(item, func(c chan struct{}) { close(c) }, collected)
				return stream.Once(item)
			}
			source := once()
			s := wrap(source)
			func() {
				_, ready, err := next(w, s)
				require.True(t, ready)
				require.NoError(t, err)
			}()
			goruntime.GC()
			select {
			case <-collected:
			case <-t.Context().Done():
			}
			goruntime.KeepAlive(source)
			w.drop(s)
		})
	}
}
