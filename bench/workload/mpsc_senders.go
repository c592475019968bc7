package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// boundedSender sends some numbers on a bounded channel.
type boundedSender struct {
	tx    *mpsc.Sender[int]
	place mpsc.Waiter
	sent  int
	all   int
}

func (s *boundedSender) Poll(cx *future.Context) (none, bool, error) {
	for ; s.sent < s.all; s.sent++ {
		_, ready, err := s.tx.PollSend(cx, &s.place, s.sent)
		if !ready {
			return none{}, false, nil
		}
		must(err)
	}
	s.tx.Close(cx)
	return none{}, true, nil
}

// Drop leaves the queue.
func (s *boundedSender) Drop(cx *future.Context) {
	s.place.Drop(cx)
	s.tx.Close(cx)
}

func boundedMachines(capacity int) func(cx *future.Context) *mpsc.Receiver[int] {
	return func(cx *future.Context) *mpsc.Receiver[int] {
		tx, rx := mpsc.New[int](capacity)
		for range mpscSenders {
			runtime.SpawnValue(runtime.Detached(cx), &boundedSender{tx: tx.Clone(), all: mpscPerSender})
		}
		tx.Close(cx)
		return rx
	}
}

func boundedBodies(capacity int) func(cx *future.Context) *mpsc.Receiver[int] {
	return func(cx *future.Context) *mpsc.Receiver[int] {
		tx, rx := mpsc.New[int](capacity)
		for range mpscSenders {
			tx := tx.Clone()
			runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
				defer tx.Close(cx)
				for i := range mpscPerSender {
					must(tx.Send(cx, i))
				}
				return none{}, nil
			})
		}
		tx.Close(cx)
		return rx
	}
}

// unboundedSender sends some numbers on an unbounded channel.
type unboundedSender struct{ tx *mpsc.UnboundedSender[int] }

func (s *unboundedSender) Poll(cx *future.Context) (none, bool, error) {
	for i := range mpscPerSender {
		must(s.tx.Send(cx, i))
	}
	s.tx.Close(cx)
	return none{}, true, nil
}

// Drop gives the sender up, unpolled.
func (s *unboundedSender) Drop(cx *future.Context) { s.tx.Close(cx) }

func unboundedMachines(cx *future.Context) *mpsc.Receiver[int] {
	tx, rx := mpsc.NewUnbounded[int]()
	for range mpscSenders {
		runtime.SpawnValue(runtime.Detached(cx), &unboundedSender{tx.Clone()})
	}
	tx.Close(cx)
	return rx
}

func unboundedBodies(cx *future.Context) *mpsc.Receiver[int] {
	tx, rx := mpsc.NewUnbounded[int]()
	for range mpscSenders {
		tx := tx.Clone()
		runtime.Go(runtime.Detached(cx), func(cx *future.Context) (none, error) {
			defer tx.Close(cx)
			for i := range mpscPerSender {
				must(tx.Send(cx, i))
			}
			return none{}, nil
		})
	}
	tx.Close(cx)
	return rx
}
