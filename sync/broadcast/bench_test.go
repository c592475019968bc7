package broadcast_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
	"github.com/simmer-go/simmer/waker"
)

// The shape is that of tokio, benches/sync_broadcast.rs: receivers that each wait for the value and report, and a
// sender that waits for all reports before it sends again. The unit of work is one wake of one receiver, ns/wake.

const sendsPerOp = 100

// reports counts down to zero and wakes the sender.
type reports struct {
	left   sy.Int64
	sender waker.Slot
}

func (r *reports) arrive(cx *future.Context) {
	if r.left.Add(-1) == 0 {
		cx.Wake(r.sender.Take())
	}
}

// reader is a receiver's task, by hand.
type reader struct {
	rx      *broadcast.Receiver[int]
	reports *reports
	sum     int
}

func (r *reader) Poll(cx *future.Context) (none struct{}, _ bool, err error) {
	for {
		v, ready, err := r.rx.PollRecv(cx)
		if !ready || err != nil {
			return none, ready, nil
		}
		r.sum += v
		r.reports.arrive(cx)
	}
}

// writer is the sender's task, by hand.
type writer struct {
	tx      *broadcast.Sender[int]
	readers int
	reports *reports
	sends   int
	waits   bool
}

func (w *writer) Poll(cx *future.Context) (none struct{}, _ bool, err error) {
	for {
		if w.waits {
			w.reports.sender.Set(cx.Waker())
			if w.reports.left.Load() > 0 {
				return none, false, nil
			}
			w.waits = false
		}
		if w.sends == 0 {
			return none, true, nil
		}
		w.sends--
		w.waits = true
		w.reports.left.Store(int64(w.readers))
		if _, err := w.tx.Send(cx, w.sends); err != nil {
			return none, true, err
		}
	}
}

func BenchmarkBroadcast(b *testing.B) {
	for _, readers := range []int{10, 100, 1000} {
		b.Run("simmer/"+strconv.Itoa(readers), func(b *testing.B) { benchTasks(b, readers) })
		b.Run("goroutines/"+strconv.Itoa(readers), func(b *testing.B) { benchGoroutines(b, readers) })
	}
}

// BenchmarkSendRecv has one body send a value and receive it, without waiting; the row beside it does that with a Go channel: ns/op.
func BenchmarkSendRecv(b *testing.B) {
	b.Run("simmer", func(b *testing.B) {
		rt, err := runtime.New(runtime.Config{Workers: 1})
		require.NoError(b, err)
		defer func() { require.NoError(b, rt.Close()) }()
		_, err = runtime.BlockOn(b.Context(), rt, future.Async(func(cx *future.Context) (struct{}, error) {
			tx := broadcast.NewSender[int](16)
			rx := tx.Subscribe()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, _ = tx.Send(cx, i)
				_, _ = rx.Recv(cx)
			}
			return struct{}{}, nil
		}))
		require.NoError(b, err)
	})
	b.Run("chan", func(b *testing.B) {
		ch := make(chan int, 16)
		for i := 0; b.Loop(); i++ {
			ch <- i
			<-ch
		}
	})
}

func benchTasks(b *testing.B, readers int) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(b, err)
	defer func() { require.NoError(b, rt.Close()) }()
	tx := broadcast.NewSender[int](1000)
	var rep reports
	for range readers {
		runtime.Spawn(rt, future.Future[struct{}](&reader{rx: tx.Subscribe(), reports: &rep}))
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := runtime.BlockOn(b.Context(), rt, future.Future[struct{}](&writer{tx: tx, readers: readers, reports: &rep, sends: sendsPerOp}))
		require.NoError(b, err)
	}
	perWake(b, readers)
	tx.Close(nil)
}

// benchGoroutines is what the language offers: a buffered channel for each subscriber.
func benchGoroutines(b *testing.B, readers int) {
	var left sy.Int64
	done := make(chan struct{}, 1)
	var wg sync.WaitGroup
	subscribers := make([]chan int, readers)
	for i := range subscribers {
		ch := make(chan int, 1000)
		subscribers[i] = ch
		wg.Go(func() { // ends when the channel is closed
			sum := 0
			for v := range ch {
				sum += v
				if left.Add(-1) == 0 {
					done <- struct{}{}
				}
			}
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		for v := range sendsPerOp {
			left.Store(int64(readers))
			for _, ch := range subscribers {
				ch <- v
			}
			<-done
		}
	}
	perWake(b, readers)
	for _, ch := range subscribers {
		close(ch)
	}
	wg.Wait()
}

func perWake(b *testing.B, receivers int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(receivers)/sendsPerOp, "ns/wake")
}
