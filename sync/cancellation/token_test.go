package cancellation_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/cancellation"
)

var errOwn = errors.New("a cause")

// tokio: tokio-util/tests/sync_cancellation_token.rs cancel_token: all who wait are woken once, who has not polled yet finds it cancelled
// tokio: tokio-util/tests/sync_cancellation_token.rs cancel_token_owned: the same for a future that holds the token
// covers: F63 F64
func TestCancelWakesThoseWhoWait(t *testing.T) {
	tok := cancellation.New()
	require.False(t, tok.IsCancelled())
	waiting := waitFor(t, tok)[0]
	require.Zero(t, waiting.woken.Load())
	late := wait{newHand(), tok.Done()}
	tok.Cancel(nil)
	require.True(t, tok.IsCancelled())
	waiting.requireWoken(t, true)
	require.Zero(t, late.woken.Load())
	require.True(t, late.isOver())
	tok.Cancel(nil)
	tok.CancelCause(nil, errOwn)
	require.Equal(t, cancellation.ErrCancelled, tok.Cause(), "cancellation happens once")
}

// tokio: tokio-util/tests/sync_cancellation_token.rs cancel_token_owned_drop_test: a wait that was given up is woken no more
func TestADroppedWaitIsNotWoken(t *testing.T) {
	tok := cancellation.New()
	w := waitFor(t, tok)[0]
	w.done.Drop(nil)
	w.done.Drop(nil)
	tok.Cancel(nil)
	require.Zero(t, w.woken.Load())
}

// tokio: tokio-util/tests/sync_cancellation_token.rs cancel_child_token_through_parent: a child is cancelled with its parent
func TestAChildIsCancelledWithItsParent(t *testing.T) {
	parent := cancellation.New()
	child := parent.Child()
	waits := waitFor(t, parent, child)
	parent.CancelCause(nil, errOwn)
	for _, w := range waits {
		w.requireWoken(t, true)
	}
	require.Equal(t, errOwn, child.Cause())
}

// tokio: tokio-util/tests/sync_cancellation_token.rs cancel_grandchild_token_through_parent_if_child_was_dropped: the parent takes over a dropped child's children
func TestTheParentTakesOverTheChildrenOfAClosedOne(t *testing.T) {
	parent := cancellation.New()
	middle := parent.Child()
	grandchildren := []*cancellation.Token{middle.Child(), middle.Child(), middle.Child()}
	sibling := parent.Child()
	middle.Close(nil)
	middle.Drop(nil)
	waits := waitFor(t, append(grandchildren, parent, sibling)...)
	gone := waitFor(t, middle)[0]
	parent.Cancel(nil)
	for _, w := range waits {
		w.requireWoken(t, true)
	}
	gone.requireWoken(t, false)
	child := middle.Child() // it is a root now
	middle.Cancel(nil)
	gone.requireWoken(t, true)
	require.True(t, child.IsCancelled())
}

// A child leaves its siblings alone, wherever it stands among them.
func TestAChildIsCancelledWithoutItsSiblings(t *testing.T) {
	const children = 4
	for cancelled := range children {
		parent := cancellation.New()
		var tokens []*cancellation.Token
		for range children {
			tokens = append(tokens, parent.Child())
		}
		waits := waitFor(t, tokens...)
		tokens[cancelled].Cancel(nil)
		for i, w := range waits {
			w.requireWoken(t, i == cancelled)
		}
		parent.Cancel(nil)
		for _, w := range waits {
			w.requireWoken(t, true)
		}
	}
}

// tokio: tokio-util/tests/sync_cancellation_token.rs cancel_child_token_without_parent: a child is cancelled alone, and a later child lives
func TestAChildIsCancelledAlone(t *testing.T) {
	parent := cancellation.New()
	first := parent.Child()
	waits := waitFor(t, parent, first)
	first.Cancel(nil)
	waits[0].requireWoken(t, false)
	waits[1].requireWoken(t, true)
	second := waitFor(t, parent.Child())[0]
	parent.Cancel(nil)
	waits[0].requireWoken(t, true)
	second.requireWoken(t, true)
}

