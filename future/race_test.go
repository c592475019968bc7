package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

func TestRaceReturnsTheResultOfTheFirst(t *testing.T) {
	e := newExecutor(t)
	a, b, c := &gate{}, &gate{err: errPlanned}, &gate{}
	h := spawn(e, future.Race[int](a, b, c))
	e.run()
	b.open(2)
	e.run()
	require.ErrorIs(t, h.err, errPlanned)
	require.Equal(t, 2, h.value)
	require.Equal(t, []int{1, 0, 1}, []int{a.drops, b.drops, c.drops})
	require.Equal(t, []int{1, 2, 1}, []int{a.polls, b.polls, c.polls})
}

func TestARaceOfNothingIsAnError(t *testing.T) {
	e := newExecutor(t)
	h := spawn(e, future.Race[int]())
	e.run()
	require.ErrorIs(t, h.err, future.ErrNoBranch)
}

func TestARaceIsFair(t *testing.T) {
	e := newExecutor(t)
	e.local.Seed(3)
	var won [4]int
	for range 4000 {
		h := spawn(e, future.Race(future.Ready(0), future.Ready(1), future.Ready(2), future.Ready(3)))
		e.run()
		won[h.value]++
	}
	for _, n := range won {
		require.InDelta(t, 1000, n, 200)
	}
}
