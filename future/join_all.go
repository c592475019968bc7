package future

// JoinAll waits for all futures, in the task that polls it, and returns how each has ended, in the order of the arguments; its
// own error is nil. After the first poll it polls only those that were woken. A nil future ends it with [ErrNilFuture].
func JoinAll[T any](fs ...Future[T]) Future[[]Result[T]] {
	j := &joinAll[T]{}
	j.enlist(fs)
	return j
}

// TryJoinAll is [JoinAll] for futures that need each other: it returns their values, or the first error as soon as one of
// them fails; the others are dropped then.
func TryJoinAll[T any](fs ...Future[T]) Future[[]T] {
	j := &tryJoinAll[T]{}
	j.enlist(fs)
	return j
}

type joinAll[T any] struct{ gathering[T, Result[T]] }

func (j *joinAll[T]) Poll(cx *Context) (out []Result[T], ready bool, err error) {
	for {
		m, value, failure := j.next(cx)
		if m == nil {
			return j.results(cx)
		}
		*j.place(m) = Result[T]{value, failure}
	}
}

type tryJoinAll[T any] struct{ gathering[T, T] }

func (j *tryJoinAll[T]) Poll(cx *Context) (out []T, ready bool, err error) {
	for {
		m, value, failure := j.next(cx)
		switch {
		case m == nil:
			return j.results(cx)
		case failure != nil:
			j.Drop(cx)
			return nil, true, failure
		}
		*j.place(m) = value
	}
}

// gathering collects an R for each future.
type gathering[T, R any] struct {
	group  group[T]
	inbox  inbox
	n      int
	hasNil bool
	out    []R
}

func (g *gathering[T, R]) enlist(fs []Future[T]) {
	g.n = len(fs)
	g.hasNil = g.group.enlistAll(&g.inbox, fs)
}

// next returns the next member that has ended, nil if there is none now.
func (g *gathering[T, R]) next(cx *Context) (m *member[T], value T, err error) {
	if g.hasNil || g.group.n == 0 {
		return nil, value, nil
	}
	return g.group.poll(cx)
}

// place returns the place for m's result.
func (g *gathering[T, R]) place(m *member[T]) *R {
	if g.out == nil {
		g.out = make([]R, g.n)
	}
	return &g.out[m.index]
}

// results is ready when nothing is left to wait for.
func (g *gathering[T, R]) results(cx *Context) (out []R, ready bool, err error) {
	switch {
	case g.hasNil:
		g.Drop(cx)
		return nil, true, ErrNilFuture
	case g.group.n > 0:
		return nil, false, nil
	}
	out, g.out = g.out, nil // a waker of a part that somebody keeps makes g reachable
	return out, true, nil
}

// Drop drops the futures that have not been ready, and lets go of the results of the others.
func (g *gathering[T, R]) Drop(cx *Context) {
	g.out = nil
	g.group.drop(cx)
}