// tokio: tokio-util/tests/sync_cancellation_token.rs create_child_token_after_parent_was_cancelled: a child of a cancelled parent is born cancelled
func TestAChildOfACancelledParentIsBornCancelled(t *testing.T) {
	for _, closeChild := range []bool{true, false} {
		parent := cancellation.New()
		parent.CancelCause(nil, errOwn)
		child := parent.Child()
		require.True(t, child.IsCancelled())
		require.Equal(t, errOwn, child.Cause())
		waitFor(t, child, parent) // over at their first polls
		if closeChild {
			child.Close(nil)
		}
		parent.Close(nil)
		require.True(t, child.Child().IsCancelled())
	}
}

// tokio: tokio-util/tests/sync_cancellation_token.rs drop_multiple_child_tokens: closing children in any order disturbs nobody
// tokio: tokio-util/tests/sync_cancellation_token.rs drop_parent_before_child_tokens: nor does closing the parent, which has none itself
func TestClosingCancelsNothing(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}} {
		parent := cancellation.New()
		children := []*cancellation.Token{parent.Child(), parent.Child(), parent.Child()}
		parent.Close(nil) // nothing: it has no parent
		for i, closing := range order {
			children[closing].Close(nil)
			require.False(t, parent.IsCancelled())
			waits := waitFor(t, children...)
			for _, w := range waits {
				w.requireWoken(t, false)
				w.done.Drop(nil)
			}
			if i == 1 {
				last := waitFor(t, children[order[2]])[0]
				parent.Cancel(nil)
				last.requireWoken(t, true)
				require.False(t, children[order[0]].IsCancelled())
				break
			}
		}
	}
}

// tokio: tokio-util/tests/sync_cancellation_token.rs cancel_only_all_descendants: all descendants, and nobody else
func TestCancelReachesAllDescendantsAndNobodyElse(t *testing.T) {
	parent := cancellation.New()
	tok, sibling := parent.Child(), parent.Child()
	child1, child2 := tok.Child(), tok.Child()
	grandchild1, grandchild2 := child1.Child(), child1.Child()
	greatGrandchild := grandchild1.Child()
	others := waitFor(t, parent, sibling)
	all := waitFor(t, tok, child1, child2, grandchild1, grandchild2, greatGrandchild)
	tok.CancelCause(nil, errOwn)
	for _, w := range others {
		w.requireWoken(t, false)
	}
	for _, w := range all {
		w.requireWoken(t, true)
	}
	require.Equal(t, errOwn, greatGrandchild.Cause())
	parent.Cancel(nil)
	require.Equal(t, errOwn, greatGrandchild.Cause())
	require.Equal(t, cancellation.ErrCancelled, sibling.Cause())
}

// tokio: tokio-util/tests/sync_cancellation_token.rs cloned_cancellation_tokens_are_considered_equal: a copy of the pointer is the same token
// tokio: tokio-util/tests/sync_cancellation_token.rs child_cancellation_tokens_are_not_considered_equal: a child is another
// tokio: tokio-util/tests/sync_cancellation_token.rs independent_cancellation_tokens_are_not_considered_equal: so is any other
// tokio: tokio-util/tests/sync_cancellation_token.rs cloned_cancellation_tokens_have_same_hash: as a map's key too
// tokio: tokio-util/tests/sync_cancellation_token.rs different_cancellation_tokens_have_different_hash: as a map's key too
func TestTokensAreKeys(t *testing.T) {
	tok := cancellation.New()
	clone := tok
	require.Len(t, map[*cancellation.Token]bool{tok: true, clone: true, tok.Child(): true, cancellation.New(): true}, 3)
}

