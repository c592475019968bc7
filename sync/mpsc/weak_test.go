package mpsc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// strong and weak are what the two kinds of senders have in common for these tests.
type strong interface {
	Close(cx *future.Context)
	StrongCount() int
	WeakCount() int
}

type weak interface {
	Close()
	StrongCount() int
	WeakCount() int
}

// family is the handles of one channel, of either kind.
type family struct {
	name      string
	tx        strong
	rx        *mpsc.Receiver[int]
	clone     func() strong
	downgrade func() weak
	cloneWeak func(w weak) weak
	upgrade   func(w weak) (strong, bool)
}

func families() []family {
	tx, rx := mpsc.New[int](3)
	utx, urx := mpsc.NewUnbounded[int]()
	return []family{
		{
			"bounded", tx, rx, func() strong { return tx.Clone() }, func() weak { return tx.Downgrade() },
			func(w weak) weak { return w.(*mpsc.WeakSender[int]).Clone() },
			func(w weak) (strong, bool) { return w.(*mpsc.WeakSender[int]).Upgrade() },
		},
		{
			"unbounded", utx, urx, func() strong { return utx.Clone() }, func() weak { return utx.Downgrade() },
			func(w weak) weak { return w.(*mpsc.WeakUnboundedSender[int]).Clone() },
			func(w weak) (strong, bool) { return w.(*mpsc.WeakUnboundedSender[int]).Upgrade() },
		},
	}
}

func forFamilies(t *testing.T, test func(t *testing.T, f family)) {
	for _, f := range families() {
		t.Run(f.name, func(t *testing.T) { test(t, f) })
	}
}

// tokio: T102 tests/sync_mpsc_weak.rs downgrade_upgrade_sender_success: with a sender left there is another to have
// tokio: T102 tests/sync_mpsc_weak.rs downgrade_upgrade_sender_failure: after the last there is none
// tokio: T102 tests/sync_mpsc_weak.rs downgrade_drop_upgrade: which of the senders was downgraded does not matter
// tokio: T102 tests/sync_mpsc_weak.rs downgrade_upgrade_unbounded_sender_success: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs downgrade_upgrade_unbounded_sender_failure: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs downgrade_drop_upgrade_unbounded: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs test_tx_count_weak_sender: weak senders do not keep the channel open
// tokio: T102 tests/sync_mpsc_weak.rs test_tx_count_weak_unbounded_sender: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs test_rx_is_closed_when_dropping_all_senders_except_weak_senders: the receiver sees it
// tokio: T102 tests/sync_mpsc_weak.rs test_rx_unbounded_is_closed_when_dropping_all_senders_except_weak_senders: the same without a bound
// covers: F126
func TestAWeakSenderDoesNotKeepTheChannelOpen(t *testing.T) {
	forFamilies(t, func(t *testing.T, f family) {
		clone := f.clone()
		w := f.downgrade()
		clone.Close(nil)
		again, ok := f.upgrade(w)
		require.True(t, ok)
		f.tx.Close(nil)
		require.False(t, f.rx.IsClosed())
		again.Close(nil)
		require.True(t, f.rx.IsClosed())
		_, ok = f.upgrade(w)
		require.False(t, ok)
		_, ok = f.upgrade(f.cloneWeak(w))
		require.False(t, ok)
		_, err := f.rx.TryRecv(nil)
		require.ErrorIs(t, err, mpsc.ErrClosed)
	})
}

// tokio: T102 tests/sync_mpsc_weak.rs downgrade_get_permit_upgrade_no_senders: a permit is as good as a sender
// tokio: T102 tests/sync_mpsc_weak.rs downgrade_upgrade_get_permit_no_senders: whichever came first
func TestAPermitCanBeUpgradedFrom(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	weak := tx.Downgrade()
	permit, err := tx.TryReserve()
	require.NoError(t, err)
	tx.Close(nil)
	again, ok := weak.Upgrade()
	require.True(t, ok)
	permit.Send(nil, 1)
	again.Close(nil)
	_, ok = weak.Upgrade()
	require.False(t, ok)
	_, err = rx.TryRecv(nil)
	require.NoError(t, err)
	_, err = rx.TryRecv(nil)
	require.ErrorIs(t, err, mpsc.ErrClosed)
}

