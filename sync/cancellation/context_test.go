package cancellation_test

import (
	"context"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/sync/cancellation"
)

func TestATokenFollowsAContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	tok, stop := cancellation.FromContext(ctx)
	child := tok.Child()
	require.False(t, tok.IsCancelled())
	cancel(errOwn)
	require.NoError(t, child.CancelledBlocking(t.Context()))
	require.Equal(t, errOwn, tok.Cause())
	require.Equal(t, errOwn, child.Cause())
	require.False(t, stop())

	late, stop := cancellation.FromContext(ctx)
	require.True(t, late.IsCancelled(), "born cancelled")
	require.Equal(t, errOwn, late.Cause())
	require.False(t, stop())
}

func TestATokenFollowsADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		tok, stop := cancellation.FromContext(ctx)
		defer stop()
		time.Sleep(time.Second - time.Nanosecond)
		synctest.Wait()
		require.False(t, tok.IsCancelled())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, context.DeadlineExceeded, tok.Cause())
	})
}

func TestAStoppedTieIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		tok, stop := cancellation.FromContext(ctx)
		require.True(t, stop())
		require.False(t, stop())
		cancel()
		synctest.Wait()
		require.False(t, tok.IsCancelled())
	})
}

func TestAContextFollowsAToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		parent := context.WithValue(t.Context(), key{}, 7)
		tok := cancellation.New()
		ctx, stop := tok.Child().Context(parent)
		defer stop()
		require.Equal(t, 7, ctx.Value(key{}))
		require.NoError(t, ctx.Err())
		tok.CancelCause(nil, errOwn)
		require.Equal(t, context.Canceled, ctx.Err(), "when Cancel has returned")
		require.Equal(t, errOwn, context.Cause(ctx))

		late, stopLate := tok.Context(parent)
		require.Equal(t, errOwn, context.Cause(late))
		stopLate()
	})
}

func TestAContextOfATokenEndsWithItsParentToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancelCause(t.Context())
		tok := cancellation.New()
		ctx, stop := tok.Context(parent)
		cancel(errOwn)
		require.Equal(t, errOwn, context.Cause(ctx))
		require.False(t, tok.IsCancelled())
		stop()
		stopped, stop := tok.Context(t.Context())
		stop()
		stop()
		require.Equal(t, context.Canceled, context.Cause(stopped))
		tok.CancelCause(nil, errOwn)
		require.Equal(t, context.Canceled, context.Cause(stopped))
	})
}

// A token that lives on keeps neither a context that was stopped, nor one whose parent has ended, nor a closed child.
func TestATokenForgetsWhatHasEnded(t *testing.T) {
	tok := cancellation.New()
	first, firstGone := marked(t.Context())
	_, stop := tok.Context(first)
	second, secondGone := marked(t.Context())
	second, cancel := context.WithCancel(second)
	_, _ = tok.Context(second) // its parent's end is enough
	child := tok.Child()
	childGone := gone(child)
	stop()
	cancel()
	child.Close(nil)
	first, second, stop, cancel, child = nil, nil, nil, nil, nil
	for !firstGone() || !secondGone() || !childGone() {
		goruntime.GC()
	}
	goruntime.KeepAlive(tok)
}

// Tokens that were cancelled together keep nothing of each other, whichever of them lives on.
func TestACancelledTokenKeepsNoOther(t *testing.T) {
	const tokens = 6 // a parent, its three children, and two children of the second of these
	for stays := range tokens {
		family := func() (family [tokens]*cancellation.Token) {
			family[0] = cancellation.New()
			for i := 1; i < tokens; i++ {
				of := 0
				if i > 3 {
					of = 2
				}
				family[i] = family[of].Child()
			}
			return family
		}()
		var goners []func() bool
		for i, tok := range family {
			if i != stays {
				goners = append(goners, gone(tok))
			}
		}
		survivor := family[stays]
		family[0].Cancel(nil)
		clear(family[:])
		for range 3 {
			goruntime.GC()
		}
		for _, isGone := range goners {
			require.True(t, isGone(), "token %d stays", stays)
		}
		goruntime.KeepAlive(survivor)
	}
}

// A closed token that lives on keeps neither its parent nor its siblings nor the children that it had.
func TestAClosedTokenKeepsNoOther(t *testing.T) {
	parent := cancellation.New()
	before, tok, after := parent.Child(), parent.Child(), parent.Child()
	child := tok.Child()
	var goners []func() bool
	for _, other := range []*cancellation.Token{parent, before, after, child} {
		goners = append(goners, gone(other))
	}
	tok.Close(nil)
	parent, before, after, child = nil, nil, nil, nil
	for range 3 {
		goruntime.GC()
	}
	for _, isGone := range goners {
		require.True(t, isGone())
	}
	goruntime.KeepAlive(tok)
}

// gone returns a function that reports whether p was collected.
func gone[T any](p *T) func() bool {
	w := weak.Make(p)
	return func() bool { return w.Value() == nil }
}

// marked returns a child of ctx, and a function that reports whether it and what derives from it was collected.
func marked(ctx context.Context) (context.Context, func() bool) {
	type key struct{}
	value := new([64]byte)
	return context.WithValue(ctx, key{}, value), gone(value)
}
