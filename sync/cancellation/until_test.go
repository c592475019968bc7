package cancellation_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/cancellation"
)

// tokio: tokio-util/tests/sync_cancellation_token.rs run_until_cancelled_test: the token ends a future that waits, which is dropped
// tokio: tokio-util/tests/sync_cancellation_token.rs run_until_cancelled_owned_test: the same for a future that holds the token
// covers: F66 F67
func TestTheTokenEndsWhatRunsUnderIt(t *testing.T) {
	tok, h, p := cancellation.New(), newHand(), &probe{}
	f := cancellation.RunUntil(tok, p)
	_, ready, _ := f.Poll(&h.cx)
	require.False(t, ready)
	tok.CancelCause(nil, errOwn)
	require.EqualValues(t, 1, h.woken.Load())
	value, ready, err := f.Poll(&h.cx)
	require.True(t, ready)
	require.ErrorIs(t, err, errOwn)
	require.ErrorIs(t, err, cancellation.ErrCancelled)
	require.Zero(t, value)
	require.Equal(t, probe{polls: 2, drops: 1}, *p)
}

func TestWhatIsReadyInTimeHasItsResult(t *testing.T) {
	tok, h, p := cancellation.New(), newHand(), &probe{}
	f := cancellation.RunUntil(tok, p)
	f.Poll(&h.cx)
	p.isReady = true
	value, ready, err := f.Poll(&h.cx)
	require.True(t, ready)
	require.NoError(t, err)
	require.Equal(t, 42, value)
	tok.Cancel(nil)
	require.Zero(t, h.woken.Load(), "it waits no more")
	require.Equal(t, probe{isReady: true, polls: 2}, *p)
}

// tokio: tokio-util/tests/sync_cancellation_token.rs run_until_cancelled_test: under a token that was cancelled before nothing is polled
func TestUnderACancelledTokenNothingIsPolled(t *testing.T) {
	tok, h, p := cancellation.New(), newHand(), &probe{isReady: true}
	f := cancellation.RunUntil(tok, p)
	tok.Cancel(nil)
	_, ready, err := f.Poll(&h.cx)
	require.True(t, ready)
	require.Equal(t, cancellation.ErrCancelled, err)
	require.Equal(t, probe{isReady: true, drops: 1}, *p)
}

// tokio: tokio-util/src/sync/cancellation_token.rs run_until_cancelled: if both are ready the value wins
func TestTheValueWinsATie(t *testing.T) {
	tok, h, p := cancellation.New(), newHand(), &probe{}
	f := cancellation.RunUntil(tok, p)
	f.Poll(&h.cx)
	tok.Cancel(nil)
	p.isReady = true
	value, ready, err := f.Poll(&h.cx)
	require.True(t, ready)
	require.NoError(t, err)
	require.Equal(t, 42, value)
}

func TestRunUntilIsDropped(t *testing.T) {
	for _, polled := range []bool{false, true} {
		tok, h, p := cancellation.New(), newHand(), &probe{}
		f := cancellation.RunUntil(tok, p)
		if polled {
			f.Poll(&h.cx)
		}
		future.Drop(&h.cx, f)
		require.Equal(t, 1, p.drops)
		tok.Cancel(nil)
		require.Zero(t, h.woken.Load())
	}
	_, ready, err := cancellation.RunUntil[int](cancellation.New(), nil).Poll(&newHand().cx)
	require.True(t, ready)
	require.ErrorIs(t, err, future.ErrNilFuture)
}

// A future whose Drop panics is not dropped twice.
func TestAPanicInDropIsNotRepeated(t *testing.T) {
	tok, h := cancellation.New(), newHand()
	p := &panicking{}
	f := cancellation.RunUntil(tok, future.Future[int](p))
	f.Poll(&h.cx)
	tok.Cancel(nil)
	require.PanicsWithValue(t, "in Drop", func() { f.Poll(&h.cx) })
	future.Drop(&h.cx, f) // what a worker does then
	require.Equal(t, 1, p.drops)
}

type panicking struct{ probe }

func (p *panicking) Drop(cx *future.Context) {
	p.probe.Drop(cx)
	panic("in Drop")
}

// inBody runs body by hand until it ends; it must not wait for longer than what wake does.
func inBody(t testing.TB, wake func(turn int), body func(cx *future.Context) error) error {
	t.Helper()
	var local future.Local
	defer local.CloseBodies()
	h := newHand()
	cx := future.NewContext(&local, &h.header)
	f := future.Async(func(cx *future.Context) (none, error) { return none{}, body(cx) })
	for turn := range 10 {
		local.BeginPoll()
		if _, ready, err := f.Poll(&cx); ready {
			return err
		}
		wake(turn)
	}
	future.Drop(&cx, f)
	t.Fatal("the body waits")
	return nil
}

func TestABodyWaitsForAToken(t *testing.T) {
	tok := cancellation.New()
	turns := 0
	wake := func(turn int) {
		if turns++; turn == 2 {
			tok.Cancel(nil)
		}
	}
	require.NoError(t, inBody(t, wake, func(cx *future.Context) error {
		if err := tok.Cancelled(cx); err != nil {
			return err
		}
		return tok.Cancelled(cx)
	}))
	require.Equal(t, 3, turns)
}

func TestABodyRunsAFutureUnderAToken(t *testing.T) {
	tok, p := cancellation.New(), &probe{}
	err := inBody(t, func(int) { tok.Cancel(nil) }, func(cx *future.Context) error {
		_, err := cancellation.RunUntilCancelled(cx, tok, future.Future[int](p))
		return err
	})
	require.Equal(t, cancellation.ErrCancelled, err)
	require.Equal(t, probe{polls: 2, drops: 1}, *p)
	err = inBody(t, func(int) {}, func(cx *future.Context) error {
		v, err := cancellation.RunUntilCancelled(cx, cancellation.New(), future.Future[int](&probe{isReady: true}))
		require.Equal(t, 42, v)
		return err
	})
	require.NoError(t, err)
}

// A task that has used up its budget still sees that it should stop.
func TestCancellationNeedsNoBudget(t *testing.T) {
	tok := cancellation.New()
	err := inBody(t, func(int) {}, func(cx *future.Context) error {
		_, err := future.Await(cx, future.Func(func(cx *future.Context) (none, bool, error) {
			for cx.HasBudgetRemaining() {
				cx.Spend()
			}
			var w cancellation.Waiter
			tok.Cancel(cx)
			_, ready, _ := tok.PollCancelled(cx, &w)
			require.True(t, ready)
			return none{}, true, nil
		}))
		return err
	})
	require.NoError(t, err)
}

// tokio: L27 tokio-util/src/sync/tests/loom_cancellation_token.rs cancel_token: a blocked wait ends, whoever comes first
// tokio: L27 tokio-util/src/sync/tests/loom_cancellation_token.rs cancel_token_owned: the same for the future form
func TestABlockedRunEndsWithTheToken(t *testing.T) {
	for range 500 {
		tok := cancellation.New()
		go tok.Cancel(nil) // ends at once
		_, err := future.Wait(context.Background(), cancellation.RunUntil(tok, future.Future[int](&probe{})))
		require.Equal(t, cancellation.ErrCancelled, err)
	}
}
