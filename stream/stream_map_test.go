package stream_test

import (
	"io"
	goruntime "runtime"
	"slices"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/stream"
)

type streamMap = stream.StreamMap[string, int]

func entry(key string, value int) stream.Entry[string, int] {
	return stream.Entry[string, int]{Key: key, Value: value}
}

// covers: F194
// tokio: tokio-stream/tests/stream_stream_map.rs empty: an empty map is at its end
func TestAnEmptyStreamMapIsAtItsEnd(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	requireEnd(w, &m)
	requireEnd(w, &m)
	require.Zero(t, m.Len())
	require.Nil(t, m.Remove("foo"))
	require.False(t, m.Contains("foo"))
}

// tokio: tokio-stream/tests/stream_stream_map.rs single_entry: items with their key, and a stream that ends is removed
func TestAStreamMapRemovesWhatHasEnded(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	c := &channel[int]{}
	require.Nil(t, m.Insert("foo", c))
	require.True(t, m.Contains("foo"))
	requirePending(w, &m)
	for i := range 2 {
		c.send(i)
		require.True(t, w.woken)
		requireItem(w, &m, entry("foo", i))
		requirePending(w, &m)
	}
	c.close()
	require.True(t, w.woken)
	requireEnd(w, &m)
	require.Zero(t, m.Len())
	require.False(t, m.Contains("foo"))
}

// tokio: tokio-stream/tests/stream_stream_map.rs multiple_entries: each item once, whichever comes first
func TestAStreamMapYieldsTheItemsOfAll(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	a, b := &channel[int]{}, &channel[int]{}
	m.Insert("a", a)
	m.Insert("b", b)
	requirePending(w, &m)
	a.send(1)
	requireItem(w, &m, entry("a", 1))
	a.send(2)
	b.send(3)
	var got []stream.Entry[string, int]
	for range 2 {
		item, ready, _ := next(w, &m)
		require.True(t, ready)
		got = append(got, item)
	}
	require.ElementsMatch(t, []stream.Entry[string, int]{entry("a", 2), entry("b", 3)}, got)
	requirePending(w, &m)
	a.close()
	requirePending(w, &m)
	b.fail(errItem)
	item, ready, err := next(w, &m)
	require.True(t, ready)
	require.Equal(t, errItem, err)
	require.Equal(t, entry("b", 0), item, "an error tells whose it is")
	b.close()
	requireEnd(w, &m)
}

// The place of a stream that is gone does not keep it: whether it has ended, was taken out, or moved when another one was.
func TestAStreamMapDoesNotKeepAStreamThatIsGone(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	m.Insert("stays", &channel[int]{})
	insert := func(key string, c *channel[int]) (isGone func() bool) {
		m.Insert(key, c)
		p := weak.Make(c)
		return func() bool { return p.Value() == nil }
	}
	hasEnded := insert("ends", &channel[int]{closed: true})
	wasMoved := insert("moved", &channel[int]{})
	requirePending(w, &m)
	m.Remove("moved")
	wasRemoved := insert("removed", &channel[int]{})
	m.Remove("removed")
	for range 3 {
		goruntime.GC()
	}
	require.True(t, hasEnded())
	require.True(t, wasMoved())
	require.True(t, wasRemoved())
	require.Equal(t, 1, m.Len())
}

// Without budget the streams could only refuse, and the one that does not ask for any would always be the only one that is heard.
func TestAStreamMapWithoutBudgetAsksNobody(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	c := &channel[int]{items: []int{1}}
	m.Insert("a", c)
	buffer := make([]stream.Entry[string, int], 2)
	w.turn(func(cx *future.Context) {
		for cx.HasBudgetRemaining() {
			cx.Spend()
		}
		_, ready, err := m.PollNext(cx)
		require.False(t, ready)
		require.NoError(t, err)
		_, ready, err = m.PollMany(cx, buffer)
		require.False(t, ready)
		require.NoError(t, err)
	})
	require.Zero(t, c.polls)
	require.True(t, w.woken, "it asks for another turn")
	requireItem(w, &m, entry("a", 1))
}

