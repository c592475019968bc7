package future

import (
	"io"
	"iter"
)

// Ordered runs futures side by side and yields their results in the order in which the futures were added. It polls only
// those that were woken. The zero Ordered is empty. It is a stream; not for concurrent use. (futures-rs, FuturesOrdered.)
type Ordered[T any] struct {
	group   group[T]
	results []result[T] // of the futures that were added, from the first on whose turn has not come
	kept    int         // results that are there
	yielded int
}

// result is a place for a result.
type result[T any] struct {
	Result[T]
	of *member[T] // nil: the result is there
}

// Add puts f at the end; it is owned by o from then on. The next PollNext polls it. A nil f yields [ErrNilFuture].
func (o *Ordered[T]) Add(f Future[T]) {
	m := &member[T]{index: o.yielded + len(o.results)}
	o.results = append(o.results, result[T]{of: m})
	o.group.enlist(m, orNil(f))
}

// Len returns the number of futures whose results have not been yielded.
func (o *Ordered[T]) Len() int { return o.kept + o.group.n }

// PollNext is ready with the result of the future that was added first, and with io.EOF if there is none; more futures may be
// added then. A future's own error is returned as it is, but io.EOF comes wrapped, so that it is not taken for the end. Meanwhile
// the others are polled as they are woken, and their results kept. It loses no result if it is given up. A future that panics is
// dropped and has no result; the others go on.
func (o *Ordered[T]) PollNext(cx *Context) (item T, ready bool, err error) {
	for len(o.results) > 0 {
		first := &o.results[0]
		if first.of == nil {
			item, err = first.Get()
			o.kept--
			o.shift()
			return item, true, ItemError(err)
		}
		if first.of.f == nil { // it has panicked
			o.shift()
			continue
		}
		m, value, err := o.group.poll(cx)
		if m == nil {
			return item, false, nil
		}
		o.results[m.index-o.yielded] = result[T]{Result[T]{value, err}, nil}
		o.kept++
	}
	return item, true, io.EOF
}

// shift takes the first place away.
func (o *Ordered[T]) shift() {
	o.results[0] = result[T]{}
	o.results = o.results[1:]
	o.yielded++
}

// Next waits, in a body, for the next result in order. It returns io.EOF if there is none. It allocates nothing.
func (o *Ordered[T]) Next(cx *Context) (T, error) { return AwaitPoll(cx, o.PollNext, nil) }

// All ranges, in a body, over the results until none is left. Futures may be added meanwhile. In a deferred call of a body that
// unwinds it ends with [ErrCancelled] where it would have to wait.
func (o *Ordered[T]) All(cx *Context) iter.Seq2[T, error] { return results(cx, o.Len, o.PollNext) }

// Drop drops all futures that have not finished, in order, and forgets the results of the others. o is empty after that, and
// may be used again. cx may be nil.
func (o *Ordered[T]) Drop(cx *Context) {
	defer func() { // after it: a Drop may add futures, which are dropped too
		o.yielded += len(o.results)
		o.results, o.kept = nil, 0
	}()
	o.group.drop(cx)
}
