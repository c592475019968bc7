package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/gostack"
)

// code is a task's body whose only result is that it has ended.
type code struct {
	run  future.Run
	body func(cx *future.Context)
	on   uint64 // the goroutine that it has begun on
	over bool
}

func (c *code) Run() *future.Run { return &c.run }

func (c *code) RunBody(cx *future.Context) {
	c.on = gostack.ID()
	c.body(cx)
	c.over = true
}

// line is a Loop with bodies that have not begun.
type line struct {
	waiting []*code
	present *code
	ended   []*code
	failed  []any
}

func (l *line) Continue(failure *future.Panic) future.Code {
	l.ended = append(l.ended, l.present)
	if failure != nil {
		l.failed = append(l.failed, failure.Value)
	}
	l.present = nil
	if len(l.waiting) == 0 {
		return nil
	}
	l.present, l.waiting = l.waiting[0], l.waiting[1:]
	return l.present
}

// poll polls c, as the task that is present.
func (l *line) poll(e *executor, c *code, bare bool) (ready bool, failure *future.Panic) {
	l.present = c
	return c.run.Poll(&e.cx, c, bare)
}

func nothing(*future.Context) {}

func yieldsOnce(cx *future.Context) { _ = future.Yield(cx) }

func TestABareBodyThatEndsRunsThoseThatHaveNotBegun(t *testing.T) {
	e := newExecutor(t)
	first, second, third := &code{body: nothing}, &code{body: nothing}, &code{body: nothing}
	l := &line{waiting: []*code{second, third}}
	e.local.Loop = l
	ready, failure := l.poll(e, first, true)
	require.False(t, ready, "Continue has ended its poll")
	require.Nil(t, failure)
	require.Nil(t, l.present)
	require.Equal(t, []*code{first, second, third}, l.ended)
	require.Equal(t, first.on, second.on)
	require.Equal(t, first.on, third.on)
	require.Equal(t, 1, e.local.IdleBodies())
}

func TestABodyThatWaitsOnADeputyIsPresentWhenThePollReturns(t *testing.T) {
	e := newExecutor(t)
	first, second, third := &code{body: nothing}, &code{body: yieldsOnce}, &code{body: nothing}
	l := &line{waiting: []*code{second}}
	e.local.Loop = l
	ready, _ := l.poll(e, first, true)
	require.False(t, ready)
	require.Same(t, second, l.present)
	require.False(t, second.over)
	require.Zero(t, e.local.IdleBodies())
	// Another one has a coroutine of its own meanwhile, and may be a deputy.
	ready, _ = l.poll(e, third, true)
	require.False(t, ready)
	require.NotEqual(t, second.on, third.on)
	require.Equal(t, []*code{first, third}, l.ended)
	ready, _ = l.poll(e, second, true)
	require.False(t, ready)
	require.True(t, second.over)
	require.Equal(t, []*code{first, third, second}, l.ended)
	require.Equal(t, 2, e.local.IdleBodies())
}

func TestALoopIsToldOfAPanic(t *testing.T) {
	e := newExecutor(t)
	first, second := &code{body: func(*future.Context) { panic("boom") }}, &code{body: func(*future.Context) { panic("bang") }}
	l := &line{waiting: []*code{second}}
	e.local.Loop = l
	ready, failure := l.poll(e, first, true)
	require.False(t, ready)
	require.Nil(t, failure)
	require.Equal(t, []any{"boom", "bang"}, l.failed)
	require.Equal(t, 1, e.local.IdleBodies())
}

func TestABodyThatIsNotBareGoesBackWhenItEnds(t *testing.T) {
	e := newExecutor(t)
	first, second := &code{body: nothing}, &code{body: func(*future.Context) { panic("boom") }}
	l := &line{waiting: []*code{{body: nothing}}}
	e.local.Loop = l
	ready, failure := l.poll(e, first, false)
	require.True(t, ready)
	require.Nil(t, failure)
	ready, failure = l.poll(e, second, false)
	require.True(t, ready)
	require.Equal(t, "boom", failure.Value)
	require.Empty(t, l.ended)
}

// A bare body that another deputy has resumed ends as one that is not bare would.
func TestADeputyIsTheOnlyOne(t *testing.T) {
	e := newExecutor(t)
	inner := &code{body: yieldsOnce}
	l := &line{}
	e.local.Loop = l
	ready, _ := l.poll(e, inner, true)
	require.False(t, ready)
	loop := &resuming{line: line{present: &code{}}, e: e, inner: inner}
	e.local.Loop = loop
	outer := &code{body: nothing}
	ready, _ = outer.run.Poll(&e.cx, outer, true)
	require.False(t, ready)
	require.True(t, loop.ready, "the deputy has got its place back")
	require.True(t, inner.over)
	require.Equal(t, 2, e.local.IdleBodies())
}

// resuming polls inner on the deputy.
type resuming struct {
	line
	e     *executor
	inner *code
	ready bool
}

func (r *resuming) Continue(failure *future.Panic) future.Code {
	r.ready, _ = r.inner.run.Poll(&r.e.cx, r.inner, true)
	return nil
}