// tokio: tokio-stream/tests/stream_stream_map.rs insert_remove: a stream that is taken out is the caller's
func TestARemovedStreamIsTheCallers(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	c := &channel[int]{items: []int{1, 2}}
	m.Insert("foo", c)
	requireItem(w, &m, entry("foo", 1))
	require.Same(t, c, m.Remove("foo"))
	requireEnd(w, &m)
	require.Zero(t, c.drops)
	requireItem(w, c, 2)
}

func TestKeysFindTheirStreamsAfterARemoval(t *testing.T) {
	var m streamMap
	streams := map[string]stream.Stream[int]{}
	for _, key := range []string{"a", "b", "c", "d"} {
		streams[key] = &channel[int]{}
		m.Insert(key, streams[key])
	}
	for _, key := range []string{"a", "d", "c", "b"} {
		require.Same(t, streams[key], m.Remove(key))
		require.False(t, m.Contains(key))
	}
	require.Zero(t, m.Len())
}

// tokio: tokio-stream/tests/stream_stream_map.rs replace: so is one that is replaced
func TestAReplacedStreamIsTheCallers(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	c := &channel[int]{}
	m.Insert("foo", c)
	require.Same(t, c, m.Insert("foo", stream.Once(2)))
	require.Equal(t, 1, m.Len())
	requireItem(w, &m, entry("foo", 2))
	require.Zero(t, c.drops)
}

// tokio: tokio-stream/tests/stream_stream_map.rs iter_keys: the keys
// tokio: tokio-stream/tests/stream_stream_map.rs iter_values: and the streams
func TestAStreamMapCanBeRangedOver(t *testing.T) {
	var m streamMap
	streams := map[string]stream.Stream[int]{"a": numbers(1), "b": numbers(2), "c": numbers(3)}
	for key, s := range streams {
		m.Insert(key, s)
	}
	seen := map[string]stream.Stream[int]{}
	for key, s := range m.All() {
		seen[key] = s
	}
	require.Equal(t, streams, seen)
	for range m.All() {
		break
	}
}

// tokio: tokio-stream/tests/stream_stream_map.rs clear: all are gone
func TestADroppedStreamMapDropsAll(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	a, b, c := &channel[int]{}, &channel[int]{closed: true}, &channel[int]{}
	m.Insert("a", a)
	m.Insert("b", b)
	requirePending(w, &m)
	m.Insert("c", c)
	m.Drop(&w.cx)
	m.Drop(nil)
	require.Equal(t, []int{1, 0, 1}, []int{a.drops, b.drops, c.drops})
	require.Zero(t, m.Len())
	m.Insert("a", stream.Once(1))
	requireItem(w, &m, entry("a", 1))
}

// tokio: tokio-stream/tests/stream_stream_map.rs one_ready_many_none: whatever ends in a poll, one that is ready is found, and one that
// waits is asked
//
// All ways in which up to four streams are ready, waiting or at their end, from each start.
func TestAPollOfAStreamMapAsksEachStream(t *testing.T) {
	const kinds = 3
	for n := 1; n <= 4; n++ {
		for state := range pow(kinds, n) {
			for seed := range uint64(8) {
				w := newWorker(t)
				w.local.Seed(seed << 29) // far apart: small seeds begin alike
				var m streamMap
				var chans []*channel[int]
				waiting, hasItem := 0, false
				for i, s := 0, state; i < n; i, s = i+1, s/kinds {
					c := &channel[int]{}
					switch s % kinds {
					case 0:
						waiting++
					case 1:
						c.closed = true
					case 2:
						c.items = []int{i}
						hasItem = true
					}
					chans = append(chans, c)
					m.Insert(string(rune('a'+i)), c)
				}
				item, ready, err := next(w, &m)
				switch {
				case hasItem:
					require.True(t, ready)
					require.NoError(t, err)
					require.Equal(t, string(rune('a'+item.Value)), item.Key)
				case waiting > 0:
					require.False(t, ready)
					require.Equal(t, waiting, m.Len())
					for _, c := range chans {
						require.Equal(t, 1, c.polls, "state %d of %d", state, n)
					}
				default:
					require.Equal(t, io.EOF, err)
				}
			}
		}
	}
}

