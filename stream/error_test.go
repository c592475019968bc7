package stream_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

// Errors of items are not counted, and no function sees them: each adapter gives what it gives without them, and the errors too.
func TestErrorsAreNeitherCountedNorShown(t *testing.T) {
	shown := func(n int) bool {
		require.NotZero(t, n, "the value beside an error")
		return true
	}
	low := func(n int) bool { return shown(n) && n < 3 }
	for name, test := range map[string]struct {
		wrap func(s stream.Stream[int]) stream.Stream[int]
		want []int // 0 is an error
	}{
		"Map": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Map(s, func(n int) (int, error) { shown(n); return n, nil })
		}, []int{0, 1, 0, 2, 0, 3, 0}},
		"Filter": {func(s stream.Stream[int]) stream.Stream[int] { return stream.Filter(s, low) }, []int{0, 1, 0, 2, 0, 0}},
		"FilterMap": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.FilterMap(s, func(n int) (int, bool) { return n, low(n) })
		}, []int{0, 1, 0, 2, 0, 0}},
		"Inspect": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Inspect(s, func(n int) { shown(n) })
		}, []int{0, 1, 0, 2, 0, 3, 0}},
		"Enumerate": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Map(stream.Enumerate(s), func(e stream.Entry[int, int]) (int, error) { return e.Key + 1, nil })
		}, []int{0, 1, 0, 2, 0, 3, 0}},
		"Scan": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Scan(s, 10, func(sum, n int) (int, error) { shown(n); return sum + n, nil })
		}, []int{0, 11, 0, 13, 0, 16, 0}},
		"Take":      {func(s stream.Stream[int]) stream.Stream[int] { return stream.Take(s, 2) }, []int{0, 1, 0, 2}},
		"TakeWhile": {func(s stream.Stream[int]) stream.Stream[int] { return stream.TakeWhile(s, low) }, []int{0, 1, 0, 2, 0}},
		"Skip":      {func(s stream.Stream[int]) stream.Stream[int] { return stream.Skip(s, 2) }, []int{0, 0, 0, 3, 0}},
		"SkipWhile": {func(s stream.Stream[int]) stream.Stream[int] { return stream.SkipWhile(s, low) }, []int{0, 0, 0, 3, 0}},
		"Then": {func(s stream.Stream[int]) stream.Stream[int] {
			return stream.Then(s, func(n int) future.Future[int] { shown(n); return ready(n) })
		}, []int{0, 1, 0, 2, 0, 3, 0}},
	} {
		w := newWorker(t)
		left := 0
		s := test.wrap(stream.Func(func(*future.Context) (n int, ready bool, err error) {
			switch left++; {
			case left > 7:
				return 0, true, io.EOF
			case left%2 == 1:
				return 0, true, errItem
			}
			return left / 2, true, nil
		}))
		var got []int
		for {
			item, ready, err := next(w, s)
			require.True(t, ready, name)
			if err == io.EOF {
				break
			}
			require.Equal(t, item == 0, err == errItem, name)
			got = append(got, item)
		}
		require.Equal(t, test.want, got, name)
	}
}

func TestAnEndThatFailReturnsIsNoEnd(t *testing.T) {
	w := newWorker(t)
	s := stream.Fail[int](io.EOF)
	_, ready, err := next(w, s)
	require.True(t, ready)
	require.ErrorIs(t, err, io.EOF)
	require.NotEqual(t, io.EOF, err)
	requireEnd(w, s)
}

func TestAThrottledStreamPausesAfterAnErrorAndNotAfterItsEnd(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{errs: []error{errItem}, closed: true}
	s := stream.Throttle(c, ms(100))
	requireError(w, s, errItem)
	requirePending(w, s)
	w.advance(ms(100))
	requireEnd(w, s)
	requireNoTimer(w)
	requireEnd(w, s)
}

// While the first is pending the second is asked too: it may be the slow one.
func TestAZipAsksBothAtOnce(t *testing.T) {
	w := newWorker(t)
	a, b := &channel[int]{}, &channel[int]{}
	s := stream.Zip[int, int](a, b)
	requirePending(w, s)
	require.Equal(t, []int{1, 1}, []int{a.polls, b.polls})
	b.send(2)
	require.True(t, w.woken)
	requirePending(w, s)
	b.send(4)
	a.send(1)
	requireItem(w, s, stream.Pair[int, int]{A: 1, B: 2})
	requirePending(w, s)
	b.close()
	a.send(3)
	requireItem(w, s, stream.Pair[int, int]{A: 3, B: 4})
	requireEnd(w, s)
}
