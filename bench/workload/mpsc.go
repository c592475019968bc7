package workload

import (
	"fmt"
	goruntime "runtime"
	"slices"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

const (
	channels     = 1000 // of the create rows
	hugeRoom     = 100_000
	singles      = 100  // channels of the send rows
	singleRoom   = 1000 // of each of them
	mpscSource   = "tokio benches/sync_mpsc.rs"
	mpscMessages = mpscSenders * mpscPerSender
)

// medium and large are values of the sizes that the rows are named after.
type (
	medium [64]uint
	large  [64]medium
)

// mpscRows are those of the channel from many senders to one receiver.
func mpscRows() []Workload {
	return slices.Concat([]Workload{
		mpscCreate(1, channels, func() { goruntime.KeepAlive(make(chan medium, 1)) }),
		mpscCreate(100, channels, func() { goruntime.KeepAlive(make(chan medium, 100)) }),
		mpscCreate(hugeRoom, channels, makeHuge),
		mpscSend[medium]("medium", func() {
			c := make(chan medium, singleRoom)
			c <- medium{}
			<-c
		}),
		mpscSend[large]("large", func() {
			c := make(chan *large, singleRoom)
			c <- new(large)
			<-c
		}),
	}, mpscContentionRows(), mpscAloneRows())
}

// makeHuge makes a channel with room for pointers: that of the values themselves would be zeroed each time.
func makeHuge() { goruntime.KeepAlive(make(chan *medium, hugeRoom)) }

// mpscCreate makes channels and drops them.
func mpscCreate(capacity int, channels int64, goMake func()) Workload {
	return syncRow(Workload{
		Name: fmt.Sprintf("mpsc_create_%d", capacity), Unit: "make and drop a channel",
		Title:  fmt.Sprintf("A thread or goroutine that is no worker makes a channel of capacity %d and drops it, %d times", capacity, channels),
		Source: mpscSource, Units: channels, Check: uint64(channels),
		Constants: []Constant{{"channels", channels}, {"capacity", int64(capacity)}},
		Impls: []Impl{
			fromOutside("simmer", func(*runtime.Runtime) (made uint64) {
				for range channels {
					tx, rx := mpsc.New[medium](capacity)
					tx.Close(nil)
					rx.Drop(nil)
					made++
				}
				return made
			}),
			onGo(func() (made uint64) {
				for range channels {
					goMake()
					made++
				}
				return made
			}),
		},
	})
}

// single is a channel that one value goes through.
type single[T any] struct {
	tx    *mpsc.Sender[T]
	rx    *mpsc.Receiver[T]
	place mpsc.Waiter
	sent  bool
}

func (s *single[T]) Poll(cx *future.Context) (uint64, bool, error) {
	if s.tx == nil {
		s.tx, s.rx = mpsc.New[T](singleRoom)
	}
	if !s.sent {
		var zero T
		_, ready, err := s.tx.PollSend(cx, &s.place, zero)
		if !ready {
			return 0, false, nil
		}
		must(err)
		s.sent = true
	}
	_, ready, err := s.rx.PollRecv(cx)
	if !ready {
		return 0, false, nil
	}
	must(err)
	s.close(cx)
	return 1, true, nil
}

func (s *single[T]) close(cx *future.Context) {
	s.tx.Close(cx)
	s.rx.Drop(cx)
	*s = single[T]{}
}

// mpscSend makes channels through which one zero value goes.
func mpscSend[T any](size string, goSend func()) Workload {
	return Workload{
		Name: fmt.Sprintf("mpsc_send_%s_%d", size, singleRoom), Group: "sync", Unit: "channel with one message", Metric: Time,
		Title:  fmt.Sprintf("A task makes a channel, sends one %s value and receives it, 100 times", size),
		Source: mpscSource, Elsewhere: []string{"tokio", "tokio-outside"},
		Units: singles, Check: singles, Constants: []Constant{{"channels", singles}, {"capacity", singleRoom}},
		Impls: inRounds(singles,
			fromWorker("simmer", func(*runtime.Runtime) body { return new(single[T]) }),
			fromBody(func(cx *future.Context) uint64 {
				tx, rx := mpsc.New[T](singleRoom)
				var zero T
				must(tx.Send(cx, zero))
				_, err := rx.Recv(cx)
				must(err)
				tx.Close(cx)
				rx.Drop(cx)
				return 1
			}),
			onGo(func() uint64 {
				goSend()
				return 1
			}),
			fromOutside("simmer-outside", func(rt *runtime.Runtime) uint64 {
				tx, rx := mpsc.New[T](singleRoom)
				var zero T
				blockOn(rt, future.Future[none](tx.Sending(zero)))
				blockOn(rt, future.Func(rx.PollRecv))
				tx.Close(nil)
				rx.Drop(nil)
				return 1
			}),
		),
	}
}
