package runtime

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
)

// Local is the key of a value that belongs to a task, or to a part of one: a request's number, a user, a logger. Make one with
// [NewLocal], as a rule in a package variable; any goroutine may use it.
//
// Values come with cx. [Local.On] gives one to a new task, [Scoped] to a future, [Local.With] to a stretch of a body,
// [Local.Sync] to a function. Each is seen in every poll of that and in its Drop, on whatever worker, and nowhere else. A task
// that is spawned through a cx inherits what the cx carries, as a goroutine does that is given a context.Context; one
// that is spawned on a *Runtime starts with nothing. (Tokio's tasks do not inherit.) SpawnBlocking's functions find the values
// in their context: [Local.FromContext].
type Local[T any] struct {
	_ byte // each key has an address of its own
}

// NewLocal returns a new key.
func NewLocal[T any]() *Local[T] { return &Local[T]{} }

// localValue is what a chain of values holds for a Local. Without isSet it hides an outer value.
type localValue[T any] struct {
	value T
	isSet bool
}

func (l *Local[T]) add(v *future.Values, value T) *future.Values {
	return v.With(l, &localValue[T]{value: value, isSet: true})
}

func (l *Local[T]) in(found any) (value T, ok bool) {
	if v, _ := found.(*localValue[T]); v != nil {
		return v.value, v.isSet
	}
	return value, false
}

// Get returns the value that cx carries. It reports false if there is none.
func (l *Local[T]) Get(cx *future.Context) (value T, ok bool) { return l.in(cx.Values().Get(l)) }

// FromContext is Get for a function that SpawnBlocking runs, and for whoever is given its context.
func (l *Local[T]) FromContext(ctx context.Context) (value T, ok bool) { return l.in(ctx.Value(l)) }

// On returns a Spawner that spawns on on, with value in the new task.
func (l *Local[T]) On(on Spawner, value T) Spawner {
	return with{Spawner: on, option: localOption[T]{l, value}}
}

// With runs body, in a body, with value. It returns what body returns. body has a cx of its own; cx is the caller's.
func (l *Local[T]) With(cx *future.Context, value T, body func(cx *future.Context) error) error {
	if body == nil {
		return future.ErrNilFuture
	}
	_, err := future.Await(cx, Scoped(l, value, future.Async(func(cx *future.Context) (struct{}, error) {
		return struct{}{}, body(cx)
	})))
	return err
}

// Sync calls f with a cx that carries value. f can poll and spawn with it, but not await. It may be called in a Poll, and in a
// body. (Tokio's sync_scope.)
func (l *Local[T]) Sync(cx *future.Context, value T, f func(cx *future.Context)) {
	sub := cx.WithValues(l.add(cx.Values(), value))
	f(&sub)
}

// Scoped returns a future that polls and drops f with value in l. (Tokio's scope.)
func Scoped[T, R any](l *Local[T], value T, f future.Future[R]) *ScopedFuture[T, R] {
	return &ScopedFuture[T, R]{local: l, own: &localValue[T]{value: value, isSet: true}, f: f}
}

// ScopedFuture is the future that [Scoped] returns.
type ScopedFuture[T, R any] struct {
	local *Local[T]
	own   *localValue[T]
	f     future.Future[R]
	cx    future.Context // of the present poll

	outer, values *future.Values // what the last poll carried, and what f's did
}

// Poll polls f.
func (s *ScopedFuture[T, R]) Poll(cx *future.Context) (value R, ready bool, err error) {
	if s.f == nil {
		return value, true, future.ErrNilFuture
	}
	return s.f.Poll(s.enter(cx))
}

// Drop drops f, which still sees the value.
func (s *ScopedFuture[T, R]) Drop(cx *future.Context) { future.Drop(s.enter(cx), s.f) }

// enter returns f's cx. The chain is made anew only when another one comes from outside.
func (s *ScopedFuture[T, R]) enter(cx *future.Context) *future.Context {
	if outer := cx.Values(); s.values == nil || s.outer != outer {
		s.outer, s.values = outer, outer.With(s.local, s.own)
	}
	s.cx = cx.WithValues(s.values)
	return &s.cx
}

// TakeValue takes the value back. It reports false if that was done before. f, if it is polled after that, finds no value; tasks
// that f has spawned before keep what they have inherited. Not beside a poll.
func (s *ScopedFuture[T, R]) TakeValue() (value T, ok bool) {
	value, ok = s.own.value, s.own.isSet
	s.own, s.values = &localValue[T]{}, nil // others may read the old chain at this moment
	return value, ok
}

// localOption gives a new task a value.
type localOption[T any] struct {
	local *Local[T]
	value T
}

func (o localOption[T]) dress(_ *scheduler.Task, work scheduler.Work, _ int) scheduler.Work {
	return work // prepare has put the values of all options into one chain
}

func (o localOption[T]) extend(v *future.Values) *future.Values { return o.local.add(v, o.value) }

// valuesOf returns what tasks that are spawned on on start with.
func valuesOf(on Spawner) *future.Values {
	switch on := on.(type) {
	case *future.Context:
		return on.Values()
	case detached:
		return on.Context.Values()
	case with:
		v := valuesOf(on.Spawner)
		if o, ok := on.option.(interface {
			extend(v *future.Values) *future.Values
		}); ok {
			return o.extend(v)
		}
		return v
	}
	return nil
}

// inherit returns the work of t, which is spawned on on, a Spawner without options.
func inherit(on Spawner, t *scheduler.Task, work scheduler.Work) scheduler.Work {
	if v := valuesOf(on); v != nil {
		t.SetBare(false)
		return &valuedWork{Work: work, values: v}
	}
	return work
}

// valuedWork polls and drops its work with values, and lets go of them then: the handle keeps it reachable.
type valuedWork struct {
	scheduler.Work
	values *future.Values
	cx     future.Context // of the present poll
}

func (w *valuedWork) inner() scheduler.Work { return w.Work }

func (w *valuedWork) PollTask(cx *future.Context) bool {
	w.cx = cx.WithValues(w.values)
	ready := w.Work.PollTask(&w.cx)
	if ready {
		w.forget()
	}
	return ready
}

func (w *valuedWork) DropTask(cx *future.Context) {
	defer w.forget() // also if the future's Drop panics
	w.cx = cx.WithValues(w.values)
	w.Work.DropTask(&w.cx)
}

func (w *valuedWork) forget() { w.values, w.cx = nil, future.Context{} }

// valueContext returns ctx with v's values.
func valueContext(ctx context.Context, v *future.Values) context.Context {
	if v == nil {
		return ctx
	}
	return &valuedContext{Context: ctx, values: v}
}

type valuedContext struct {
	context.Context
	values *future.Values
}

func (c *valuedContext) Value(key any) any {
	if value := c.values.Get(key); value != nil {
		return value
	}
	return c.Context.Value(key)
}