func pow(base, n int) int {
	p := 1
	for range n {
		p *= base
	}
	return p
}

func TestAStreamMapIsFair(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	for i := range 4 {
		m.Insert(string(rune('a'+i)), stream.Repeat(i))
	}
	var seen [4]int
	for range 4000 {
		item, ready, _ := next(w, &m)
		require.True(t, ready)
		seen[item.Value]++
	}
	for _, n := range seen {
		require.InDelta(t, 1000, n, 150)
	}
	m.Drop(&w.cx)
}

func pollMany(w *worker, m *streamMap, limit int) (items []stream.Entry[string, int], ready bool, err error) {
	buffer := make([]stream.Entry[string, int], limit)
	n := 0
	w.turn(func(cx *future.Context) { n, ready, err = m.PollMany(cx, buffer) })
	return buffer[:n], ready, err
}

// tokio: tokio-stream/tests/stream_stream_map.rs poll_next_many_zero: no room, no items
// tokio: tokio-stream/tests/stream_stream_map.rs poll_next_many_empty: an empty map is at its end
// tokio: tokio-stream/tests/stream_stream_map.rs poll_next_many_pending: it waits for one
func TestPollManyWaitsForOneItem(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	_, ready, err := pollMany(w, &m, 5)
	require.True(t, ready)
	require.Equal(t, io.EOF, err)
	m.Insert("foo", stream.Pending[int]())
	items, ready, err := pollMany(w, &m, 0)
	require.True(t, ready)
	require.NoError(t, err)
	require.Empty(t, items)
	_, ready, _ = pollMany(w, &m, 5)
	require.False(t, ready)
}

// tokio: tokio-stream/tests/stream_stream_map.rs poll_next_many_not_enough: fewer than there is room for
// tokio: tokio-stream/tests/stream_stream_map.rs poll_next_many_enough: as many
// tokio: tokio-stream/tests/stream_stream_map.rs poll_next_many_correctly_loops_around: one stream may give several
func TestPollManyTakesWhatIsReady(t *testing.T) {
	for _, test := range []struct {
		a, b  []int
		limit int
	}{
		{[]int{1}, []int{2}, 3}, {[]int{1}, []int{2}, 2}, {[]int{1, 2, 3}, []int{4}, 4}, {[]int{1, 2, 3, 4, 5, 6}, nil, 5},
	} {
		w := newWorker(t)
		var m streamMap
		a, b := &channel[int]{items: slices.Clone(test.a)}, &channel[int]{items: slices.Clone(test.b)}
		m.Insert("a", a)
		m.Insert("b", b)
		m.Insert("ends", &channel[int]{closed: true})
		items, ready, err := pollMany(w, &m, test.limit)
		require.True(t, ready)
		require.NoError(t, err)
		require.Len(t, items, min(test.limit, len(test.a)+len(test.b)))
		last := map[string]int{}
		for _, e := range items {
			require.Greater(t, e.Value, last[e.Key], "each stream's in their order")
			last[e.Key] = e.Value
		}
	}
}

// Who has given an item comes again after all others.
func TestPollManyGoesOnWithTheNextStream(t *testing.T) {
	const streams = 4
	for seed := range uint64(8) {
		w := newWorker(t)
		w.local.Seed(seed << 29)
		var m streamMap
		for i := range streams {
			m.Insert(string(rune('a'+i)), stream.Repeat(i))
		}
		items, ready, err := pollMany(w, &m, 3*streams)
		require.True(t, ready)
		require.NoError(t, err)
		require.Len(t, items, 3*streams)
		for i, e := range items {
			require.Equal(t, (items[0].Value+i)%streams, e.Value)
		}
		m.Drop(&w.cx)
	}
}

