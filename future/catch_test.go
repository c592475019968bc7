package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

// A panic of Drop is nobody's to catch, wherever the future is dropped; and the future is dropped once.
func TestWhatPanicsWhenItIsDroppedIsDroppedOnce(t *testing.T) {
	for name, wrap := range map[string]func(g *gate) future.Future[int]{
		"Catch": func(g *gate) future.Future[int] {
			return future.Catch(g, func(error) (int, error) { t.Error("it has not failed"); return 0, nil })
		},
		"CatchPanic": func(g *gate) future.Future[int] { return future.CatchPanic[int](g) },
		"Map": func(g *gate) future.Future[int] {
			return future.Map(g, func(n int) (int, error) { return n, nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPolling(t)
			g := &gate{onDrop: func(*future.Context) { panic("in Drop") }}
			f := wrap(g)
			p.turn()
			_, ready, _ := f.Poll(&p.cx)
			require.False(t, ready)
			require.PanicsWithValue(t, "in Drop", func() { future.Drop(&p.cx, f) })
			require.NotPanics(t, func() { future.Drop(&p.cx, f) })
			require.Equal(t, 1, g.drops)
		})
	}
}

// The panic that came last is the error, with its own stack, and who drops the future after that drops nothing.
func TestAPanicOfDropAfterAPanicIsCaughtToo(t *testing.T) {
	p := newPolling(t)
	g := &gate{onPoll: func(*future.Context) { panic("in Poll") }, onDrop: func(*future.Context) { dropsBadly() }}
	f := future.CatchPanic[int](g)
	p.turn()
	value, ready, err := f.Poll(&p.cx)
	require.True(t, ready)
	require.Zero(t, value)
	var caught *future.Panic
	require.ErrorAs(t, err, &caught)
	require.Equal(t, "in Drop", caught.Value)
	require.Contains(t, string(caught.Stack), "dropsBadly")
	require.NotPanics(t, func() { future.Drop(&p.cx, f) })
	require.Equal(t, 1, g.drops)
}

func dropsBadly() { panic("in Drop") }

// A panic that has been a body's, or was caught before, is the same when it is caught again.
func TestAPanicThatIsCaughtTwiceIsTheSame(t *testing.T) {
	e := newExecutor(t)
	inner := future.CatchPanic(future.Async(func(*future.Context) (int, error) { panic("boom") }))
	again := future.Catch(inner, func(err error) (int, error) { panic(err) })
	h := spawnAndRun(e, future.CatchPanic(again))
	var caught *future.Panic
	require.ErrorAs(t, h.err, &caught)
	require.Equal(t, "boom", caught.Value)
	require.Contains(t, string(caught.Stack), "TestAPanicThatIsCaughtTwiceIsTheSame.func1")
}
