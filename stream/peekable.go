package stream

import "github.com/simmer-go/simmer/future"

// Peekable is a stream whose next item can be looked at before it is taken. Make one with [NewPeekable].
type Peekable[T any] struct {
	from source[T]
	next T
	err  error
	has  bool // next and err are there
}

// NewPeekable returns a stream of the items of s.
func NewPeekable[T any](s Stream[T]) *Peekable[T] { return &Peekable[T]{from: from(s)} }

// PollPeek is ready with the next item, which stays: the following PollNext returns it, changed if the caller has changed it. At
// the end, and if an error comes next, it returns nil and the error, which stays too.
func (p *Peekable[T]) PollPeek(cx *future.Context) (next *T, ready bool, err error) {
	if !p.has {
		if p.next, p.has, p.err = p.from.poll(cx); !p.has {
			return nil, false, nil
		}
	}
	if p.err != nil {
		return nil, true, p.err
	}
	return &p.next, true, nil
}

// Peek waits, in a body, for the next item, and leaves it there. It returns io.EOF at the end.
func (p *Peekable[T]) Peek(cx *future.Context) (*T, error) {
	return future.AwaitPoll(cx, p.PollPeek, nil)
}

// PollNext is ready with the next item.
func (p *Peekable[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if !p.has {
		return p.from.poll(cx)
	}
	item, err, p.has = p.next, p.err, false
	clear1(&p.next)
	return item, true, err
}

func clear1[T any](p *T) {
	var zero T
	*p = zero
}

// Drop drops s, and an item that was looked at and not taken, if that has a Drop.
func (p *Peekable[T]) Drop(cx *future.Context) {
	defer p.from.drop(cx)
	if p.has && p.err == nil {
		item := p.next
		clear1(&p.next)
		p.has = false
		future.Drop(cx, item)
	}
}
