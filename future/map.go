package future

// Map returns a future of what fn makes of f's value. If f fails, so does the future, and fn is not called. A nil f gives
// [ErrNilFuture].
func Map[A, B any](f Future[A], fn func(A) (B, error)) Future[B] {
	return &mapped[A, B]{branch[A]{f}, fn}
}

type mapped[A, B any] struct {
	from branch[A]
	fn   func(A) (B, error)
}

func (m *mapped[A, B]) Poll(cx *Context) (value B, ready bool, err error) {
	if m.from.f == nil {
		return value, true, ErrNilFuture
	}
	a, ready, err := m.from.poll(cx)
	if ready && err == nil {
		value, err = m.fn(a)
	}
	return value, ready, err
}

func (m *mapped[A, B]) Drop(cx *Context) { m.from.drop(cx) }

// Then returns a future that waits for f, and then for the future that fn makes of f's value. If f fails, so does the future,
// and fn is not called. A nil f, or a nil future from fn, gives [ErrNilFuture].
func Then[A, B any](f Future[A], fn func(A) Future[B]) Future[B] {
	return &then[A, B]{first: branch[A]{f}, fn: fn}
}

type then[A, B any] struct {
	first  branch[A]
	fn     func(A) Future[B]
	second branch[B]
}

func (t *then[A, B]) Poll(cx *Context) (value B, ready bool, err error) {
	if t.first.f != nil {
		a, ready, err := t.first.poll(cx)
		if !ready || err != nil {
			return value, ready, err
		}
		t.second.f = t.fn(a)
	}
	if t.second.f == nil {
		return value, true, ErrNilFuture
	}
	return t.second.poll(cx)
}

func (t *then[A, B]) Drop(cx *Context) {
	t.first.drop(cx)
	t.second.drop(cx)
}
