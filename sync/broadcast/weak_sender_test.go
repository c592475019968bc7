package broadcast_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
)

// tokio: tests/sync_broadcast_weak.rs weak_sender: an upgrade sends like any sender, while there is one
func TestAnUpgradeSends(t *testing.T) {
	rt := open(t, 2)
	tx, rx := broadcast.New[int](11)
	h := runtime.Go(rt, func(cx *future.Context) (*broadcast.WeakSender[int], error) {
		defer tx.Close(cx)
		weak := tx.Downgrade()
		for i := range 10 {
			if _, err := tx.Send(cx, i); err != nil {
				return nil, err
			}
		}
		tx2, ok := weak.Upgrade()
		require.True(t, ok)
		defer tx2.Close(cx)
		_, err := tx2.Send(cx, 20)
		return tx2.Downgrade(), err
	})
	for i := range 11 {
		v, err := rx.RecvBlocking(t.Context())
		require.NoError(t, err)
		if i == 10 {
			require.Equal(t, 20, v)
		}
	}
	_, err := rx.RecvBlocking(t.Context())
	require.ErrorIs(t, err, broadcast.ErrClosed)
	weak, err := h.Wait(t.Context())
	require.NoError(t, err)
	requireNoUpgrade(t, weak)
}

func requireNoUpgrade(t *testing.T, w *broadcast.WeakSender[int]) {
	t.Helper()
	tx, ok := w.Upgrade()
	require.False(t, ok)
	require.Nil(t, tx)
}

// tokio: tests/sync_broadcast_weak.rs downgrade_upgrade_sender_failure: no upgrade after the last sender
// tokio: tests/sync_broadcast_weak.rs downgrade_drop_upgrade: whichever sender it was made of
func TestNoUpgradeRaisesAClosedChannel(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	clone := tx.Clone()
	weak := clone.Downgrade()
	clone.Close(nil)
	up, ok := weak.Upgrade()
	require.True(t, ok)
	require.True(t, up.SameChannel(tx))
	tx.Close(nil)
	require.False(t, rx.IsClosed())
	up.Close(nil)
	requireNoUpgrade(t, weak)
	require.True(t, rx.IsClosed())
}

// tokio: tests/sync_broadcast_weak.rs test_tx_count_weak_sender: weak senders count for themselves
// tokio: tests/sync_broadcast_weak.rs test_rx_is_closed_when_dropping_all_senders_except_weak_senders: they keep nothing open
// tokio: tests/sync_broadcast_weak.rs sender_strong_count_when_cloned: a clone counts
// tokio: tests/sync_broadcast_weak.rs sender_weak_count_when_downgraded: a weak sender counts
// tokio: tests/sync_broadcast_weak.rs sender_strong_count_when_dropped: a closed sender does not
// tokio: tests/sync_broadcast_weak.rs sender_weak_count_when_dropped: nor does a closed weak one
// tokio: tests/sync_broadcast_weak.rs sender_strong_and_weak_conut: every handle shows the same counts
func TestCountsOfSenders(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	tx2 := tx.Clone()
	weak, weak2 := tx.Downgrade(), tx2.Downgrade()
	requireCounts := func(strong, weaks int) {
		t.Helper()
		require.Equal(t, []int{strong, strong, strong, strong}, []int{tx.StrongCount(), tx2.StrongCount(), weak.StrongCount(), rx.SenderStrongCount()})
		require.Equal(t, []int{weaks, weaks, weaks, weaks}, []int{tx.WeakCount(), tx2.WeakCount(), weak.WeakCount(), rx.SenderWeakCount()})
	}
	requireCounts(2, 2)
	tx2.Close(nil)
	weak2.Close()
	weak2.Close() // counts once
	requireCounts(1, 1)
	requireNoUpgrade(t, weak2)
	clone := weak2.Clone()
	requireCounts(1, 1)
	requireNoUpgrade(t, clone)
	clone.Close()
	requireCounts(1, 1)
	weak3 := weak.Clone()
	requireCounts(1, 2)
	weak3.Close()
	tx.Close(nil)
	requireCounts(0, 1)
	require.True(t, rx.IsClosed())
	requireNoUpgrade(t, weak)
	weak.Close()
	requireCounts(0, 0)
}
