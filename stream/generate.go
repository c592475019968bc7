package stream

import (
	"io"

	"github.com/simmer-go/simmer/future"
)

// Generate returns a stream of what a body yields: straight-line code that may Await. yield hands an item over and waits, in
// the body, until the next one is asked for. When the body returns, the stream ends; its error, unless nil or io.EOF, is the
// last item's. If the stream is dropped, yield does not return: the body unwinds, as in any Await. (The crate
// async-stream.)
func Generate[T any](body func(cx *future.Context, yield func(item T)) error) Stream[T] {
	g := &generated[T]{}
	g.body = future.Async(func(cx *future.Context) (none struct{}, err error) {
		return none, body(cx, func(item T) {
			g.item, g.full = item, true
			future.AwaitPoll(cx, g.pollTaken, nil)
		})
	})
	return g
}

type generated[T any] struct {
	body future.Future[struct{}] // nil when it has returned
	item T
	full bool // item is to be taken
}

func (g *generated[T]) pollTaken(*future.Context) (none struct{}, taken bool, err error) {
	return none, !g.full, nil
}

func (g *generated[T]) PollNext(cx *future.Context) (item T, ready bool, err error) {
	if !cx.HasBudget() {
		return item, false, nil
	}
	if g.body == nil {
		return item, true, io.EOF
	}
	_, ended, err := g.body.Poll(cx)
	switch {
	case ended:
		g.body = nil
		if err == nil {
			err = io.EOF
		}
		return item, true, err
	case !g.full:
		return item, false, nil
	}
	cx.Spend()
	item, g.item, g.full = g.item, item, false
	return item, true, nil
}

// Drop unwinds the body.
func (g *generated[T]) Drop(cx *future.Context) {
	if body := g.body; body != nil {
		g.body = nil
		future.Drop(cx, body)
	}
}
