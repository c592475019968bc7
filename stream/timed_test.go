package stream_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
	"github.com/simmer-go/simmer/timer"
)

// evenAreLate is a stream of the numbers from 1 to n, of which each even one takes 200 ms.
func evenAreLate(items ...int) stream.Stream[int] {
	return stream.Then(stream.FromSlice(items), func(n int) future.Future[int] {
		if n%2 == 0 {
			return sleeping(ms(200), n)
		}
		return future.Ready(n)
	})
}

// covers: F111 F192
// tokio: tokio-stream/tests/stream_timeout.rs basic_usage: late items are told and then awaited
func TestATimeoutTellsThatAnItemIsLate(t *testing.T) {
	w := newWorker(t)
	s := stream.Timeout(evenAreLate(1, 2, 3, 4), ms(100))
	requireItem(w, s, 1)
	requirePending(w, s)
	w.advance(ms(150))
	requireError(w, s, timer.ErrElapsed)
	requirePending(w, s)
	w.advance(ms(100))
	require.True(t, w.woken)
	requireItem(w, s, 2)
	requireItem(w, s, 3)
	requirePending(w, s)
	w.advance(ms(60))
	requirePending(w, s)
	w.advance(ms(60))
	require.True(t, w.woken)
	requireError(w, s, timer.ErrElapsed)
	requirePending(w, s)
	w.advance(ms(120))
	requireItem(w, s, 4)
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/stream_timeout.rs return_elapsed_errors_only_once: one error for an item, however late it is
func TestATimeoutTellsOfAnItemOnce(t *testing.T) {
	w := newWorker(t)
	s := stream.Timeout(evenAreLate(1, 2, 3), ms(50))
	requireItem(w, s, 1)
	requirePending(w, s)
	w.advance(ms(51))
	requireError(w, s, timer.ErrElapsed)
	w.advance(ms(50))
	requirePending(w, s)
	w.advance(ms(100))
	requireItem(w, s, 2)
	requireItem(w, s, 3)
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/stream_timeout.rs no_timeouts: items in time come as they are
func TestItemsInTimeAreNotTouched(t *testing.T) {
	w := newWorker(t)
	require.Equal(t, []int{1, 3, 5}, collect(w, stream.Timeout(evenAreLate(1, 3, 5), ms(100))))
}

// tokio: tokio-stream/src/stream_ext/timeout_repeating.rs poll_next: each period without an item is told
func TestARepeatingTimeoutTellsEachPeriod(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{}
	s := stream.TimeoutRepeating(c, ms(100))
	requirePending(w, s)
	for range 3 {
		w.advance(ms(100))
		require.True(t, w.woken)
		requireError(w, s, timer.ErrElapsed)
		requirePending(w, s)
	}
	w.advance(ms(50))
	c.send(1)
	requireItem(w, s, 1)
	requirePending(w, s)
	w.advance(ms(99))
	requirePending(w, s)
	w.advance(ms(1))
	requireError(w, s, timer.ErrElapsed)
	requirePending(w, s)
	c.close()
	requireEnd(w, s)
	requireNoTimer(w)
}

func TestATimeoutWithoutAPeriodIsAnError(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{}
	s := stream.TimeoutRepeating(c, 0)
	requireError(w, s, timer.ErrBadPeriod)
	requireEnd(w, s)
	require.Equal(t, 1, c.drops)
}

// The deadline counts from the item, also if the next one is asked for late.
func TestADeadlineCountsFromTheItemBefore(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1}}
	s := stream.Timeout(c, ms(100))
	requireItem(w, s, 1)
	w.advance(ms(90))
	requirePending(w, s)
	w.advance(ms(10))
	requireError(w, s, timer.ErrElapsed)
	w.drop(s)
}

// tokio: src/time/timeout.rs poll: what uses up the budget cannot hold the timer up
func TestABusySourceDoesNotHoldATimeoutUp(t *testing.T) {
	endless := func() stream.Stream[int] {
		return stream.Filter(stream.Repeat(1), func(int) bool { return false })
	}
	for name, s := range map[string]stream.Stream[int]{
		"Timeout":          stream.Timeout(endless(), ms(100)),
		"TimeoutRepeating": stream.TimeoutRepeating(endless(), ms(100)),
		"ChunksTimeout": stream.Map[[]int](stream.ChunksTimeout(stream.Chain(stream.Once(1), endless()), 9, ms(100)),
			func([]int) (int, error) { return 0, timer.ErrElapsed }),
	} {
		w := newWorker(t)
		for range 3 {
			_, ready, _ := next(w, s)
			require.False(t, ready, name)
		}
		w.advance(ms(100))
		requireError(w, s, timer.ErrElapsed)
		w.drop(s)
	}
}

// tokio: tokio-stream/tests/time_throttle.rs usage: at least d between two items
func TestAThrottledStreamPausesAfterEachItem(t *testing.T) {
	w := newWorker(t)
	s := stream.Throttle(stream.Repeat(1), ms(100))
	requireItem(w, s, 1)
	requirePending(w, s)
	w.advance(ms(90))
	requirePending(w, s)
	w.advance(ms(10))
	require.True(t, w.woken)
	requireItem(w, s, 1)
	w.advance(ms(70))
	requirePending(w, s)
	w.advance(ms(30))
	requireItem(w, s, 1)
	w.drop(s)
}

