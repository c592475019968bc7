package watch_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/watch"
	"github.com/simmer-go/simmer/waker"
)

// The shape is that of tokio, benches/sync_watch.rs: receivers that each wait for the change, look at the value and report,
// and a sender that waits for all reports before it sends again. The unit of work is one wake of one receiver, ns/wake.

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
	rx      *watch.Receiver[int]
	reports *reports
	seen    int
}

func (r *reader) Poll(cx *future.Context) (none struct{}, _ bool, err error) {
	for {
		_, ready, err := r.rx.PollChanged(cx)
		if !ready || err != nil {
			return none, ready, nil
		}
		r.seen = r.rx.Get()
		r.reports.arrive(cx)
	}
}

// writer is the sender's task, by hand.
type writer struct {
	tx      *watch.Sender[int]
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
		if err := w.tx.Send(cx, w.sends); err != nil {
			return none, true, err
		}
	}
}

func BenchmarkWatch(b *testing.B) {
	for _, readers := range []int{10, 100, 1000} {
		b.Run("simmer/"+strconv.Itoa(readers), func(b *testing.B) { benchTasks(b, readers) })
		b.Run("goroutines/"+strconv.Itoa(readers), func(b *testing.B) { benchGoroutines(b, readers) })
	}
}

// BenchmarkSendChanged has one body send a value and see that it has changed, without waiting: ns/op.
func BenchmarkSendChanged(b *testing.B) {
	rt, err := runtime.New(runtime.Config{Workers: 1})
	require.NoError(b, err)
	defer func() { require.NoError(b, rt.Close()) }()
	_, err = runtime.BlockOn(b.Context(), rt, future.Async(func(cx *future.Context) (struct{}, error) {
		tx := watch.NewSender(0)
		rx := tx.Subscribe()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_ = tx.Send(cx, i)
			_ = rx.Changed(cx)
		}
		return struct{}{}, nil
	}))
	require.NoError(b, err)
}

func benchTasks(b *testing.B, readers int) {
	rt, err := runtime.New(runtime.Config{Workers: 2})
	require.NoError(b, err)
	defer func() { require.NoError(b, rt.Close()) }()
	tx := watch.NewSender(0)
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

// benchGoroutines is what the standard library offers: a value under a lock, and a channel that is closed at each change.
func benchGoroutines(b *testing.B, readers int) {
	var mu sync.RWMutex
	value, changed, stop := 0, make(chan struct{}), false
	var left sy.Int64
	done := make(chan struct{}, 1)
	var wg sync.WaitGroup
	load := func() (int, chan struct{}, bool) {
		mu.RLock()
		defer mu.RUnlock()
		return value, changed, stop
	}
	send := func(v int, last bool) {
		next := make(chan struct{})
		mu.Lock()
		old := changed
		value, changed, stop = v, next, last
		mu.Unlock()
		close(old)
	}
	for range readers {
		_, news, _ := load()
		wg.Go(func() { // ends with the last change
			for {
				<-news
				_, next, last := load()
				if last {
					return
				}
				news = next
				if left.Add(-1) == 0 {
					done <- struct{}{}
				}
			}
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		for i := range sendsPerOp {
			left.Store(int64(readers))
			send(i, false)
			<-done
		}
	}
	perWake(b, readers)
	send(0, true)
	wg.Wait()
}

func perWake(b *testing.B, receivers int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(receivers)/sendsPerOp, "ns/wake")
}
