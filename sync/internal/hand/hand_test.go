package hand_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/sync/internal/hand"
)

// failing notes that a test that uses it has failed, and goes on.
type failing struct {
	testing.TB
	failures int
}

func (f *failing) Helper()               {}
func (f *failing) Cleanup(c func())      { f.TB.Cleanup(c) }
func (f *failing) Fatalf(string, ...any) { f.failures++ }

func TestPendingReadyAndFailsFailWhereTheyMust(t *testing.T) {
	f := &failing{TB: t}
	poll := func(ready bool, err error) func() (int, bool, error) {
		return func() (int, bool, error) { return 7, ready, err }
	}
	hand.Pending(f, poll(false, nil))
	require.Equal(t, 7, hand.Ready(f, poll(true, nil)))
	require.Zero(t, f.failures)
	hand.Pending(f, poll(true, nil))
	hand.Ready(f, poll(false, nil))
	hand.Ready(f, poll(true, future.ErrCancelled))
	require.Equal(t, 3, f.failures)
	hand.Fails(f, future.ErrCancelled, poll(true, future.ErrCancelled))
	require.Equal(t, 3, f.failures)
	hand.Fails(f, future.ErrCancelled, poll(true, nil))
	hand.Fails(f, future.ErrCancelled, poll(false, future.ErrCancelled))
	require.Equal(t, 5, f.failures)
}

func TestAbortUnwindsABodyThatWaits(t *testing.T) {
	var got error
	hand.Abort(t, func(cx *future.Context) error {
		defer func() { _, got = future.Await(cx, future.Pending[int]()) }()
		_, err := future.Await(cx, future.Pending[int]())
		return err
	})
	require.ErrorIs(t, got, future.ErrCancelled)
	f := &failing{TB: t}
	hand.Abort(f, func(*future.Context) error { return nil })
	require.Equal(t, 1, f.failures)
}

func TestADuelJudgesEachRoundOnceAfterBoth(t *testing.T) {
	var left, right atomic.Int64
	rounds := int64(0)
	hand.Duel(func() { left.Add(1) }, func() { right.Add(1) }, func() {
		rounds++
		require.Equal(t, []int64{rounds, rounds}, []int64{left.Load(), right.Load()})
	})
	require.NotZero(t, rounds)
}
