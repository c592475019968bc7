package mpsc_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// The shapes are those of tokio's benches/sync_mpsc.rs. The unit of work is one value, sent and received: ns/value. The rows named
// chan do the same with goroutines and Go's channel, those named slice with a mutex and a slice that the receiver takes whole.

const (
	perRun  = 5000
	senders = 5
)

type none = struct{}

// inBody runs b's loop in a body on a runtime.
func inBody(b *testing.B, workers int, body func(cx *future.Context)) {
	rt, err := runtime.New(runtime.Config{Workers: workers})
	require.NoError(b, err)
	_, err = runtime.BlockOn(b.Context(), rt, future.Async(func(cx *future.Context) (none, error) {
		b.ReportAllocs()
		for b.Loop() {
			body(cx)
		}
		return none{}, nil
	}))
	require.NoError(b, err)
	require.NoError(b, rt.Close())
	perValue(b)
}

func perValue(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/perRun, "ns/value")
}

// sliceQueue is what one writes in Go for a channel without a bound.
type sliceQueue struct {
	mu   sync.Mutex
	in   []int
	wake chan none
}

func newSliceQueue() *sliceQueue { return &sliceQueue{wake: make(chan none, 1)} }

func (q *sliceQueue) send(v int) {
	q.mu.Lock()
	q.in = append(q.in, v)
	first := len(q.in) == 1
	q.mu.Unlock()
	if first {
		select {
		case q.wake <- none{}:
		default:
		}
	}
}

// recv waits for values and swaps the slice that has them for spare.
func (q *sliceQueue) recv(spare []int) []int {
	<-q.wake
	q.mu.Lock()
	defer q.mu.Unlock()
	got := q.in
	q.in = spare[:0]
	return got
}

func BenchmarkUncontended(b *testing.B) {
	b.Run("bounded/simmer", func(b *testing.B) {
		tx, rx := mpsc.New[int](perRun)
		inBody(b, 1, func(cx *future.Context) {
			for i := range perRun {
				_ = tx.Send(cx, i)
			}
			for range perRun {
				_, _ = rx.Recv(cx)
			}
		})
	})
	b.Run("bounded/chan", func(b *testing.B) {
		c := make(chan int, perRun)
		for b.Loop() {
			for i := range perRun {
				c <- i
			}
			for range perRun {
				<-c
			}
		}
		perValue(b)
	})
	b.Run("unbounded/simmer", func(b *testing.B) {
		tx, rx := mpsc.NewUnbounded[int]()
		inBody(b, 1, func(cx *future.Context) {
			for i := range perRun {
				_ = tx.Send(cx, i)
			}
			for range perRun {
				_, _ = rx.Recv(cx)
			}
		})
	})
	b.Run("unbounded/slice", func(b *testing.B) {
		q := newSliceQueue()
		var spare []int
		sum := 0
		for b.Loop() {
			for i := range perRun {
				q.send(i)
			}
			for got := 0; got < perRun; {
				spare = q.recv(spare)
				for _, v := range spare {
					sum += v
				}
				got += len(spare)
			}
		}
		perValue(b)
	})
}

// contended has five tasks send to a sixth.
func contended(b *testing.B, capacity int, recv func(cx *future.Context, rx *mpsc.Receiver[int])) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("simmer-%d", workers), func(b *testing.B) {
			tx, rx := mpsc.New[int](capacity)
			inBody(b, workers, func(cx *future.Context) {
				for range senders {
					runtime.Go(cx, func(cx *future.Context) (none, error) {
						for i := range perRun / senders {
							_ = tx.Send(cx, i)
						}
						return none{}, nil
					})
				}
				recv(cx, rx)
			})
		})
	}
	b.Run("chan", func(b *testing.B) {
		c := make(chan int, min(capacity, perRun))
		for b.Loop() {
			for range senders {
				go func() {
					for i := range perRun / senders {
						c <- i
					}
				}()
			}
			for range perRun {
				<-c
			}
		}
		perValue(b)
	})
}

func recvOne(cx *future.Context, rx *mpsc.Receiver[int]) {
	for range perRun {
		_, _ = rx.Recv(cx)
	}
}

func recvMany(cx *future.Context, rx *mpsc.Receiver[int]) {
	var buf [perRun]int
	for got := 0; got < perRun; {
		n, _ := rx.RecvMany(cx, buf[:])
		got += n
	}
}

func BenchmarkContended(b *testing.B)             { contended(b, 1_000_000, recvOne) }
func BenchmarkContendedRecvMany(b *testing.B)     { contended(b, 1_000_000, recvMany) }
func BenchmarkContendedFull(b *testing.B)         { contended(b, 100, recvOne) }
func BenchmarkContendedFullRecvMany(b *testing.B) { contended(b, 100, recvMany) }

func BenchmarkContendedUnbounded(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("simmer-%d", workers), func(b *testing.B) {
			tx, rx := mpsc.NewUnbounded[int]()
			inBody(b, workers, func(cx *future.Context) {
				for range senders {
					runtime.Go(cx, func(cx *future.Context) (none, error) {
						for i := range perRun / senders {
							_ = tx.Send(cx, i)
						}
						return none{}, nil
					})
				}
				recvOne(cx, rx)
			})
		})
	}
	b.Run("slice", func(b *testing.B) {
		q := newSliceQueue()
		var spare []int
		for b.Loop() {
			for range senders {
				go func() {
					for i := range perRun / senders {
						q.send(i)
					}
				}()
			}
			for got := 0; got < perRun; {
				spare = q.recv(spare)
				got += len(spare)
			}
		}
		perValue(b)
	})
}

// BenchmarkCreate makes a channel and sends one value of 512 bytes.
func BenchmarkCreate(b *testing.B) {
	type medium [64]uint64
	for _, capacity := range []int{1, 1000} {
		b.Run(fmt.Sprintf("%d/simmer", capacity), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = mpsc.New[medium](capacity)
			}
		})
		b.Run(fmt.Sprintf("%d/chan", capacity), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = make(chan medium, capacity)
			}
		})
		b.Run(fmt.Sprintf("%d-send/simmer", capacity), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tx, _ := mpsc.New[medium](capacity)
				_ = tx.TrySend(nil, medium{})
			}
		})
		b.Run(fmt.Sprintf("%d-send/chan", capacity), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c := make(chan medium, capacity)
				c <- medium{}
			}
		})
	}
}
