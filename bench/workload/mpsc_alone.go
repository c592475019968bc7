package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

// mpscAloneRows are those of one body that sends and then receives.
func mpscAloneRows() []Workload {
	return []Workload{mpscAloneBounded(false), mpscAloneBounded(true), mpscAloneUnbounded(false), mpscAloneUnbounded(true)}
}

func mpscAlone(name, title string, many bool, impls ...Impl) Workload {
	return syncRow(manyAtATime(Workload{
		Name: "mpsc_uncontended_" + name, Unit: "one message",
		Title:  "A task sends 5,000 messages on " + title + ", and then receives them",
		Source: mpscSource, Units: mpscMessages, Check: sumOfOne,
		Constants: []Constant{{"messages", mpscMessages}},
		Impls:     impls,
	}, many))
}

// aloneBounded is the body that sends on a bounded channel and then receives.
type aloneBounded struct {
	boundedSender
	isSent bool
	intake
}

func (a *aloneBounded) Poll(cx *future.Context) (uint64, bool, error) {
	if a.tx == nil {
		a.tx, a.rx = mpsc.New[int](mpscWide)
		a.all = mpscMessages
	}
	if !a.isSent {
		if _, a.isSent, _ = a.boundedSender.Poll(cx); !a.isSent {
			return 0, false, nil
		}
	}
	sum, ready, err := a.intake.Poll(cx)
	if ready {
		*a = aloneBounded{intake: a.intake}
	}
	return sum, ready, err
}

// Drop gives both ends up.
func (a *aloneBounded) Drop(cx *future.Context) {
	if a.tx != nil {
		a.boundedSender.Drop(cx)
		a.rx.Drop(cx)
	}
}

func mpscAloneBounded(many bool) Workload {
	return mpscAlone("bounded", "a bounded channel", many,
		fromWorker("simmer", func(*runtime.Runtime) body { return &aloneBounded{intake: intake{many: many}} }),
		fromBody(func(cx *future.Context) uint64 {
			tx, rx := mpsc.New[int](mpscWide)
			defer tx.Close(cx)
			for i := range mpscMessages {
				must(tx.Send(cx, i))
			}
			return takeIn(cx, rx, many)
		}),
		onGo(func() uint64 {
			c := make(chan int, mpscMessages)
			for i := range mpscMessages {
				c <- i
			}
			return takeFromChannel(c, many)
		}),
	)
}

// aloneUnbounded is the body that sends on an unbounded channel and then receives.
type aloneUnbounded struct{ intake }

func (a *aloneUnbounded) Poll(cx *future.Context) (uint64, bool, error) {
	if a.rx == nil {
		var tx *mpsc.UnboundedSender[int]
		tx, a.rx = mpsc.NewUnbounded[int]()
		for i := range mpscMessages {
			must(tx.Send(cx, i))
		}
		tx.Close(cx)
	}
	return a.intake.Poll(cx)
}

func mpscAloneUnbounded(many bool) Workload {
	return mpscAlone("unbounded", "an unbounded channel", many,
		fromWorker("simmer", func(*runtime.Runtime) body { return &aloneUnbounded{intake{many: many}} }),
		fromBody(func(cx *future.Context) uint64 {
			tx, rx := mpsc.NewUnbounded[int]()
			defer tx.Close(cx)
			for i := range mpscMessages {
				must(tx.Send(cx, i))
			}
			return takeIn(cx, rx, many)
		}),
		onGo(func() uint64 {
			q := newGoQueue()
			for i := range mpscMessages {
				q.send(i)
			}
			return q.take(many)
		}),
	)
}
