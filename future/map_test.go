package future_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

func TestMapChangesAValueAndPassesAnErrorOn(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	h := spawn(e, future.Map(g, func(n int) (string, error) { return strconv.Itoa(n), nil }))
	e.run()
	g.open(5)
	e.run()
	require.Equal(t, "5", h.value)
	fails := func(int) (int, error) { return 0, errPlanned }
	require.ErrorIs(t, spawnAndRun(e, future.Map(future.Ready(1), fails)).err, errPlanned)
	never := func(int) (int, error) { panic("called") }
	require.ErrorIs(t, spawnAndRun(e, future.Map(future.ReadyErr[int](errPlanned), never)).err, errPlanned)
	require.ErrorIs(t, spawnAndRun(e, future.Map(nil, never)).err, future.ErrNilFuture)
}

func TestThenWaitsForTheOneAndThenForTheOther(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{}, &gate{}
	h := spawn(e, future.Then(a, func(n int) future.Future[int] {
		require.Equal(t, 1, n)
		return b
	}))
	e.run()
	a.open(1)
	e.run()
	require.False(t, h.IsComplete())
	b.open(2)
	e.run()
	require.Equal(t, 2, h.value)
	require.Zero(t, a.drops+b.drops)
	never := func(int) future.Future[int] { panic("called") }
	require.ErrorIs(t, spawnAndRun(e, future.Then(future.ReadyErr[int](errPlanned), never)).err, errPlanned)
	require.ErrorIs(t, spawnAndRun(e, future.Then(nil, never)).err, future.ErrNilFuture)
	none := func(int) future.Future[int] { return nil }
	require.ErrorIs(t, spawnAndRun(e, future.Then(future.Ready(1), none)).err, future.ErrNilFuture)
}

func TestCatchTurnsAnErrorIntoAValue(t *testing.T) {
	e := newExecutor(t)
	recovered := func(err error) (int, error) {
		require.Error(t, err)
		return 7, nil
	}
	require.Equal(t, 7, spawnAndRun(e, future.Catch(future.ReadyErr[int](errPlanned), recovered)).value)
	require.Equal(t, 1, spawnAndRun(e, future.Catch(future.Ready(1), recovered)).value)
	require.Equal(t, 7, spawnAndRun(e, future.Catch(nil, recovered)).value)
	g := &gate{}
	h := spawnAndRun(e, future.Catch(g, recovered))
	require.False(t, h.IsComplete())
}

// futures-rs: stream_catch_unwind.rs panic_in_the_middle_of_the_stream: a panic becomes an error
func TestCatchPanicTurnsAPanicIntoAnError(t *testing.T) {
	boom := errors.New("boom")
	e := newExecutor(t)
	g := &gate{onPoll: func(*future.Context) { panic(boom) }}
	h := spawnAndRun(e, future.CatchPanic[int](g))
	require.Nil(t, h.panicked)
	var p *future.Panic
	require.ErrorAs(t, h.err, &p)
	require.ErrorIs(t, h.err, boom)
	require.Contains(t, string(p.Stack), "gate")
	require.Equal(t, 1, g.drops)

	body := future.Async(func(*future.Context) (int, error) { panic(boom) })
	require.ErrorIs(t, spawnAndRun(e, future.CatchPanic(body)).err, boom)
	require.Equal(t, 3, spawnAndRun(e, future.CatchPanic(future.Ready(3))).value)
	require.ErrorIs(t, spawnAndRun(e, future.CatchPanic[int](nil)).err, future.ErrNilFuture)
	g.onDrop = func(*future.Context) { panic("in Drop") }
	h = spawnAndRun(e, future.CatchPanic[int](g))
	require.ErrorContains(t, h.err, "in Drop")
}

// What waits inside is dropped once with the whole, wherever that is.
func TestAnAdapterDropsWhatItHolds(t *testing.T) {
	self := func(n int) (int, error) { return n, nil }
	for name, wrap := range map[string]func(g *gate) future.Future[int]{
		"Map":  func(g *gate) future.Future[int] { return future.Map(g, self) },
		"Then": func(g *gate) future.Future[int] { return future.Then(g, func(int) future.Future[int] { return nil }) },
		"Then second": func(g *gate) future.Future[int] {
			return future.Then(future.Ready(1), func(int) future.Future[int] { return g })
		},
		"Catch": func(g *gate) future.Future[int] {
			return future.Catch(g, func(err error) (int, error) { return 0, err })
		},
		"CatchPanic": func(g *gate) future.Future[int] { return future.CatchPanic[int](g) },
	} {
		p := newPolling(t)
		g := &gate{}
		f := wrap(g)
		p.turn()
		_, ready, _ := f.Poll(&p.cx)
		require.False(t, ready)
		future.Drop(&p.cx, f)
		require.Equal(t, 1, g.drops, name)
	}
}

func TestAPanicInAFunctionOfAnAdapterDropsNothingTwice(t *testing.T) {
	for name, wrap := range map[string]func(g *gate) future.Future[int]{
		"Map": func(g *gate) future.Future[int] { return future.Map(g, func(int) (int, error) { panic("boom") }) },
		"Then": func(g *gate) future.Future[int] {
			return future.Then(g, func(int) future.Future[int] { panic("boom") })
		},
		"Catch": func(g *gate) future.Future[int] {
			g.err = errPlanned
			return future.Catch(g, func(error) (int, error) { panic("boom") })
		},
	} {
		e := newExecutor(t)
		g := &gate{isOpen: true}
		h := spawnAndRun(e, wrap(g))
		require.Equal(t, "boom", h.panicked, name)
		require.Zero(t, g.drops, name)
	}
}

// tokio: tests/macros_select.rs async_never: a future that is never ready
func TestPendingIsNeverReady(t *testing.T) {
	e := newExecutor(t)
	h := spawnAndRun(e, future.Pending[int]())
	require.True(t, h.IsIdle())
	require.Equal(t, 1, e.polls)
}
