package lock

import "github.com/simmer-go/simmer/future"

// Initializing is [OnceCell.GetOrInit] as a future, for state machines and combinators. Drop passes the turn on.
type Initializing[T any] struct {
	c       *OnceCell[T]
	f       future.Future[T]
	w       Waiter
	hasTurn bool
}

// Initializing returns a future of the value, which f makes if there is none when its turn comes; else f is dropped unpolled.
func (c *OnceCell[T]) Initializing(f future.Future[T]) *Initializing[T] {
	return &Initializing[T]{c: c, f: f}
}

// Poll implements [future.Future].
func (i *Initializing[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	if i.f == nil {
		return value, true, future.ErrNilFuture
	}
	c := i.c
	if !i.hasTurn {
		if ready, err = c.turn.poll(cx, &i.w, 1, 1); !ready {
			return value, false, nil
		}
		if err != nil {
			future.Drop(cx, i.f)
			value, err = c.late(err)
			return value, true, err
		}
		i.hasTurn = true
	}
	if value, ready, err = i.f.Poll(cx); !ready {
		return value, false, nil
	}
	if err != nil {
		c.turn.release(cx, 1, 0)
	} else {
		c.keep(cx, value)
	}
	return value, true, err
}

// Drop implements [future.Dropper].
func (i *Initializing[T]) Drop(cx *future.Context) {
	i.w.Drop(cx)
	if i.hasTurn {
		defer i.c.turn.release(cx, 1, 0) // also if f's Drop panics
	}
	future.Drop(cx, i.f)
}
