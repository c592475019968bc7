package runtime

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/origin"
	"github.com/simmer-go/simmer/scheduler"
)

// cell is a task with its future and its result: one allocation. Its first field is the handle, whose first field is the
// scheduler's part, so that all three have one address.
type cell[T, F any, P interface {
	*F
	future.Future[T]
}] struct {
	JoinHandle[T]
	future F
}

var _ scheduler.Work = (*cell[int, boxed[int], *boxed[int]])(nil)

// PollTask polls the future. When it is ready the future is let go of before the result can be seen.
func (c *cell[T, F, P]) PollTask(cx *future.Context) bool {
	value, ready, err := P(&c.future).Poll(cx)
	if !ready {
		return false
	}
	c.value = value
	if err != nil {
		c.task.SetErr(err)
	}
	clear1(&c.future)
	return true
}

// DropTask drops the future and lets go of it, also if its Drop panics.
func (c *cell[T, F, P]) DropTask(cx *future.Context) {
	defer clear1(&c.future)
	future.Drop(cx, P(&c.future))
}

// Origin names the future's type.
func (c *cell[T, F, P]) Origin() string { return origin.OfType(P(nil)).String() }

// tracedCell is the cell of a future whose type does not tell where it comes from: a body, or an interface value.
type tracedCell[T, F any, P interface {
	*F
	future.Future[T]
}] struct {
	cell[T, F, P]
	from origin.Origin
}

// Origin names the body's function or the future's dynamic type.
func (c *tracedCell[T, F, P]) Origin() string { return c.from.String() }

// boxed is a future that was given as an interface value.
type boxed[T any] struct{ f future.Future[T] }

func (b *boxed[T]) Poll(cx *future.Context) (T, bool, error) { return b.f.Poll(cx) }

func (b *boxed[T]) Drop(cx *future.Context) { future.Drop(cx, b.f) }

func clear1[T any](p *T) {
	var zero T
	*p = zero
}
