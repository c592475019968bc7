package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

func TestFuncOfNothingIsNil(t *testing.T) {
	require.Nil(t, future.Func[int](nil))
	require.Nil(t, future.Ref[int](nil))
}

func TestFuncPollsItsFunction(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	h := spawn(e, future.Func(g.Poll))
	e.run()
	g.open(6)
	e.run()
	require.Equal(t, 6, h.value)
}

func TestFuncHasNothingToDrop(t *testing.T) {
	g := &gate{}
	future.Drop(nil, future.Func(g.Poll))
	require.Zero(t, g.drops)
}

func TestRefPollsAndNeverDrops(t *testing.T) {
	e := newExecutor(t)
	g := &gate{}
	first := spawn(e, future.Async(func(cx *future.Context) (int, error) { return future.Await(cx, future.Ref(g)) }))
	e.run()
	e.abort(first.task)
	e.run()
	require.True(t, first.cancelled)
	require.Zero(t, g.drops)

	second := spawn(e, future.Ref(g))
	e.run()
	g.open(2)
	e.run()
	require.Equal(t, 2, second.value)
}

func TestDropCallsDropIfThereIsOne(t *testing.T) {
	g := &gate{}
	future.Drop(nil, g)
	future.Drop(nil, struct{}{})
	future.Drop(nil, nil)
	require.Equal(t, 1, g.drops)
}
