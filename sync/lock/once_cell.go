package lock

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
)

// OnceCell holds a value that is made when it is first needed, by a task that may wait for it. The zero OnceCell is empty. It
// must not be copied after its first use. Any goroutine may call its methods.
//
// One makes the value at a time, the others wait. If that one fails, panics or is cancelled, the cell stays empty and the next in
// the queue makes it. Who makes the value must not ask the same cell for it: that waits for ever.
//
// Ownership. Whoever has the turn writes value, once.
//
// Order. The value is written before isSet (C1), which readers load first (C2). C1 pairs with C2.
type OnceCell[T any] struct {
	isSet sy.Bool
	turn  permits // one, for who makes the value; closed when it is there
	value T
}

// Get returns the value, and whether there is one. Any goroutine.
func (c *OnceCell[T]) Get() (value T, ok bool) {
	if c.isSet.Load() { // C2
		return c.value, true
	}
	return value, false
}

// GetOrInit returns the value, in a body. If there is none it waits for its turn, makes it with body, which runs as a part of the
// calling body, and keeps it. An error of body is returned, and nothing kept. It returns [future.ErrCancelled] only in a
// deferred call of a body that unwinds.
func (c *OnceCell[T]) GetOrInit(cx *future.Context, body func(cx *future.Context) (T, error)) (value T, err error) {
	if value, ok := c.Get(); ok {
		return value, nil
	}
	if err = c.turn.await(cx, 1, 1); err != nil {
		return c.late(err)
	}
	return c.init(cx, func() (T, error) { return body(cx) })
}

// GetOrInitBlocking is GetOrInit for ordinary goroutines. If ctx ends before its turn has come, it returns ctx's cause.
func (c *OnceCell[T]) GetOrInitBlocking(ctx context.Context, make func(ctx context.Context) (T, error)) (value T, err error) {
	if value, ok := c.Get(); ok {
		return value, nil
	}
	if err = c.turn.wait(ctx, 1, 1); err != nil {
		return c.late(err)
	}
	return c.init(nil, func() (T, error) { return make(ctx) })
}

// late is the result of a wait for the turn that has ended without one.
func (c *OnceCell[T]) late(err error) (value T, _ error) {
	if err == ErrClosed {
		return c.value, nil
	}
	return value, err
}

// init keeps what make makes, or passes the turn on, also if make panics or unwinds. The caller has the turn.
func (c *OnceCell[T]) init(cx *future.Context, make func() (T, error)) (value T, err error) {
	defer c.turn.release(cx, 1, 0) // when the value is there nobody takes it
	if value, err = make(); err == nil {
		c.keep(cx, value)
	}
	return value, err
}

// keep sets the value. The caller has the turn, and is the last to have it.
func (c *OnceCell[T]) keep(cx *future.Context, value T) {
	c.value = value
	c.isSet.Store(true) // C1
	c.turn.close(cx)
}

// Set sets the value without waiting. It returns [ErrAlreadySet] if there is one, and [ErrInitializing] if somebody is making
// it. cx may be nil. Any goroutine.
func (c *OnceCell[T]) Set(cx *future.Context, value T) error {
	switch c.turn.try(1, 1) {
	case ErrClosed:
		return ErrAlreadySet
	case ErrNoPermits:
		return ErrInitializing
	}
	c.keep(cx, value)
	return nil
}
