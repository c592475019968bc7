package future

// Branch is one of the alternatives of a [Select]: a [Case], or what [Else] returns.
type Branch interface {
	// begin prepares the branch for a Select. It returns ErrNilFuture if the branch cannot be polled.
	begin() error
	// poll reports whether the branch was chosen, and else whether it may be by a later poll.
	poll(cx *Context) (chosen, waits bool)
	// drop gives up what was not chosen.
	drop(cx *Context)
	// run calls the handler of the chosen branch.
	run() error
}

// Select waits, in a body, for the first of the branches whose future is ready, drops the futures of the others, in order,
// and returns what the handler of that branch returns. The handler runs in the body, so it may Await.
//
// Each poll begins with a branch chosen at random, so that none that is always ready hides the others. Branches that are
// disabled are not polled; if all are, Else runs, and without one Select returns [ErrNoBranch]. A nil future in a branch that
// is not disabled gives [ErrNilFuture]; no handler runs then. (Tokio's select!, macros/select.rs.)
//
// Select allocates nothing. In a loop, make the branches before it and give [Ref] of, or a [Func] over, what one branch waits
// for when another is chosen:
//
//	message := future.On(future.Func(rx.PollRecv), handle)
//	tick := future.On(future.Func(interval.PollTick), flush)
//	for {
//		if err := future.Select(cx, message, tick.If(dirty)); err != nil {
//			return err
//		}
//	}
func Select(cx *Context, branches ...Branch) error { return choose(cx, false, branches) }

// SelectBiased is [Select], but polls the branches in the order of the arguments: the first that is ready wins.
func SelectBiased(cx *Context, branches ...Branch) error { return choose(cx, true, branches) }

func choose(cx *Context, biased bool, branches []Branch) error {
	s := selection{branches: branches, biased: biased}
	chosen, err := AwaitPoll(cx, s.poll, s.drop)
	if err != nil {
		return err
	}
	return chosen.run()
}

// selection is one Select in progress.
type selection struct {
	branches []Branch
	biased   bool
	begun    bool
	dropped  int
}

func (s *selection) poll(cx *Context) (chosen Branch, ready bool, err error) {
	if !s.begun {
		s.begun = true
		if err := s.begin(); err != nil {
			s.drop(cx)
			return nil, true, err
		}
	}
	if !cx.HasBudget() {
		return nil, false, nil
	}
	n := len(s.branches)
	first := 0
	if n > 1 && !s.biased {
		first = int(cx.Random(uint32(n)))
	}
	waiting := false
	for i := range n {
		b := s.branches[(first+i)%n]
		won, waits := b.poll(cx)
		if won {
			s.drop(cx)
			return b, true, nil
		}
		waiting = waiting || waits
	}
	if waiting {
		return nil, false, nil
	}
	s.drop(cx)
	for _, b := range s.branches {
		if e, ok := b.(*otherwise); ok {
			return e, true, nil
		}
	}
	return nil, true, ErrNoBranch
}

func (s *selection) begin() (err error) {
	for _, b := range s.branches { // all of them: drop comes after it
		if e := b.begin(); err == nil {
			err = e
		}
	}
	return err
}

// drop drops the branches that were not chosen. After a panic in one of them it goes on with the next.
func (s *selection) drop(cx *Context) {
	defer func() {
		if s.dropped < len(s.branches) {
			s.drop(cx)
		}
	}()
	for s.dropped < len(s.branches) {
		s.dropped++
		s.branches[s.dropped-1].drop(cx)
	}
}

// Case is a branch with a future and a handler. It may be used in one Select after the other, as far as its future may be
// polled again.
type Case[T any] struct {
	f        Future[T]
	handle   func(value T, err error) error
	match    func(value T, err error) bool
	disabled bool
	over     bool // in this Select: ready, or dropped
	result   Result[T]
}

// On returns a branch that is chosen when f is ready, and then calls handle with f's result. A nil handle returns f's error.
func On[T any](f Future[T], handle func(value T, err error) error) *Case[T] {
	return &Case[T]{f: f, handle: handle}
}

// If disables the branch if enabled is false: from the next Select on, until it is called again. It returns the branch.
func (c *Case[T]) If(enabled bool) *Case[T] {
	c.disabled = !enabled
	return c
}

// Match has the branch chosen only if accept reports true for f's result. If it does not, the result is thrown away, and the
// branch is disabled for the rest of that Select. It returns the branch.
func (c *Case[T]) Match(accept func(value T, err error) bool) *Case[T] {
	c.match = accept
	return c
}

func (c *Case[T]) begin() error {
	c.over = c.f == nil
	if c.over && !c.disabled {
		return ErrNilFuture
	}
	return nil
}

func (c *Case[T]) poll(cx *Context) (chosen, waits bool) {
	if c.over || c.disabled {
		return false, false
	}
	value, ready, err := c.f.Poll(cx)
	if !ready {
		return false, true
	}
	c.over = true
	if c.match != nil && !c.match(value, err) {
		return false, false
	}
	c.result = Result[T]{value, err}
	return true, false
}

func (c *Case[T]) drop(cx *Context) {
	if !c.over {
		c.over = true
		Drop(cx, c.f)
	}
}

func (c *Case[T]) run() error {
	r := c.result
	c.result = Result[T]{}
	if c.handle == nil {
		return r.Err
	}
	return c.handle(r.Value, r.Err)
}

// Else returns a branch that is chosen when all others are disabled. A nil handle does nothing.
func Else(handle func() error) Branch { return &otherwise{handle} }

type otherwise struct{ handle func() error }

func (*otherwise) begin() error              { return nil }
func (*otherwise) poll(*Context) (_, _ bool) { return false, false }
func (*otherwise) drop(*Context)             {}
func (e *otherwise) run() error {
	if e.handle == nil {
		return nil
	}
	return e.handle()
}
