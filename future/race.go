package future

// Race waits for the first of the futures to be ready, with a value or an error, and returns its result. The others are
// dropped, in order; give [Ref] of what must go on. The first poll begins with a future chosen at random; later ones poll only
// those that were woken. Without futures it returns [ErrNoBranch], with a nil one [ErrNilFuture].
func Race[T any](fs ...Future[T]) Future[T] {
	r := &race[T]{}
	r.hasNil = r.group.enlistAll(&r.inbox, fs)
	return r
}

type race[T any] struct {
	group  group[T]
	inbox  inbox
	begun  bool
	hasNil bool
}

func (r *race[T]) Poll(cx *Context) (value T, ready bool, err error) {
	if !r.begun {
		r.begun = true
		if err := r.begin(cx); err != nil {
			r.group.drop(cx)
			return value, true, err
		}
	}
	m, value, err := r.group.poll(cx)
	if m == nil {
		return value, false, nil
	}
	r.group.drop(cx)
	return value, true, err
}

// begin chooses which future is polled first.
func (r *race[T]) begin(cx *Context) error {
	switch {
	case r.hasNil:
		return ErrNilFuture
	case r.group.n == 0:
		return ErrNoBranch
	}
	queue := &r.group.woken
	for range cx.Random(uint32(r.group.n)) {
		queue.Push(queue.Pop())
	}
	return nil
}

func (r *race[T]) Drop(cx *Context) { r.group.drop(cx) }
