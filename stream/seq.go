package stream

import (
	"io"
	"iter"

	"github.com/simmer-go/simmer/future"
)

// Entry is an item with its key.
type Entry[K, V any] struct {
	Key   K
	Value V
}

// FromSlice returns a stream of the items of a slice. It lets other tasks run after 128 of them. If it is dropped, items that it has
// not yielded and that have a Drop, such as futures and streams, are dropped.
func FromSlice[T any](items []T) Stream[T] { return &slice[T]{items} }

type slice[T any] struct{ left []T }

func (s *slice[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if !cx.HasBudget() {
		return item, false, nil
	}
	if len(s.left) == 0 {
		return item, true, io.EOF
	}
	cx.Spend()
	item, s.left = s.left[0], s.left[1:]
	return item, true, nil
}

// Drop drops what is left, in order. After a panic in one of them it goes on with the next.
func (s *slice[T]) Drop(cx *future.Context) {
	defer func() {
		if len(s.left) > 0 {
			s.Drop(cx)
		}
	}()
	for len(s.left) > 0 {
		item := s.left[0]
		s.left = s.left[1:]
		future.Drop(cx, item)
	}
}

// FromSeq returns a stream of the items of an iterator. It lets other tasks run after 128 of them. Unless it is never polled, it must be
// polled to its end or dropped, which ends the iterator.
func FromSeq[T any](seq iter.Seq[T]) Stream[T] {
	return fromPairs(func(yield func(T, error) bool) {
		for item := range seq {
			if !yield(item, nil) {
				return
			}
		}
	})
}

// FromSeq2 is [FromSeq] for an iterator of pairs.
func FromSeq2[K, V any](seq iter.Seq2[K, V]) Stream[Entry[K, V]] {
	return fromPairs(func(yield func(Entry[K, V], error) bool) {
		for k, v := range seq {
			if !yield(Entry[K, V]{k, v}, nil) {
				return
			}
		}
	})
}

// FromSeqErr is [FromSeq] for an iterator of items and their errors.
func FromSeqErr[T any](seq iter.Seq2[T, error]) Stream[T] { return fromPairs(seq) }

func fromPairs[T any](seq iter.Seq2[T, error]) Stream[T] { return &pulled[T]{seq: seq} }

// pulled pulls an iterator, from its first poll on.
type pulled[T any] struct {
	seq  iter.Seq2[T, error]
	next func() (T, error, bool)
	stop func()
}

func (p *pulled[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if !cx.HasBudget() {
		return item, false, nil
	}
	if p.next == nil {
		p.next, p.stop = iter.Pull2(p.seq)
	}
	item, err, more := p.next()
	if !more {
		return item, true, io.EOF
	}
	cx.Spend()
	return item, true, future.ItemError(err)
}

// Drop ends the iterator.
func (p *pulled[T]) Drop(*future.Context) {
	if p.stop != nil {
		p.stop()
	}
}
