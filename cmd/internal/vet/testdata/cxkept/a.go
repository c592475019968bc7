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

// A function literal that uses a cx from outside keeps it as well, where it leaves the function.

var atEnd func()

var queue = make(chan func(), 1)

func (h *holder) literals(cx *future.Context, byName map[string]func(), m *sync.Map, all []func()) []func() {
	mine := cx
	h.notify = func() { cx.Again() }     // want `this function uses a cx, which is valid in the poll that received it only`
	h.notify = (func() { mine.Again() }) // want `this function uses a cx`
	h.any = any(cx)                      // want `a cx is valid`
	h.any = any(func() { read(cx) })     // want `this function uses a cx`
	atEnd = func() { read(cx) }          // want `this function uses a cx`
	byName["soup"] = func() { read(cx) } // want `this function uses a cx`
	queue <- func() { read(cx) }         // want `this function uses a cx`
	m.Store("soup", func() { read(cx) }) // want `this function uses a cx`
	log := func() { read(cx) }
	h.notify = log                               // want `this function uses a cx`
	h.notify = func() { log() }                  // want `this function uses a cx`
	all = append(all, func() { read(cx) })       // want `this function uses a cx`
	kept := &holder{notify: func() { read(cx) }} // want `this function uses a cx`
	kept.notify = func() { read(cx) }            // want `this function uses a cx`
	h.any = kept
	h.any = holder{notify: log} // want `this function uses a cx`
	var late []func()
	late = append(late, func() { read(cx) }) // want `this function uses a cx`
	all = append(all, late...)
	other := h
	other.notify = func() { read(cx) } // want `this function uses a cx`
	return []func(){log}               // want `this function uses a cx`
}

func (h *holder) harmless(cx *future.Context, byName map[string]func(*future.Context)) func() {
	w := cx.Waker()
	h.notify = func() { w.Wake() }
	byName["soup"] = func(cx *future.Context) { read(cx) }
	h.any = func(*future.Context) { read(cx) } // cxcapture's business
	h.notify = func() { each(func(cx *future.Context) { read(cx) }) }
	var log func()
	log = func() { read(cx) }
	defer log()
	h.any = func() int { read(cx); return 1 }() // called at once
	run(func() { read(cx) })
	run(log)
	return func() { read(cx) } // the caller is in the poll as well
}

// What stays in the function may hold such literals.
func inPlace(cx *future.Context, isLate bool) error {
	for _, step := range []func(){func() { read(cx) }} {
		step()
	}
	steps := []struct {
		name string
		do   func() error
	}{
		{"wash", func() error { return future.Yield(cx) }},
		{name: "chop", do: func() error { return future.Yield(cx) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return err
		}
	}
	var undo []func()
	undo = append(undo, func() { read(cx) })
	if isLate {
		undo = append(undo[:0], func() { read(cx) })
	}
	defer func() {
		for _, f := range undo {
			f()
		}
	}()
	byName := make(map[string]func())
	byName["soup"] = func() { read(cx) }
	byName["soup"]()
	visitor := &holder{notify: func() { read(cx) }}
	visitor.any = func() { read(cx) }
	visit(visitor)
	visit(&holder{notify: func() { read(cx) }})
	return nil
}

// A parameter is the caller's, also if the function may give it a value.
func mayBeTheCallers(cx *future.Context, h *holder) {
	if h == nil {
		h = &holder{}
	}
	h.notify = func() { read(cx) } // want `this function uses a cx`
}

func run(f func()) { f() }

func each(func(*future.Context)) {}

func visit(h *holder) { h.notify() }

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
