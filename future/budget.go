package future

import (
	"math"

	"github.com/simmer-go/simmer/internal/invariant"
)

// HasBudgetRemaining reports whether this poll may complete another operation, and asks for nothing if not. A leaf future
// calls [Context.HasBudget] instead. (Tokio's has_budget_remaining, task/coop/mod.rs.)
func (cx *Context) HasBudgetRemaining() bool {
	l := cx.Local()
	return l == nil || l.budget > 0
}

// TrySpend takes one unit of the budget for an operation that is then tried at once: it saves a body an Await, and a state machine its
// way through the general poll. If the operation has to wait, [Context.Refund] gives the unit back. TrySpend reports false where the
// long way matters: without budget, because a body then has its turn taken and sees its abort; with the last unit, so that [Context.Spend]
// counts the poll; and in checking builds, because an Await sees a cx that is not the running body's own. cx may be nil; TrySpend is
// false then.
//
// The unit is taken before, not after: a load that follows an atomic operation waits for it.
func (cx *Context) TrySpend() bool {
	l := cx.Local()
	if invariant.Enabled || l == nil || l.budget <= 1 {
		return false
	}
	l.budget--
	return true
}

// Refund gives back the unit that TrySpend has taken in this poll.
func (cx *Context) Refund() { cx.local.budget++ }

// ConsumeBudget takes one unit of the task's budget, and waits, in a body, for the task's next turn if none is left: for a long
// computation that would starve others. It is cheaper than a [Yield] each time. (Tokio's consume_budget,
// task/coop/consume_budget.rs.)
func ConsumeBudget(cx *Context) error {
	_, err := AwaitPoll(cx, PollConsumeBudget, nil)
	return err
}

// PollConsumeBudget is the poll of [ConsumeBudget].
func PollConsumeBudget(cx *Context) (none struct{}, ready bool, err error) {
	if !cx.HasBudget() {
		return none, false, nil
	}
	cx.Spend()
	return none, true, nil
}

// Cooperative returns a future that polls f and takes one unit of the budget when f is ready: for a leaf that does not spend
// by itself. Without budget f is not polled. (Tokio's cooperative, task/coop/mod.rs.)
func Cooperative[T any](f Future[T]) Future[T] {
	if f == nil {
		return nil
	}
	return &cooperative[T]{f: f}
}

type cooperative[T any] struct{ f Future[T] }

func (c *cooperative[T]) Poll(cx *Context) (value T, ready bool, err error) {
	if !cx.HasBudget() {
		return value, false, nil
	}
	value, ready, err = c.f.Poll(cx)
	if ready {
		cx.Spend()
	}
	return value, ready, err
}

func (c *cooperative[T]) Drop(cx *Context) { Drop(cx, c.f) }

// Unconstrained returns a future that polls f without a budget: what is ready there never waits for the task's next turn, and
// takes nothing from what is polled beside f. A future that is always ready can then starve the other tasks of its worker. (Tokio's
// unconstrained, task/coop/unconstrained.rs.)
func Unconstrained[T any](f Future[T]) Future[T] {
	if f == nil {
		return nil
	}
	return &unconstrained[T]{f: f}
}

type unconstrained[T any] struct{ f Future[T] }

func (u *unconstrained[T]) Poll(cx *Context) (T, bool, error) {
	if l := cx.Local(); l != nil {
		defer func(budget int) { l.budget = budget }(l.budget)
		l.budget = math.MaxInt
	}
	return u.f.Poll(cx)
}

func (u *unconstrained[T]) Drop(cx *Context) { Drop(cx, u.f) }
