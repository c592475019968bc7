package stream

import (
	"io"

	"github.com/simmer-go/simmer/future"
)

// Pair is one item of each of two streams.
type Pair[A, B any] struct {
	A A
	B B
}

// Zip returns a stream of pairs of the items of a and b. It ends when one of them does; the other is dropped then, and an item
// that it had ready is dropped, if that has a Drop, and lost.
func Zip[A, B any](a Stream[A], b Stream[B]) Stream[Pair[A, B]] {
	return &zipped[A, B]{a: half[A]{from: from(a)}, b: half[B]{from: from(b)}}
}

type zipped[A, B any] struct {
	a half[A]
	b half[B]
}

// half is one side of a zip: its stream, and an item that waits for the other side's.
type half[T any] struct {
	from source[T]
	item T
	has  bool
}

// fill gets an item unless there is one.
func (h *half[T]) fill(cx *future.Context) (err error) {
	if !h.has {
		h.item, h.has, err = h.from.poll(cx)
		h.has = h.has && err == nil
	}
	return err
}

func (h *half[T]) take() (item T) {
	item, h.item, h.has = h.item, item, false
	return item
}

func (h *half[T]) drop(cx *future.Context) {
	defer h.from.drop(cx)
	if h.has {
		future.Drop(cx, h.take())
	}
}

func (z *zipped[A, B]) PollNext(cx *future.Context) (pair Pair[A, B], ready bool, err error) {
	err = z.a.fill(cx)
	if err == nil {
		err = z.b.fill(cx)
	}
	switch {
	case err == io.EOF:
		z.Drop(cx)
		return pair, true, io.EOF
	case err != nil:
		return pair, true, err
	case !z.a.has || !z.b.has:
		return pair, false, nil
	}
	return Pair[A, B]{z.a.take(), z.b.take()}, true, nil
}

func (z *zipped[A, B]) Drop(cx *future.Context) {
	defer z.b.drop(cx)
	z.a.drop(cx)
}