func TestAllWaitersAreWoken(t *testing.T) {
	for _, n := range []int{1, 31, 32, 33, 64, 65, 200} {
		tok := cancellation.New()
		tokens := make([]*cancellation.Token, n)
		for i := range tokens {
			tokens[i] = tok
		}
		waits := waitFor(t, tokens...)
		tok.Cancel(nil)
		for _, w := range waits {
			w.requireWoken(t, true)
		}
	}
}

func TestAWaiterMayMoveToAnotherToken(t *testing.T) {
	a, b := cancellation.New(), cancellation.New()
	h := newHand()
	var w cancellation.Waiter
	for _, tok := range []*cancellation.Token{a, b, b, a, b} {
		_, ready, _ := tok.PollCancelled(&h.cx, &w)
		require.False(t, ready)
	}
	a.Cancel(nil)
	require.Zero(t, h.woken.Load())
	_, ready, _ := a.PollCancelled(&h.cx, &w)
	require.True(t, ready)
	b.Cancel(nil)
	require.Zero(t, h.woken.Load(), "it has left b")
}

func TestAWaiterIsUsedAgain(t *testing.T) {
	var w cancellation.Waiter
	for range 3 {
		tok := cancellation.New()
		h := newHand()
		tok.PollCancelled(&h.cx, &w)
		tok.Cancel(nil)
		require.EqualValues(t, 1, h.woken.Load())
		_, ready, _ := tok.PollCancelled(&h.cx, &w)
		require.True(t, ready)
	}
	w.Drop(nil)
}

func TestErrWrapsTheCause(t *testing.T) {
	tok := cancellation.New()
	require.NoError(t, tok.Err())
	require.NoError(t, tok.Cause())
	tok.CancelCause(nil, errOwn)
	require.Equal(t, errOwn, tok.Cause())
	require.ErrorIs(t, tok.Err(), errOwn)
	require.ErrorIs(t, tok.Err(), cancellation.ErrCancelled)
	require.NotErrorIs(t, tok.Err(), context.Canceled)
	require.EqualError(t, tok.Err(), "cancellation: token was cancelled: a cause")

	plain := cancellation.New()
	plain.Cancel(nil)
	require.Equal(t, cancellation.ErrCancelled, plain.Err())
	require.ErrorIs(t, plain.Err(), context.Canceled)
	require.NotErrorIs(t, plain.Err(), future.ErrCancelled, "that is a task's")
	require.EqualError(t, plain.Err(), "cancellation: token was cancelled")
}

// tokio: tokio-util/src/sync/cancellation_token/guard.rs drop: a guard cancels when it is dropped, unless it was disarmed
// covers: F65
func TestAGuardCancelsUnlessItWasDisarmed(t *testing.T) {
	tok := cancellation.New()
	disarmed := tok.Guard()
	require.Same(t, tok, disarmed.Disarm())
	require.Nil(t, disarmed.Disarm())
	disarmed.Drop(nil)
	require.False(t, tok.IsCancelled())
	func() {
		defer func() { require.Equal(t, "boom", recover()) }()
		g := tok.Guard()
		defer g.Drop(nil)
		panic("boom")
	}()
	require.True(t, tok.IsCancelled())
}

func TestADeepTreeIsCancelledWithoutAStack(t *testing.T) {
	root := cancellation.New()
	deepest := root
	for range 1_000_000 {
		deepest = deepest.Child()
	}
	w := waitFor(t, deepest)[0]
	root.Cancel(nil)
	w.requireWoken(t, true)
}

func TestCancelledBlockingWaits(t *testing.T) {
	tok := cancellation.New()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOwn)
	require.Equal(t, errOwn, tok.CancelledBlocking(ctx))
	go tok.Cancel(nil) // ends at once
	require.NoError(t, tok.CancelledBlocking(t.Context()))
	require.NoError(t, tok.CancelledBlocking(ctx), "cancelled already")
}
