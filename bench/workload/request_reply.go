package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
	reply "github.com/simmer-go/simmer/sync/oneshot"
)

const (
	requests        = 1000
	requestCapacity = 10
)

// request is where to send the reply.
type request = reply.Sender[none]

// replier is a standing task that replies to requests.
type replier struct{ requests *mpsc.Receiver[request] }

func (r *replier) Poll(cx *future.Context) (none, bool, error) {
	for {
		to, ready, err := r.requests.PollRecv(cx)
		if !ready || err != nil {
			return none{}, ready, nil
		}
		must(to.Send(cx, none{}))
	}
}

// Drop gives the receiver up.
func (r *replier) Drop(cx *future.Context) { r.requests.Drop(cx) }

// asker sends requests and awaits each reply.
type asker struct {
	requests *mpsc.Sender[request]
	place    mpsc.Waiter
	request  request
	answer   *reply.Receiver[none] // nil: no request is under way
	isSent   bool
	replies  uint64
}

func (a *asker) Poll(cx *future.Context) (uint64, bool, error) {
	for ; a.replies < requests; a.replies++ {
		if a.answer == nil {
			a.request, a.answer = reply.New[none]()
			a.isSent = false
		}
		if !a.isSent {
			_, ready, err := a.requests.PollSend(cx, &a.place, a.request)
			if !ready {
				return 0, false, nil
			}
			must(err)
			a.isSent = true
		}
		_, ready, err := a.answer.PollRecv(cx)
		if !ready {
			return 0, false, nil
		}
		must(err)
		a.answer = nil
	}
	replies := a.replies
	a.replies = 0
	return replies, true, nil
}

// RequestReply has a task send requests with a oneshot for each reply.
func RequestReply() Workload {
	return syncRow(Workload{
		Name: "request_reply", Unit: "one request with its reply",
		Title:  "A task sends 1,000 requests to another, each with a oneshot, and awaits each reply",
		Source: "tokio benches/sync_mpsc_oneshot.rs", Units: requests, Check: requests,
		Constants: []Constant{{"requests", requests}, {"capacity", requestCapacity}},
		Impls: []Impl{
			fromWorker("simmer", func(rt *runtime.Runtime) body {
				tx, rx := mpsc.New[request](requestCapacity)
				runtime.SpawnValue(rt, &replier{rx})
				return &asker{requests: tx}
			}),
			fromBodyOf(func(rt *runtime.Runtime) func(*future.Context) uint64 {
				tx, rx := mpsc.New[request](requestCapacity)
				runtime.Go(rt, func(cx *future.Context) (none, error) {
					defer rx.Drop(cx)
					for to := range rx.All(cx) {
						must(to.Send(cx, none{}))
					}
					return none{}, nil
				})
				return func(cx *future.Context) (replies uint64) {
					for range requests {
						request, answer := reply.New[none]()
						must(tx.Send(cx, request))
						_, err := answer.Recv(cx)
						must(err)
						replies++
					}
					return replies
				}
			}),
			onGoWith(func() (func() uint64, func()) {
				incoming := make(chan chan none, requestCapacity)
				go func() { // ends when incoming is closed
					for to := range incoming {
						to <- none{}
					}
				}()
				return func() (replies uint64) {
					for range requests {
						answer := make(chan none, 1)
						incoming <- answer
						<-answer
						replies++
					}
					return replies
				}, func() { close(incoming) }
			}),
		},
	})
}
