package future_test

import (
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// futures-rs: stream_futures_ordered.rs works_1: results come in the order in which the futures were added
func TestOrderedYieldsInTheOrderOfTheAdds(t *testing.T) {
	p := newPolling(t)
	a, b, c := &gate{}, &gate{}, &gate{}
	var o future.Ordered[int]
	for _, g := range []*gate{a, b, c} {
		o.Add(g)
	}
	b.open(99)
	_, ready, _ := next(t, p, o.PollNext)
	require.False(t, ready)
	require.Equal(t, 3, o.Len())
	a.open(33)
	c.open(33)
	var got []int
	for range 3 {
		v, ready, _ := next(t, p, o.PollNext)
		require.True(t, ready)
		got = append(got, v)
	}
	require.Equal(t, []int{33, 99, 33}, got)
	_, ready, err := o.PollNext(&p.cx)
	require.True(t, ready)
	require.Equal(t, io.EOF, err)
}

// futures-rs: stream_futures_ordered.rs queue_never_unblocked: what waits behind the first is kept until its turn
func TestOrderedKeepsWhatIsReadyBehindTheFirst(t *testing.T) {
	p := newPolling(t)
	first := &gate{}
	var o future.Ordered[int]
	o.Add(first)
	o.Add(future.Ready(2))
	o.Add(future.ReadyErr[int](errPlanned))
	for range 5 {
		_, ready, again := next(t, p, o.PollNext)
		require.False(t, ready)
		require.False(t, again)
	}
	o.Drop(&p.cx)
	require.Equal(t, 1, first.drops)
	require.Zero(t, o.Len())
	o.Add(future.Ready(7))
	v, ready, _ := next(t, p, o.PollNext)
	require.True(t, ready)
	require.Equal(t, 7, v)
}

func TestOrderedRangesInABody(t *testing.T) {
	e := newExecutor(t)
	var o future.Ordered[int]
	for i := range 300 {
		o.Add(future.Ready(i))
	}
	var got []int
	h := spawnBody(e, func(cx *future.Context) error {
		for v, err := range o.All(cx) {
			if err != nil {
				return err
			}
			if got = append(got, v); v == 250 {
				o.Add(future.Ready(300))
			}
		}
		return nil
	})
	e.run()
	require.NoError(t, h.err)
	require.Len(t, got, 301)
	require.True(t, slices.IsSorted(got))
	require.Greater(t, e.polls, 2, "it lets others run")
}

// The place of a future that has panicked is passed over, at the head and behind it.
func TestOrderedGoesOnAfterAFutureHasPanicked(t *testing.T) {
	for bad := range 3 {
		p := newPolling(t)
		var o future.Ordered[int]
		var gates [3]*gate
		for i := range gates {
			gates[i] = &gate{}
			o.Add(gates[i])
		}
		next(t, p, o.PollNext)
		gates[bad].onPoll = func(*future.Context) { panic("boom") }
		gates[bad].open(bad)
		p.turn()
		require.PanicsWithValue(t, "boom", func() { o.PollNext(&p.cx) })
		require.Equal(t, 1, gates[bad].drops)
		require.Equal(t, 2, o.Len())
		for i, g := range gates {
			if i == bad {
				continue
			}
			g.open(i)
			v, ready, _ := next(t, p, o.PollNext)
			require.True(t, ready)
			require.Equal(t, i, v)
		}
		require.Zero(t, o.Len())
		_, ready, err := o.PollNext(&p.cx)
		require.True(t, ready)
		require.Equal(t, io.EOF, err)
	}
}

// A future that is added by another one's Drop is dropped too, and keeps no place.
func TestAnOrderedThatIsFilledWhileItIsDroppedIsEmpty(t *testing.T) {
	p := newPolling(t)
	var o future.Ordered[int]
	late := &gate{}
	o.Add(&gate{onDrop: func(*future.Context) { o.Add(late) }})
	o.Drop(&p.cx)
	require.Equal(t, 1, late.drops)
	require.Zero(t, o.Len())
	o.Add(future.Ready(7))
	v, ready, _ := next(t, p, o.PollNext)
	require.True(t, ready)
	require.Equal(t, 7, v)
}
