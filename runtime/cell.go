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

// tracedCell is the cell of a future whose type does not tell where it comes from: an interface value.
type tracedCell[T, F any, P interface {
	*F
	future.Future[T]
}] struct {
	cell[T, F, P]
	from origin.Origin
}

// Origin names the future's dynamic type, or the function if that is a body.
func (c *tracedCell[T, F, P]) Origin() string { return c.from.String() }

// bodyCell is the cell of a body.
type bodyCell[T any] struct {
	JoinHandle[T]
	state future.Run
	fn    func(cx *future.Context) (T, error)
	from  origin.Origin
}

var (
	_ scheduler.Work = (*bodyCell[int])(nil)
	_ future.Code    = (*bodyCell[int])(nil)
)

// Run returns the run of the body.
func (c *bodyCell[T]) Run() *future.Run { return &c.state }

// RunBody runs the body. The function is let go of before the result can be seen. What a body returns that has recovered from its
// unwinding is nobody's.
func (c *bodyCell[T]) RunBody(cx *future.Context) {
	value, err := c.fn(cx)
	c.fn = nil
	if c.task.IsDropping() {
		return
	}
	c.value = value
	if err != nil {
		c.task.SetErr(err)
	}
}

// PollTask runs the body until it waits or ends.
func (c *bodyCell[T]) PollTask(cx *future.Context) bool {
	ready, failure := c.state.Poll(cx, c, c.task.IsBare())
	if failure != nil {
		panic(failure)
	}
	return ready
}

// DropTask unwinds the body if it has begun, and lets go of it, also if that panics.
func (c *bodyCell[T]) DropTask(cx *future.Context) {
	defer func() { c.fn = nil }()
	c.state.Drop(cx)
}

// Origin names the body's function.
func (c *bodyCell[T]) Origin() string { return c.from.String() }

// boxed is a future that was given as an interface value.
type boxed[T any] struct{ f future.Future[T] }

func (b *boxed[T]) Poll(cx *future.Context) (T, bool, error) { return b.f.Poll(cx) }

func (b *boxed[T]) Drop(cx *future.Context) { future.Drop(cx, b.f) }

func clear1[T any](p *T) {
	var zero T
	*p = zero
}
