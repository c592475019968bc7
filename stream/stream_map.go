package stream

import (
	"io"
	"iter"

	"github.com/simmer-go/simmer/future"
)

// StreamMap is a set of streams with keys, which yields their items as they come, each with its stream's key. Streams may be inserted
// and removed at any time; those that end are removed. The zero StreamMap is empty. Not for concurrent use.
//
// Each poll begins with a stream chosen at random, so that none that always has items hides the others, and polls all that are not
// ready. (tokio-stream, StreamMap.)
type StreamMap[K comparable, T any] struct {
	entries []keyed[K, T]
	index   map[K]int // in entries
	err     error     // of an item, behind the items that PollMany has returned
	failed  K         // whose it is
}

type keyed[K comparable, T any] struct {
	key  K
	from source[T]
}

// Insert puts s into the map. A stream that had the same key is returned, not dropped; nil if there was none.
func (m *StreamMap[K, T]) Insert(key K, s Stream[T]) (replaced Stream[T]) {
	replaced = m.Remove(key)
	if m.index == nil {
		m.index = make(map[K]int)
	}
	m.index[key] = len(m.entries)
	m.entries = append(m.entries, keyed[K, T]{key, from(s)})
	return replaced
}

// Remove takes a stream out and returns it, not dropped; nil if there is none with this key.
func (m *StreamMap[K, T]) Remove(key K) Stream[T] {
	i, ok := m.index[key]
	if !ok {
		return nil
	}
	s := m.entries[i].from.s
	m.remove(i)
	return s
}

// remove puts the last entry in the place of entry i.
func (m *StreamMap[K, T]) remove(i int) {
	end := len(m.entries) - 1
	delete(m.index, m.entries[i].key)
	if i != end {
		m.entries[i] = m.entries[end]
		m.index[m.entries[i].key] = i
	}
	m.entries[end] = keyed[K, T]{}
	m.entries = m.entries[:end]
}

// Contains reports whether there is a stream with this key.
func (m *StreamMap[K, T]) Contains(key K) bool {
	_, ok := m.index[key]
	return ok
}

// Len returns the number of streams.
func (m *StreamMap[K, T]) Len() int { return len(m.entries) }

// All yields the streams with their keys, in no order. The map must not be changed meanwhile.
func (m *StreamMap[K, T]) All() iter.Seq2[K, Stream[T]] {
	return func(yield func(K, Stream[T]) bool) {
		for i := range m.entries {
			if !yield(m.entries[i].key, m.entries[i].from.s) {
				return
			}
		}
	}
}

// PollNext is ready with the next item of one of the streams, with that stream's key and an item's error, and with io.EOF if
// the map is empty: streams may be inserted then.
func (m *StreamMap[K, T]) PollNext(cx *future.Context) (item Entry[K, T], ready bool, err error) {
	if m.err != nil {
		item.Key, err, m.err = m.failed, m.err, nil
		return item, true, err
	}
	if len(m.entries) == 0 {
		return item, true, io.EOF
	}
	if !cx.HasBudget() {
		return item, false, nil
	}
	start := int(cx.Random(uint32(len(m.entries))))
	at := start
	for range len(m.entries) {
		if item, ready, err = m.pollEntry(cx, start, &at); ready {
			return item, true, err
		}
	}
	if len(m.entries) == 0 {
		return item, true, io.EOF
	}
	return item, false, nil
}

// pollEntry polls the entry at *at, in a round that has begun at start, and moves on to the next one. If the stream has ended it is
// removed. Then the last entry takes its place, and is next unless this round has polled it.
func (m *StreamMap[K, T]) pollEntry(cx *future.Context, start int, at *int) (item Entry[K, T], ready bool, err error) {
	i := *at
	e := &m.entries[i]
	key := e.key
	value, ready, err := e.from.poll(cx)
	isNext := false
	if err == io.EOF {
		m.remove(i)
		ready, isNext = false, i >= start || start > len(m.entries)
	}
	if !isNext {
		i++
	}
	if i >= len(m.entries) {
		i = 0
	}
	*at = i
	if !ready {
		return item, false, nil
	}
	return Entry[K, T]{key, value}, true, err
}

// Next waits, in a body, for the next item. It returns io.EOF if the map is empty.
func (m *StreamMap[K, T]) Next(cx *future.Context) (Entry[K, T], error) {
	return future.AwaitPoll(cx, m.PollNext, nil)
}

// PollMany is ready with at least one item, as many as are ready and fit into the buffer, each stream's in their order. It
// returns their number, which is 0 if the buffer is empty, or with io.EOF if the map is. An item's error comes after the
// items before it, with the next call.
func (m *StreamMap[K, T]) PollMany(cx *future.Context, buffer []Entry[K, T]) (n int, ready bool, err error) {
	if len(buffer) == 0 {
		return 0, true, nil
	}
	item, ready, err := m.PollNext(cx)
	if !ready || err != nil {
		return 0, ready, err
	}
	buffer[0] = item
	n = 1
	at := (m.index[item.Key] + 1) % len(m.entries)
	start := at
	for left := len(m.entries); left > 0 && n < len(buffer); left-- {
		if item, ready, err = m.pollEntry(cx, start, &at); !ready {
			continue
		}
		if err != nil {
			m.failed, m.err = item.Key, err
			break
		}
		buffer[n] = item
		n++
		start, left = at, len(m.entries)+1 // one more round
	}
	return n, true, nil
}

// NextMany waits, in a body, for at least one item: see [StreamMap.PollMany].
func (m *StreamMap[K, T]) NextMany(cx *future.Context, buffer []Entry[K, T]) (n int, err error) {
	return future.AwaitPoll(cx, func(cx *future.Context) (int, bool, error) { return m.PollMany(cx, buffer) }, nil)
}

// Drop drops all streams. The map is empty after that, and may be used again. cx may be nil.
func (m *StreamMap[K, T]) Drop(cx *future.Context) {
	entries := m.entries
	m.entries, m.index, m.err = nil, nil, nil
	all := make(sources[T], len(entries))
	for i := range entries {
		all[i] = entries[i].from
	}
	all.drop(cx)
}
