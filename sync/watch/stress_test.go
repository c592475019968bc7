package watch_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/watch"
)

// rounds is n, and less where the race detector makes everything slow.
func rounds(n int) int {
	if invariant.Enabled || testing.Short() {
		return n / 10
	}
	return n
}

// follow takes changes until the channel is closed: values only grow. It returns the last one.
func follow(t *testing.T, rx *watch.Receiver[int], changed func() error) (last int) {
	for changed() == nil {
		v := rx.GetAndUpdate()
		if v < last {
			t.Errorf("%d after %d", v, last)
		}
		last = v
	}
	return last
}

// L25: many receivers, in tasks and in goroutines, see what several senders change at the same time; each of them sees the last
// value, whatever it has missed, and then the end.
// tokio: L25 src/sync/tests/loom_watch.rs smoke: a change beside waits is seen by all of them
func TestEveryReceiverSeesTheLastValue(t *testing.T) {
	procs(t, 8)
	const senders, tasks, goroutines = 3, 40, 4
	changes := rounds(3000)
	rt := open(t, 4)
	tx := watch.NewSender(0)
	var handles []*runtime.JoinHandle[int]
	for range tasks {
		rx := tx.Subscribe()
		handles = append(handles, runtime.Go(rt, func(cx *future.Context) (int, error) {
			defer rx.Close(cx)
			return follow(t, rx, func() error { return rx.Changed(cx) }), nil
		}))
	}
	var wg sync.WaitGroup
	for range goroutines {
		rx := tx.Subscribe()
		wg.Go(func() { // ends with the channel
			defer rx.Close(nil)
			if last := follow(t, rx, func() error { return rx.ChangedBlocking(t.Context()) }); last != senders*changes {
				t.Errorf("the last value was %d", last)
			}
		})
	}
	for range senders {
		tx := tx.Clone()
		runtime.Go(rt, func(cx *future.Context) (struct{}, error) {
			defer tx.Close(cx)
			for range changes {
				tx.SendModify(cx, func(v *int) { *v++ })
				if err := future.Yield(cx); err != nil {
					return struct{}{}, err
				}
			}
			return struct{}{}, nil
		})
	}
	left := tx.Closing()
	tx.Close(nil)
	for _, h := range handles {
		last, err := h.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, senders*changes, last)
	}
	wg.Wait()
	_, err := future.Wait(t.Context(), left)
	require.NoError(t, err)
}

// Each change is acknowledged before the next: a wake that is lost hangs the test. Others come and go meanwhile.
func TestNoChangeIsLostWhileReceiversComeAndGo(t *testing.T) {
	procs(t, 8)
	changes := rounds(20_000)
	rt := open(t, 4)
	tx, rx := watch.New(0)
	ackTx, ackRx := watch.New(0)
	echo := runtime.Go(rt, func(cx *future.Context) (struct{}, error) {
		for rx.Changed(cx) == nil {
			ackTx.SendReplace(cx, rx.GetAndUpdate())
		}
		return struct{}{}, nil
	})
	stop := tx.Clone()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { // ends when the sender has ended
			for stop.SenderCount() > 1 {
				visitor := stop.Subscribe()
				again := visitor.Clone()
				visitor.MarkChanged()
				_ = visitor.ChangedBlocking(t.Context())
				visitor.Close(nil)
				again.Close(nil)
			}
		})
	}
	for i := 1; i <= changes; i++ {
		require.NoError(t, tx.Send(nil, i))
		_, err := ackRx.WaitForBlocking(t.Context(), func(v int) bool { return v == i })
		require.NoError(t, err)
	}
	tx.Close(nil)
	wg.Wait()
	stop.Close(nil)
	_, err := echo.Wait(t.Context())
	require.NoError(t, err)
}

// tokio: L25 src/sync/tests/loom_watch.rs wait_for_test: WaitFor ends beside changes that are not the right one
// tokio: L25 src/sync/tests/loom_watch.rs wait_for_returns_correct_value: it returns the value that was asked about
func TestWaitForReturnsWhatItAskedAbout(t *testing.T) {
	procs(t, 8)
	for range rounds(3000) {
		tx, rx := watch.New(0)
		other := tx.Clone()
		var wg sync.WaitGroup
		wg.Go(func() { // ends after its changes
			for i := 1; i <= 3; i++ {
				tx.SendReplace(nil, i)
			}
		})
		wg.Go(func() { // ends after its changes
			for range 2 {
				other.SendModify(nil, func(*int) {})
			}
		})
		asked := 0
		got, err := rx.WaitForBlocking(t.Context(), func(v int) bool { asked = v; return v > 0 })
		require.NoError(t, err)
		require.Equal(t, asked, got)
		wg.Wait()
	}
}

// tokio: L25 src/sync/tests/loom_watch.rs multiple_sender_drop_concurrently: exactly the last of two closes the channel
func TestSendersThatCloseAtOnceCloseTheChannel(t *testing.T) {
	procs(t, 8)
	for range rounds(5000) {
		tx, rx := watch.New(0)
		var wg sync.WaitGroup
		for _, s := range []*watch.Sender[int]{tx.Clone(), tx.Clone(), tx} {
			wg.Go(func() { s.Close(nil) }) // ends at once
		}
		require.ErrorIs(t, rx.ChangedBlocking(t.Context()), watch.ErrClosed) // hangs if nobody closes it
		wg.Wait()
		require.Zero(t, tx.SenderCount())
	}
}

// tokio: L25 src/sync/watch.rs watch_spurious_wakeup: polls beside sends see a version once
// tokio: L25 src/sync/watch.rs watch_borrow: each side sees its own order of values
func TestPollsBesideSendsSeeEachVersionOnce(t *testing.T) {
	procs(t, 8)
	changes := rounds(50_000)
	tx, rx := watch.New(0)
	as := hand.NewWorker().NewTask()
	var wg sync.WaitGroup
	wg.Go(func() { // ends after its changes
		for i := range changes {
			tx.SendReplace(nil, i+1)
		}
		tx.Close(nil)
	})
	seen, last := 0, 0
	for {
		_, ready, err := rx.PollChanged(as.Poll())
		if err != nil {
			break
		}
		if ready {
			seen++
		}
		v := rx.Get()
		require.GreaterOrEqual(t, v, last)
		last = v
	}
	require.LessOrEqual(t, seen, changes)
	require.Equal(t, changes, last)
	wg.Wait()
}
