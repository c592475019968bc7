package watch_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/internal/hand"
	"github.com/simmer-go/simmer/sync/watch"
)

// tokio: tokio-stream/tests/watch.rs watch_stream_message_not_twice: a value that was sent once is yielded once
func TestTheStreamYieldsAValueOnce(t *testing.T) {
	tx, rx := watch.New("hello")
	as := hand.NewWorker().NewTask()
	require.NoError(t, tx.Send(nil, "goodbye"))
	tx.Close(nil)
	require.Equal(t, "goodbye", hand.PollReady(t, as, rx.PollNext, nil))
	hand.PollReady(t, as, rx.PollNext, io.EOF)
	hand.PollReady(t, as, rx.PollNext, io.EOF)
}

// tokio: tokio-stream/tests/watch.rs watch_stream_from_rx: the stream begins with the value that is there
func TestTheStreamBeginsWithTheValueThatIsThere(t *testing.T) {
	tx, rx := watch.New("hello")
	as := hand.NewWorker().NewTask()
	require.Equal(t, "hello", hand.PollReady(t, as, rx.PollNext, nil))
	hand.PollPending(t, as, rx.PollNext)
	require.NoError(t, tx.Send(nil, "bye"))
	require.True(t, as.IsWoken())
	require.Equal(t, "bye", hand.PollReady(t, as, rx.PollNext, nil))
	rx.Drop(nil)
	hand.PollReady(t, as, rx.PollNext, io.EOF)
	require.True(t, tx.IsClosed())
}

// A receiver that is closed before its stream has begun is at its end: it does not yield what is there.
func TestTheStreamOfAClosedReceiverIsAtItsEnd(t *testing.T) {
	_, rx := watch.New("hello")
	rx.Close(nil)
	hand.PollReady(t, hand.NewWorker().NewTask(), rx.PollNext, io.EOF)
}

// The first value is there already, and spends the budget as any other does.
func TestTheFirstValueOfAStreamSpendsTheBudget(t *testing.T) {
	_, rx := watch.New("hello")
	receivers := map[*watch.Receiver[string]]bool{}
	hand.PollYields(t, func(cx *future.Context) (string, bool, error) {
		first := rx.Clone()
		v, ready, err := first.PollNext(cx)
		receivers[first] = ready
		return v, ready, err
	})
	for r, ready := range receivers {
		if !ready {
			require.Equal(t, "hello", hand.PollReady(t, hand.NewWorker().NewTask(), r.PollNext, nil), "the first value is still to come")
		}
	}
}

// tokio: tokio-stream/tests/watch.rs watch_stream_from_changes: this one waits for the first change
func TestTheStreamOfChangesWaitsForTheFirstChange(t *testing.T) {
	tx, rx := watch.New("hello")
	as := hand.NewWorker().NewTask()
	changes := rx.Changes()
	hand.PollPending(t, as, changes.PollNext)
	require.NoError(t, tx.Send(nil, "bye"))
	require.Equal(t, "bye", hand.PollReady(t, as, changes.PollNext, nil))
	future.Drop(nil, changes)
	hand.PollReady(t, as, changes.PollNext, io.EOF)
	require.True(t, tx.IsClosed())
}

func TestABodyRangesOverTheValues(t *testing.T) {
	rt := open(t, 2)
	tx, rx := watch.New(0)
	changesOf := rx.Clone().Changes()
	follow := func(all func(cx *future.Context) func(yield func(int) bool)) *runtime.JoinHandle[[]int] {
		return runtime.Go(rt, func(cx *future.Context) (got []int, _ error) {
			for v := range all(cx) {
				got = append(got, v)
				if v == 3 {
					break
				}
			}
			for v := range all(cx) {
				got = append(got, v)
			}
			return got, nil
		})
	}
	values := follow(func(cx *future.Context) func(yield func(int) bool) { return rx.All(cx) })
	changes := follow(func(cx *future.Context) func(yield func(int) bool) { return changesOf.All(cx) })
	for i := 1; i <= 5; i++ {
		tx.SendReplace(nil, i)
	}
	tx.Close(nil)
	for _, h := range []*runtime.JoinHandle[[]int]{values, changes} {
		got, err := h.Wait(t.Context())
		require.NoError(t, err)
		require.IsIncreasing(t, got)
		require.Equal(t, 5, got[len(got)-1], "the last value is always seen")
	}
}

// covers: F132
func TestBodiesAndGoroutinesWaitTheSameWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: runtime.IOOff})
		require.NoError(t, err)
		tx, rx := watch.New(0)
		isSeven := func(v int) bool { return v == 7 }
		rx2, rx3, rx4 := rx.Clone(), rx.Clone(), rx.Clone()
		inTask := runtime.Go(rt, func(cx *future.Context) (int, error) {
			if err := rx.Changed(cx); err != nil {
				return 0, err
			}
			return rx.WaitFor(cx, isSeven)
		})
		left := runtime.Go(rt, func(cx *future.Context) (int, error) { return 0, tx.Closed(cx) })
		outside := make(chan int, 3)
		go func() { // ends with the second change
			if rx2.ChangedBlocking(t.Context()) == nil {
				outside <- rx2.GetAndUpdate()
			}
			v, _ := rx3.WaitForBlocking(t.Context(), isSeven)
			outside <- v
		}()
		go func() { // ends when all receivers are closed
			if tx.ClosedBlocking(t.Context()) == nil {
				outside <- -1
			}
		}()
		synctest.Wait()
		require.NoError(t, tx.Send(nil, 1))
		require.Equal(t, 1, <-outside)
		synctest.Wait()
		require.Empty(t, outside)
		require.NoError(t, tx.Send(nil, 7))
		require.Equal(t, 7, <-outside)
		v, err := inTask.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, 7, v)
		for _, r := range []*watch.Receiver[int]{rx, rx2, rx3, rx4} {
			require.False(t, left.IsFinished())
			r.Close(nil)
		}
		require.Equal(t, -1, <-outside)
		_, err = left.Wait(t.Context())
		require.NoError(t, err)
		require.NoError(t, rt.Close())
	})
}

func TestAWaitThatIsGivenUpLosesNoChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tx, rx := watch.New(0)
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		returned := make(chan error)
		go func() { returned <- rx.ChangedBlocking(ctx) }() // ends when ctx ends
		synctest.Wait()
		cancel(cause)
		require.ErrorIs(t, <-returned, cause)
		require.NoError(t, tx.Send(nil, 1))
		require.NoError(t, rx.ChangedBlocking(t.Context()))
		_, err := rx.WaitForBlocking(ctx, func(v int) bool { return v == 2 })
		require.ErrorIs(t, err, cause)
	})
}
