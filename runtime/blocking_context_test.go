package runtime_test

import (
	"context"
	"fmt"
	goruntime "runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/scheduler"
)

// own is a function that blocks and returns its context.
func own(ctx context.Context) (context.Context, error) { return ctx, nil }

func TestTheContextOfABlockingFunctionMayBeAskedAfterItsEnd(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for name, ask := range map[string]func(ctx context.Context) error{
		"err":  func(ctx context.Context) error { return ctx.Err() },
		"done": func(ctx context.Context) error { receive(t, ctx.Done()); return ctx.Err() },
		"cause": func(ctx context.Context) error {
			require.Equal(t, scheduler.ErrEnded, context.Cause(ctx))
			return ctx.Err()
		},
		"child": func(ctx context.Context) error {
			child, cancel := context.WithCancel(ctx)
			defer cancel()
			receive(t, child.Done())
			return ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, err := result(t, runtime.SpawnBlocking(rt, own))
			require.NoError(t, err)
			require.Equal(t, context.Canceled, ask(ctx))
			_, hasDeadline := ctx.Deadline()
			require.False(t, hasDeadline)
			require.Nil(t, ctx.Value("key"))
		})
	}
}

func TestTheContextOfABlockingFunctionIsLiveWhileItRuns(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	_, err := result(t, runtime.SpawnBlocking(rt, func(ctx context.Context) (none, error) {
		require.NoError(t, ctx.Err(), "before its Done was asked for")
		select {
		case <-ctx.Done():
			require.Fail(t, "the context has ended")
		default:
		}
		require.NoError(t, ctx.Err(), "and after it")
		return none{}, nil
	}))
	require.NoError(t, err)
}

func TestTheContextOfABlockingFunctionKnowsOfAnAbortBeforeItIsAskedFor(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	running, aborted := make(chan none), make(chan none)
	h := runtime.SpawnBlocking(rt, func(ctx context.Context) (error, error) {
		close(running)
		<-aborted
		receive(t, ctx.Done())
		return context.Cause(ctx), ctx.Err()
	})
	receive(t, running)
	h.Abort()
	close(aborted)
	cause, err := result(t, h)
	require.Equal(t, []error{runtime.ErrCancelled, context.Canceled}, []error{cause, err})
}

func TestABlockingFunctionThatDoesNotLookAtItsContextPaysNoneForIt(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	allocs := func(fn func(ctx context.Context) (none, error)) float64 {
		return testing.AllocsPerRun(100, func() { runtime.SpawnBlocking(rt, fn).Wait(t.Context()) })
	}
	looks := func(ctx context.Context) (none, error) { ctx.Done(); return none{}, nil }
	looksAway := func(context.Context) (none, error) { return none{}, nil }
	require.GreaterOrEqual(t, allocs(looks)-allocs(looksAway), 4.0)
}

// A result may be large, and a context be kept for long, by a request or a log.
func TestAContextThatIsKeptDoesNotKeepTheResult(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	for name, use := range map[string]func(ctx context.Context){
		"unused": func(context.Context) {},
		"used":   func(ctx context.Context) { ctx.Done() },
	} {
		t.Run(name, func(t *testing.T) {
			kept := make(chan context.Context, 1)
			var value weak.Pointer[[1 << 20]byte]
			h := runtime.SpawnBlocking(rt, func(ctx context.Context) (*[1 << 20]byte, error) {
				use(ctx)
				kept <- context.WithValue(ctx, new(int), 1)
				v := new([1 << 20]byte)
				value = weak.Make(v)
				return v, nil
			})
			require.Eventually(t, h.IsFinished, patience, time.Millisecond) // nobody takes the result
			h = nil
			require.Eventually(t, func() bool {
				goruntime.GC()
				return value.Value() == nil
			}, patience, time.Millisecond)
			require.Error(t, (<-kept).Err())
		})
	}
}

func TestAContextOfABlockingFunctionPrintsWhoseItIs(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	ctxs := make(chan string, 1)
	h := runtime.SpawnBlocking(rt, func(ctx context.Context) (context.Context, error) {
		ctxs <- fmt.Sprint(ctx)
		return ctx, nil
	})
	require.Equal(t, fmt.Sprintf("context of task %d", h.ID()), receive(t, ctxs))
	ctx, err := result(t, h)
	require.NoError(t, err)
	require.Equal(t, "context of a task that has ended", fmt.Sprint(ctx))
}
