package runtime_test

import (
	"context"
	"testing"

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