// All ways in which up to four streams have items, wait or end, from each start: nothing that is ready is left behind, and nothing that
// has ended is kept.
func TestPollManyTakesAllThatIsReady(t *testing.T) {
	kinds := []struct {
		items  []int
		closed bool
	}{{}, {nil, true}, {[]int{1}, false}, {[]int{1}, true}, {[]int{1, 2}, true}}
	for n := 1; n <= 4; n++ {
		for state := range pow(len(kinds), n) {
			for seed := range uint64(4) {
				w := newWorker(t)
				w.local.Seed(seed << 30)
				var m streamMap
				total, stay := 0, 0
				for i, s := 0, state; i < n; i, s = i+1, s/len(kinds) {
					kind := kinds[s%len(kinds)]
					c := &channel[int]{items: slices.Clone(kind.items), closed: kind.closed}
					total += len(c.items)
					if !c.closed {
						stay++
					}
					m.Insert(string(rune('a'+i)), c)
				}
				items, ready, err := pollMany(w, &m, 10)
				if total == 0 && stay == 0 {
					require.Equal(t, io.EOF, err)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, total > 0, ready)
				require.Len(t, items, total, "state %d of %d", state, n)
				require.Equal(t, stay, m.Len(), "state %d of %d", state, n)
			}
		}
	}
}

// tokio: tokio-stream/tests/stream_stream_map.rs poll_next_many_does_not_exceed_limit: nothing is taken that has no room
func TestPollManyDoesNotExceedItsBuffer(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	c := &channel[int]{items: []int{1, 2, 3}}
	m.Insert("a", c)
	items, _, _ := pollMany(w, &m, 2)
	require.Len(t, items, 2)
	require.Len(t, c.items, 1)
}

func TestAnErrorComesAfterTheManyBeforeIt(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	c := &channel[int]{items: []int{1}, errs: []error{errItem}}
	m.Insert("a", c)
	items, _, err := pollMany(w, &m, 5)
	require.NoError(t, err)
	require.Equal(t, []stream.Entry[string, int]{entry("a", 1)}, items)
	_, ready, err := pollMany(w, &m, 5)
	require.True(t, ready)
	require.Equal(t, errItem, err)
	_, ready, _ = pollMany(w, &m, 5)
	require.False(t, ready)
}

// The error that waits behind the items tells whose it is, and goes with the map.
func TestTheErrorBehindManyItemsIsItsStreams(t *testing.T) {
	for _, drop := range []bool{false, true} {
		w := newWorker(t)
		var m streamMap
		m.Insert("a", &channel[int]{items: []int{1}, errs: []error{errItem}})
		items, _, _ := pollMany(w, &m, 5)
		require.Len(t, items, 1)
		if drop {
			m.Drop(&w.cx)
			requireEnd(w, &m)
			continue
		}
		item, ready, err := next(w, &m)
		require.True(t, ready)
		require.Equal(t, errItem, err)
		require.Equal(t, entry("a", 0), item)
	}
}

// tokio: tokio-stream/tests/stream_stream_map.rs next_many_enough: the same in a body
// tokio: tokio-stream/tests/stream_stream_map.rs next_many_empty: and at the end
func TestABodyTakesMany(t *testing.T) {
	w := newWorker(t)
	var m streamMap
	m.Insert("a", numbers(300))
	total := 0
	require.NoError(t, body(w, func(cx *future.Context) error {
		buffer := make([]stream.Entry[string, int], 1000)
		for {
			n, err := m.NextMany(cx, buffer)
			if err == io.EOF {
				return nil
			}
			require.LessOrEqual(t, n, future.Budget, "it lets others run")
			total += n
		}
	}))
	require.Equal(t, 300, total)
	require.NoError(t, body(w, func(cx *future.Context) error {
		_, err := m.Next(cx)
		require.Equal(t, io.EOF, err)
		return nil
	}))
}
