// Package cxkept has right and wrong ways to keep what belongs to a poll.
package cxkept

import (
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
