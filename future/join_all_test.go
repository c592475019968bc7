package future_test

import (
	"errors"
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

func TestJoinAllKeepsTheOrderAndPollsOnlyWhatWasWoken(t *testing.T) {
	e := newExecutor(t)
	a, b := &gate{err: errPlanned}, &gate{}
	h := spawn(e, future.JoinAll[int](a, b, future.Ready(3)))
	e.run()
	b.open(2)
	e.run()
	require.Equal(t, []int{1, 2}, []int{a.polls, b.polls})
	a.open(1)
	e.run()
	require.NoError(t, h.err)
	require.Equal(t, []future.Result[int]{{Value: 1, Err: errPlanned}, {Value: 2}, {Value: 3}}, h.value)
}

// tokio: tests/macros_join.rs empty_join: a join of nothing is ready at once
// tokio: tests/macros_try_join.rs empty_try_join: so is a try join
func TestAJoinOfNothingIsReadyAtOnce(t *testing.T) {
	e := newExecutor(t)
	h, try := spawn(e, future.JoinAll[int]()), spawn(e, future.TryJoinAll[int]())
	e.run()
	require.True(t, h.IsComplete() && try.IsComplete())
	require.Empty(t, h.value)
	require.Empty(t, try.value)
	require.NoError(t, errors.Join(h.err, try.err))
}

// A waker of one of the futures may be kept long after that, and leads to what gathers the results.
func TestATryJoinAllThatHasEndedKeepsNoValues(t *testing.T) {
	type big = [1 << 10]byte
	for name, end := range map[string]func(e *executor, last *gateOf[*big], h *handle[[]*big]){
		"failed":  func(_ *executor, last *gateOf[*big], _ *handle[[]*big]) { last.fail(errPlanned) },
		"dropped": func(e *executor, _ *gateOf[*big], h *handle[[]*big]) { e.abort(h.task) },
	} {
		t.Run(name, func(t *testing.T) {
			e := newExecutor(t)
			last := &gateOf[*big]{}
			value := func() weak.Pointer[big] {
				v := new(big)
				h := spawn(e, future.TryJoinAll[*big](future.Ready(v), last))
				e.run()
				end(e, last, h)
				e.run()
				require.True(t, h.IsComplete())
				require.Empty(t, h.value)
				return weak.Make(v)
			}()
			runtime.GC()
			runtime.GC()
			require.True(t, value.Value() == nil, "the value of one that was ready is still reachable")
			runtime.KeepAlive(last)
		})
	}
}

// gateOf is ready when it was told how to end. It keeps the waker that it was polled with last.
type gateOf[T any] struct {
	waker waker.Waker
	err   error
}

func (g *gateOf[T]) Poll(cx *future.Context) (value T, ready bool, err error) {
	g.waker = cx.Waker()
	return value, g.err != nil, g.err
}

func (g *gateOf[T]) fail(err error) {
	g.err = err
	g.waker.Wake()
}
