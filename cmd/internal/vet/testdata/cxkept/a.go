// Package cxkept has right and wrong ways to keep what belongs to a poll.
package cxkept

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

var last *future.Context

type reader struct {
	cx    *future.Context
	waker waker.Waker
}

func (r *reader) Poll(cx *future.Context) (int, bool, error) {
	r.cx = cx             // want `a cx is valid in the poll that received it only`
	last = cx             // want `a cx is valid in the poll that received it only`
	r.waker = cx.Waker()  // a waker may be kept
	mine := cx            // a local variable is gone when the poll is over
	r.cx, last = nil, nil // given back
	read(mine)
	return 0, false, nil
}

func literals(cx *future.Context) []any {
	r := &reader{cx: cx}       // want `a cx is valid`
	list := []any{cx}          // want `a cx is valid`
	list = append(list, cx, r) // want `a cx is valid`
	m := map[int]*future.Context{}
	m[1] = cx // want `a cx is valid`
	return list
}

func sends(cx *future.Context, to chan<- *future.Context, wakers chan<- waker.Waker) {
	to <- cx // want `a cx is valid`
	wakers <- cx.Waker()
}

func marked(cx *future.Context) reader {
	//simmer:ignore cxkept the reader lives as long as the call
	return reader{cx: cx}
}

func read(*future.Context) {}

type holder struct {
	notify func()
	copy   future.Context
	any    any
}

type key struct{}

func otherWays(cx *future.Context, h *holder, m *sync.Map, p *atomic.Pointer[future.Context]) context.Context {
	h.notify = cx.Again // want `a cx is valid`
	h.copy = *cx        // want `a cx is valid`
	h.any = cx          // want `a cx is valid`
	m.Store("cx", cx)   // want `a cx is valid`
	p.Store(cx)         // want `a cx is valid`
	p.Store(nil)
	h.any = cx.Waker()
	return context.WithValue(cx.Context(), key{}, cx) // want `a cx is valid`
}

type list[T any] struct {
	items []T
	cx    *future.Context
}

func (l *list[T]) Poll(cx *future.Context) (T, bool, error) {
	l.cx = cx // want `a cx is valid`
	return l.items[0], true, nil
}

func passedOn(cx *future.Context) error { return deeper(cx, &reader{}) }

func deeper(cx *future.Context, r *reader) error {
	_, _, err := r.Poll(cx)
	return err
}
