package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

func TestALaterValueHidesAnEarlierOne(t *testing.T) {
	type key struct{ n int }
	var none *future.Values
	require.Nil(t, none.Get(key{1}))
	a := none.With(key{1}, "a")
	b := a.With(key{2}, "b").With(key{1}, "c")
	require.Equal(t, []any{"a", nil, "c", "b"}, []any{a.Get(key{1}), a.Get(key{2}), b.Get(key{1}), b.Get(key{2})})
}

func TestValuesGoWithThePoll(t *testing.T) {
	e := newExecutor(t)
	v := (*future.Values)(nil).With(1, "a")
	cx := e.cx.WithValues(v)
	require.Same(t, v, cx.Values())
	require.Nil(t, e.cx.Values())
	require.Same(t, e.cx.Local(), cx.Local())

	var part waker.Header
	sub := cx.WithWaker(&part)
	require.Same(t, v, sub.Values(), "a part of a combinator has them")
	sub = sub.WithValues(nil)
	require.Equal(t, part.Waker(), sub.Waker(), "and is still that part")
	require.Nil(t, sub.Values())

	var no *future.Context
	require.Nil(t, no.Values())
	none := no.WithValues(v)
	require.Same(t, v, none.Values())
}

// A body has what the poll that has resumed it carries, and its coroutine takes nothing of that to the next body.
func TestABodyHasTheValuesOfItsPoll(t *testing.T) {
	e := newExecutor(t)
	var seen []*future.Values
	body := func() future.Future[int] {
		return future.Async(func(cx *future.Context) (int, error) {
			seen = append(seen, cx.Values())
			err := future.Yield(cx)
			seen = append(seen, cx.Values())
			return 0, err
		})
	}
	v, w := (*future.Values)(nil).With(1, "a"), (*future.Values)(nil).With(1, "b")
	for _, order := range [][2]*future.Values{{v, v}, {v, w}, {nil, nil}} {
		seen = nil
		f := body()
		for _, values := range order {
			cx := e.cx.WithValues(values)
			f.Poll(&cx)
		}
		require.Equal(t, order[:], seen)
	}
}