func TestAThrottleOfNothingIsTheStreamItself(t *testing.T) {
	s := numbers(3)
	require.Equal(t, s, stream.Throttle(s, 0))
}

// tokio: tokio-stream/tests/chunks_timeout.rs usage: a chunk that is not full comes when its time is over
func TestAChunkComesWhenItsTimeIsOver(t *testing.T) {
	w := newWorker(t)
	late := stream.Then(stream.Once(4), func(n int) future.Future[int] { return sleeping(3*time.Second, n) })
	s := stream.ChunksTimeout(stream.Chain(numbers(3), late), 4, 2*time.Second)
	requirePending(w, s)
	w.advance(2 * time.Second)
	requireItem(w, s, []int{1, 2, 3})
	requirePending(w, s)
	w.advance(2 * time.Second)
	requireItem(w, s, []int{4})
	requireEnd(w, s)
}

// tokio: tokio-stream/tests/chunks_timeout.rs full_chunk_with_timeout: a full one comes at once, and the next has a time of its own
func TestAFullChunkComesAtOnce(t *testing.T) {
	w := newWorker(t)
	late := func(n int, d time.Duration) stream.Stream[int] {
		return stream.Then(stream.Once(n), func(n int) future.Future[int] { return sleeping(d, n) })
	}
	s := stream.ChunksTimeout(stream.Chain(numbers(2), late(3, time.Second), late(4, 3*time.Second), stream.Pending[int]()), 3, 2*time.Second)
	requirePending(w, s)
	w.advance(time.Second)
	require.True(t, w.woken)
	requireItem(w, s, []int{1, 2, 3})
	requireNoTimer(w)
	requirePending(w, s)
	w.advance(3 * time.Second)
	requirePending(w, s)
	w.advance(2*time.Second - 1)
	requirePending(w, s)
	w.advance(1)
	requireItem(w, s, []int{4})
	w.drop(s)
}

// tokio: tokio-stream/tests/stream_chunks_timeout.rs stream_chunks_remainder: what a chunk holds is not lost
func TestTheRemainderOfAChunkCanBeTaken(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1, 2, 3, 4}}
	s := stream.ChunksTimeout(stream.Ref(c), 10, ms(20))
	requirePending(w, s)
	require.Equal(t, []int{1, 2, 3, 4}, s.Remainder())
	require.Empty(t, s.Remainder())
	w.drop(s)
	c.send(5)
	requireItem(w, c, 5)
}

// A chunk's time begins with its first item: nothing comes of no items.
func TestAnEmptyChunkHasNoTime(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{}
	s := stream.ChunksTimeout(c, 3, ms(20))
	requirePending(w, s)
	requireNoTimer(w)
	w.advance(ms(15))
	c.send(1)
	requirePending(w, s)
	w.advance(ms(10))
	c.send(2)
	requirePending(w, s)
	w.advance(ms(9))
	requirePending(w, s)
	w.advance(ms(1))
	requireItem(w, s, []int{1, 2})
	requirePending(w, s)
	requireNoTimer(w)
	w.drop(s)
}

func TestATimedStreamWithoutAWorkerFailsAndEnds(t *testing.T) {
	chunks := func(s stream.Stream[int]) stream.Stream[int] {
		return stream.Map[[]int](stream.ChunksTimeout(s, 3, ms(1)), func(chunk []int) (int, error) { return len(chunk), nil })
	}
	for name, test := range map[string]struct {
		wrap func(s stream.Stream[int]) stream.Stream[int]
		left int // items that come after the error
	}{
		"Throttle":         {func(s stream.Stream[int]) stream.Stream[int] { return stream.Throttle(s, ms(1)) }, 0},
		"Timeout":          {func(s stream.Stream[int]) stream.Stream[int] { return stream.Timeout(s, ms(1)) }, 0},
		"TimeoutRepeating": {func(s stream.Stream[int]) stream.Stream[int] { return stream.TimeoutRepeating(s, ms(1)) }, 0},
		"ChunksTimeout":    {chunks, 1},
		"Interval": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Chain(stream.Map(stream.Interval(ms(1)), func(time.Time) (int, error) { return 1, nil }), stream.Take(s, 0))
		}, 0},
	} {
		c := &channel[int]{items: []int{1}}
		wait := func(s stream.Stream[int]) (int, error) {
			return future.Wait(context.Background(), future.Func(s.PollNext))
		}
		s := test.wrap(c)
		_, err := wait(s)
		require.ErrorIs(t, err, future.ErrNoWorker, name)
		for range test.left {
			n, err := wait(s)
			require.NoError(t, err, name)
			require.Equal(t, test.left, n, name)
		}
		_, err = wait(s)
		require.Equal(t, io.EOF, err, name)
		require.Equal(t, 1, c.drops, name)
	}
}
