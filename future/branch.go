package future

//go:generate go run -C ../tools ./arity -dir ../future

// branch is one future of a combinator, which owns it until it is ready or dropped: f is nil after that.
type branch[T any] struct{ f Future[T] }

func (b *branch[T]) poll(cx *Context) (value T, ready bool, err error) {
	if value, ready, err = b.f.Poll(cx); ready {
		b.f = nil
	}
	return value, ready, err
}

// drop drops the future if it is still there. A combinator drops its branches in order, all but the first by deferred
// calls, so that a panic in one of them does not keep the others from being dropped.
func (b *branch[T]) drop(cx *Context) {
	if f := b.f; f != nil {
		b.f = nil
		Drop(cx, f)
	}
}

// kept is a branch whose result waits for those of the others.
type kept[T any] struct {
	branch[T]
	Result[T]
}

func keep[T any](f Future[T]) (k kept[T]) {
	k.f = f
	return k
}

// poll polls the future unless it has been ready. It reports whether it has, and the error with which it has failed in this
// poll.
func (k *kept[T]) poll(cx *Context) (done bool, err error) {
	if k.f == nil {
		return true, nil
	}
	value, ready, err := k.branch.poll(cx)
	if ready {
		k.Value, k.Err = value, err
	}
	return ready, err
}

// rotation chooses which branch of a join is polled first: another one each time, so that one which uses up the budget
// holds the others up no longer than one poll (tokio, macros/join.rs).
type rotation struct {
	next   uint8
	begun  bool
	biased bool // always the first one
}

// turn returns the number of the branch, of n, that this poll begins with.
func (r *rotation) turn(n uint8) (first uint8) {
	r.begun = true
	if r.biased {
		return 0
	}
	first = r.next
	r.next = (first + 1) % n
	return first
}

// firstTrue returns the index of the first condition that holds, or -1.
func firstTrue(conditions ...bool) int {
	for i, holds := range conditions {
		if holds {
			return i
		}
	}
	return -1
}
