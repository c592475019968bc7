package lock_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// tokio: T115 tests/sync_barrier.rs zero_does_not_block: a barrier for none stops nobody, and each is a leader
// covers: F147
func TestABarrierForNoneStopsNobody(t *testing.T) {
	var zero lock.Barrier
	for _, b := range []*lock.Barrier{&zero, lock.NewBarrier(0), lock.NewBarrier(-3)} {
		for range 2 {
			isLeader, ready, err := pollFuture(parties(1)[0], b.Waiting())
			require.True(t, ready && isLeader)
			require.NoError(t, err)
		}
	}
}

// tokio: T115 tests/sync_barrier.rs single: a barrier for one lets each through as the leader
func TestABarrierForOneLetsEachThrough(t *testing.T) {
	b := lock.NewBarrier(1)
	for range 3 {
		isLeader, ready, _ := pollFuture(parties(1)[0], b.Waiting())
		require.True(t, ready && isLeader)
	}
}

// tokio: T115 tests/sync_barrier.rs tango: of two the second leads, again and again
func TestTheLastOneLeads(t *testing.T) {
	b := lock.NewBarrier(2)
	ps := parties(2)
	for range 3 {
		first, second := b.Waiting(), b.Waiting()
		_, ready, _ := pollFuture(ps[0], first)
		require.False(t, ready)
		_, ready, _ = pollFuture(ps[0], first)
		require.False(t, ready, "a second poll is not a second one")
		isLeader, ready, _ := pollFuture(ps[1], second)
		require.True(t, ready && isLeader)
		require.Equal(t, []int{0}, woken(ps))
		isLeader, ready, _ = pollFuture(ps[0], first)
		require.True(t, ready)
		require.False(t, isLeader)
	}
}

// TestTheNextRoundIsNotLetThroughEarly has one come again before the others of its round have looked.
func TestTheNextRoundIsNotLetThroughEarly(t *testing.T) {
	b := lock.NewBarrier(2)
	ps := parties(3)
	first, second, next := b.Waiting(), b.Waiting(), b.Waiting()
	pollFuture(ps[0], first)
	pollFuture(ps[1], second)
	_, ready, _ := pollFuture(ps[2], next)
	require.False(t, ready)
	_, ready, _ = pollFuture(ps[0], first)
	require.True(t, ready)
	next.Drop(nil)
}

// tokio: T115 src/sync/barrier.rs wait (cancel safety): who has come and gone is counted
func TestWhoHasComeAndGoneIsCounted(t *testing.T) {
	b := lock.NewBarrier(2)
	ps := parties(2)
	gone := b.Waiting()
	pollFuture(ps[0], gone)
	gone.Drop(nil)
	isLeader, ready, _ := pollFuture(ps[1], b.Waiting())
	require.True(t, ready && isLeader)
	require.False(t, ps[0].woken)

	b.Waiting().Drop(nil) // has not come
	_, ready, _ = pollFuture(ps[1], b.Waiting())
	require.False(t, ready)
}

// tokio: T115 tests/sync_barrier.rs lots: a hundred tasks meet ten times, with one leader a round, and nobody is a round ahead
func TestABarrierIsUsedAgainAndAgain(t *testing.T) {
	procs(t, 8)
	const size, rounds = 100, 10
	rt := open(t, 4)
	b := lock.NewBarrier(size)
	var leaders, come atomic.Int32
	check := func(round int32, isLeader bool) error {
		if isLeader {
			leaders.Add(1)
		}
		if n := come.Load(); n < (round+1)*size {
			return errors.New("let through early")
		}
		return nil
	}
	handles := make([]*runtime.JoinHandle[none], 0, size)
	for range size - 10 {
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (none, error) {
			for round := range int32(rounds) {
				come.Add(1)
				isLeader, err := b.Wait(cx)
				if err == nil {
					err = check(round, isLeader)
				}
				if err != nil {
					return none{}, err
				}
			}
			return none{}, nil
		}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got := make(chan error, 10)
	for range cap(got) {
		go func() { // ends after its rounds
			for round := range int32(rounds) {
				come.Add(1)
				isLeader, err := b.WaitBlocking(ctx)
				if err == nil {
					err = check(round, isLeader)
				}
				if err != nil {
					got <- err
					return
				}
			}
			got <- nil
		}()
	}
	for range cap(got) {
		require.NoError(t, <-got)
	}
	for _, h := range handles {
		_, err := h.Wait(ctx)
		require.NoError(t, err)
	}
	require.EqualValues(t, rounds, leaders.Load())
}

// TestNobodyIsLetThroughInTheRoundOfOthers has three meet in twos: one comes for the next round while two leave.
func TestNobodyIsLetThroughInTheRoundOfOthers(t *testing.T) {
	procs(t, 8)
	total := int64(rounds(1_000_000)) // even
	b := lock.NewBarrier(2)
	var come, followers atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { // ends when all have come
			p := parties(1)[0]
			for come.Add(1) <= total {
				isLeader, ready, _ := b.PollWait(&p.cx, &p.w)
				for !ready {
					goruntime.Gosched()
					_, ready, _ = b.PollWait(&p.cx, &p.w)
				}
				if isLeader {
					continue
				}
				if f, c := followers.Add(1), come.Load(); f > c/2 {
					t.Errorf("%d of %d were let through behind a leader", f, c)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestBarrierWaitBlockingReturnsTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := lock.NewBarrier(2)
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		got := make(chan error)
		go func() { // ends when ctx is cancelled
			_, err := b.WaitBlocking(ctx)
			got <- err
		}()
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-got, cause)
		isLeader, err := b.WaitBlocking(t.Context())
		require.NoError(t, err)
		require.True(t, isLeader)
	})
}
