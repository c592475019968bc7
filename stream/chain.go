package stream

import (
	"io"

	"github.com/simmer-go/simmer/future"
)

// Chain returns a stream of the items of the first stream, then of the second, and so on.
func Chain[T any](streams ...Stream[T]) Stream[T] { return Flatten(FromSlice(streams)) }

// sources are several streams that one adapter owns.
type sources[T any] []source[T]

func fromAll[T any](streams []Stream[T]) sources[T] {
	all := make(sources[T], len(streams))
	for i, s := range streams {
		all[i] = from(s)
	}
	return all
}

// drop drops the streams that have not ended, in order.
func (all sources[T]) drop(cx *future.Context) {
	var left []Stream[T]
	for i := range all {
		if s := all[i].s; s != nil {
			all[i].s = nil
			left = append(left, s)
		}
	}
	(&slice[Stream[T]]{left}).Drop(cx)
}

// Merge returns a stream of the items of all streams as they come. A poll begins behind the one whose item came last, so those that
// always have items take turns. It ends when all have. Each poll polls all that are not ready: of thousands, make a [future.Set].
func Merge[T any](streams ...Stream[T]) Stream[T] { return &merged[T]{from: fromAll(streams)} }

type merged[T any] struct {
	from  sources[T]
	first int // that a poll begins with
}

func (m *merged[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	ended := true
	for i := range m.from {
		at := (m.first + i) % len(m.from)
		switch item, ready, err = m.from[at].poll(cx); {
		case ready && err != io.EOF:
			m.first = at + 1
			return item, true, err
		case !ready:
			ended = false
		}
	}
	m.first++ // the first one may have used up the budget, and found nothing
	var none T
	if ended {
		return none, true, io.EOF
	}
	return none, false, nil
}

func (m *merged[T]) Drop(cx *future.Context) { m.from.drop(cx) }

// Flatten returns a stream of the items of each of the streams that s yields, one stream after the other. A nil one yields
// [ErrNilStream].
func Flatten[T any](s Stream[Stream[T]]) Stream[T] { return &flattened[T]{from: from(s)} }

type flattened[T any] struct {
	from    source[Stream[T]]
	present source[T]
}

func (f *flattened[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	for {
		if item, ready, err = f.present.poll(cx); err != io.EOF {
			return item, ready, err
		}
		next, ready, err := f.from.poll(cx)
		if !ready || err != nil {
			return item, ready, err
		}
		f.present = from(next)
	}
}

func (f *flattened[T]) Drop(cx *future.Context) {
	defer f.from.drop(cx)
	f.present.drop(cx)
}