// tokio: T102 tests/sync_mpsc_weak.rs sender_strong_count_when_cloned: a clone counts
// tokio: T102 tests/sync_mpsc_weak.rs sender_weak_count_when_downgraded: a weak sender counts apart
// tokio: T102 tests/sync_mpsc_weak.rs sender_strong_count_when_dropped: until it is closed
// tokio: T102 tests/sync_mpsc_weak.rs sender_weak_count_when_dropped: until it is closed
// tokio: T102 tests/sync_mpsc_weak.rs sender_strong_and_weak_conut: all handles see the same counts
// tokio: T102 tests/sync_mpsc_weak.rs unbounded_sender_strong_count_when_cloned: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs unbounded_sender_weak_count_when_downgraded: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs unbounded_sender_strong_count_when_dropped: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs unbounded_sender_weak_count_when_dropped: the same without a bound
// tokio: T102 tests/sync_mpsc_weak.rs unbounded_sender_strong_and_weak_conut: the same without a bound
func TestAllHandlesSeeTheSameCounts(t *testing.T) {
	forFamilies(t, func(t *testing.T, f family) {
		tx2 := f.clone()
		w1, w2 := f.downgrade(), f.downgrade()
		w3 := f.cloneWeak(w1)
		type counted interface {
			StrongCount() int
			WeakCount() int
		}
		all := []counted{f.tx, tx2, w1, w2, w3, f.rx}
		same := func(strong, weak int) {
			t.Helper()
			for _, h := range all {
				require.Equal(t, strong, h.StrongCount())
				require.Equal(t, weak, h.WeakCount())
			}
		}
		same(2, 3)
		for range 2 { // twice counts once
			tx2.Close(nil)
			w2.Close()
			w3.Close()
		}
		same(1, 1)
		_, ok := f.upgrade(w2)
		require.False(t, ok, "a closed weak sender gives no sender")
		w4 := f.cloneWeak(w2)
		same(1, 1)
		_, ok = f.upgrade(w4)
		require.False(t, ok, "nor does its clone")
		w4.Close()
		_, ok = f.upgrade(w1)
		require.True(t, ok)
		same(2, 1)
	})
}

// tokio: T102 tests/sync_mpsc_weak.rs weak_sender: a task that holds a weak sender sends while others keep the channel
// tokio: T102 tests/sync_mpsc_weak.rs weak_unbounded_sender: the same without a bound
func TestAWeakSenderSendsWhileOthersHoldTheChannel(t *testing.T) {
	tx, rx := mpsc.New[int](11)
	in(t, 2, func(cx *future.Context) error {
		h := runtime.Go(cx, func(cx *future.Context) (*mpsc.WeakSender[int], error) {
			defer tx.Close(cx)
			weak := tx.Downgrade()
			for i := range 10 {
				if err := tx.Send(cx, i); err != nil {
					return nil, err
				}
			}
			tx2, ok := weak.Upgrade()
			require.True(t, ok)
			defer tx2.Close(cx)
			return tx2.Downgrade(), tx2.Send(cx, 20)
		})
		var last int
		n := 0
		for v := range rx.All(cx) {
			last = v
			n++
		}
		require.Equal(t, 11, n)
		require.Equal(t, 20, last)
		weak, err := h.Await(cx)
		require.NoError(t, err)
		_, ok := weak.Upgrade()
		require.False(t, ok)
		return nil
	})
}

// An actor that sends to itself holds a weak sender, so that it ends when its users are gone.
//
// tokio: T102 tests/sync_mpsc_weak.rs actor_weak_sender: it answers, sends to itself, and ends
// tokio: T102 tests/sync_mpsc_weak.rs actor_weak_unbounded_sender: the same without a bound
func TestAnActorThatSendsToItselfEnds(t *testing.T) {
	type request struct {
		reply func(id int)
		again bool
	}
	tx, rx := mpsc.New[request](64) // room for all: an actor that waits for room in its own channel waits for itself
	self := tx.Downgrade()
	in(t, 2, func(cx *future.Context) error {
		actor := runtime.Go(cx, func(cx *future.Context) (selfMade int, err error) {
			next := 0
			for r := range rx.All(cx) {
				if !r.again {
					selfMade++
					continue
				}
				next++
				r.reply(next)
				if mine, ok := self.Upgrade(); ok {
					if err := mine.Send(cx, request{}); err != nil {
						return selfMade, err
					}
					mine.Close(cx)
				}
			}
			return selfMade, nil
		})
		last := 0
		for range 20 {
			require.NoError(t, tx.Send(cx, request{reply: func(id int) { last = id }, again: true}))
		}
		tx.Close(cx)
		selfMade, err := actor.Await(cx)
		require.NoError(t, err)
		require.Equal(t, 20, last)
		require.GreaterOrEqual(t, last, selfMade)
		return nil
	})
}
