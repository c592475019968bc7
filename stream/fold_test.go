package stream_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

// tokio: tokio-stream/tests/stream_collect.rs collect_vec_items: all items, in order
// tokio: tokio-stream/tests/stream_collect.rs empty_vec: of no items, none
func TestCollectReturnsAllItems(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{}
	f := stream.Collect(c)
	poll := func() (items []int, ready bool) {
		w.turn(func(cx *future.Context) { items, ready, _ = f.Poll(cx) })
		return items, ready
	}
	for i := range 2 {
		_, ready := poll()
		require.False(t, ready)
		c.send(i)
		require.True(t, w.woken)
	}
	c.close()
	items, ready := poll()
	require.True(t, ready)
	require.Equal(t, []int{0, 1}, items)
	require.Empty(t, collect(w, stream.Empty[int]()))
}

// tokio: tokio-stream/tests/stream_collect.rs collect_results_ok: without an error, the items
// tokio: tokio-stream/tests/stream_collect.rs collect_results_err: the first error ends it
func TestTheFirstErrorEndsAConsumerAndDropsTheStream(t *testing.T) {
	yes := func(int) bool { return true }
	for name, test := range map[string]struct {
		consume func(s stream.Stream[int]) any
		want    any
	}{
		"Collect": {func(s stream.Stream[int]) any { return stream.Collect(s) }, []int{1, 2}},
		"Count":   {func(s stream.Stream[int]) any { return stream.Count(s) }, 2},
		"Fold": {func(s stream.Stream[int]) any {
			return stream.Fold(s, 5, func(a, b int) (int, error) { return a + b, nil })
		}, 8},
		"AllMatch": {func(s stream.Stream[int]) any { return stream.AllMatch(s, yes) }, true},
	} {
		w := newWorker(t)
		c := &channel[int]{items: []int{1, 2}, errs: []error{errItem}}
		var got any
		var err error
		switch f := test.consume(c).(type) {
		case future.Future[[]int]:
			got, err = await(w, f)
		case future.Future[int]:
			got, err = await(w, f)
		case future.Future[bool]:
			got, err = await(w, f)
		}
		require.Equal(t, errItem, err, name)
		require.Equal(t, test.want, got, name)
		require.Equal(t, 1, c.drops, name)
	}
}

func TestAFoldEndsWithTheErrorOfItsFunction(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1, 2, 3}}
	sum := 0
	_, err := await(w, stream.ForEach(c, func(n int) error {
		if sum += n; sum >= 3 {
			return errItem
		}
		return nil
	}))
	require.Equal(t, errItem, err)
	require.Equal(t, 3, sum)
	require.Equal(t, []int{2, 1}, []int{c.polls, c.drops})
}

// tokio: tokio-stream/src/stream_ext/all.rs poll: ends at the first that does not match; true of no items
// tokio: tokio-stream/src/stream_ext/any.rs poll: ends at the first that matches; false of no items
func TestMatchesEndWithTheFirstThatDecides(t *testing.T) {
	below := func(limit int) func(int) bool { return func(n int) bool { return n < limit } }
	for _, test := range []struct {
		match       func(stream.Stream[int], func(int) bool) future.Future[bool]
		items       []int
		limit       int
		want        bool
		polls, drop int
	}{
		{stream.AllMatch[int], []int{1, 2, 3}, 9, true, 4, 0},
		{stream.AllMatch[int], []int{1, 2, 3}, 2, false, 2, 1},
		{stream.AllMatch[int], nil, 2, true, 1, 0},
		{stream.AnyMatch[int], []int{5, 1, 3}, 2, true, 2, 1},
		{stream.AnyMatch[int], []int{5, 6}, 2, false, 3, 0},
		{stream.AnyMatch[int], nil, 2, false, 1, 0},
	} {
		w := newWorker(t)
		c := &channel[int]{items: test.items, closed: true}
		got, err := await(w, test.match(c, below(test.limit)))
		require.NoError(t, err)
		require.Equal(t, test.want, got)
		require.Equal(t, []int{test.polls, test.drop}, []int{c.polls, c.drops})
	}
}

// tokio: tokio-stream/src/stream_ext/next.rs poll: an item, or the end
func TestABodyRangesOverAStream(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1, 2}, errs: []error{errItem}, closed: true}
	var got []int
	var errs []error
	require.NoError(t, body(w, func(cx *future.Context) error {
		first, err := stream.Next(cx, c)
		require.NoError(t, err)
		require.Equal(t, 1, first)
		for item, err := range stream.All(cx, c) {
			got, errs = append(got, item), append(errs, err)
		}
		return nil
	}))
	require.Equal(t, []int{2, 0}, got)
	require.Equal(t, []error{nil, errItem}, errs)
	require.True(t, c.ended)
}

// A task that is dropped unwinds, and its deferred calls cannot wait.
func TestARangeInADeferredCallOfABodyThatUnwindsEnds(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1}, errs: []error{future.ErrCancelled}}
	var errs []error
	f := future.Async(func(cx *future.Context) (int, error) {
		defer func() {
			for _, err := range stream.All(cx, c) {
				if errs = append(errs, err); len(errs) > 5 {
					break
				}
			}
		}()
		return future.Await(cx, future.Pending[int]())
	})
	w.turn(func(cx *future.Context) { _, _, _ = f.Poll(cx) })
	w.drop(f)
	require.Equal(t, []error{nil, future.ErrCancelled, future.ErrCancelled}, errs, "an item, an item's error, no wait")
}

func TestABreakLeavesTheStreamToItsOwner(t *testing.T) {
	w := newWorker(t)
	c := &channel[int]{items: []int{1, 2}}
	require.NoError(t, body(w, func(cx *future.Context) error {
		for range stream.All(cx, c) {
			break
		}
		return nil
	}))
	require.Zero(t, c.drops)
	requireItem(w, c, 2)
}
