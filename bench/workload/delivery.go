package workload

import (
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const deliveries = 100 // values that are sent in an iteration

// deliveryRows are rows of a channel whose every value goes to each of many standing tasks. They differ in the number of these.
func deliveryRows(make func(receivers int64) Workload) (rows []Workload) {
	for _, receivers := range []int64{10, 100, 500, 1000} {
		rows = append(rows, make(receivers))
	}
	return rows
}

// deliveryRow fills in what such rows have in common.
func deliveryRow(channel string, receivers int64, w Workload) Workload {
	w.Name, w.Unit = fmt.Sprintf("%s_%d", channel, receivers), "one delivered wake"
	w.Title = fmt.Sprintf("A task sends 100 values on a %s channel with %d receivers, each after all have received the one before", channel, receivers)
	w.Source = fmt.Sprintf("tokio benches/sync_%s.rs, without its formatting of random numbers", channel)
	w.Units, w.Check = deliveries*receivers, deliveries*uint64(receivers)
	w.Constants = append(w.Constants, Constant{"receivers", receivers}, Constant{"values", deliveries})
	return syncRow(w)
}

// delivering is the body that sends values, each after all receivers have counted the one before.
type delivering struct {
	send      func(cx *future.Context, value uint64)
	receivers int64
	seen      *countdown
	sent      uint64
	awaits    bool
	delivered uint64
}

func (d *delivering) Poll(cx *future.Context) (uint64, bool, error) {
	for d.sent < deliveries {
		if !d.awaits {
			d.awaits = true
			d.seen.left.Add(d.receivers)
			d.send(cx, d.sent)
		}
		if _, ready, _ := d.seen.done.PollRecv(cx); !ready {
			return 0, false, nil
		}
		d.awaits = false
		d.sent++
		d.delivered += uint64(d.receivers - d.seen.left.Load())
	}
	delivered := d.delivered
	d.sent, d.delivered = 0, 0
	return delivered, true, nil
}

// deliveringMachine is delivering with a channel that open makes and has receivers on.
func deliveringMachine(receivers int64, open func(rt *runtime.Runtime, seen *countdown) (send func(cx *future.Context, value uint64))) Impl {
	return fromWorker("simmer", func(rt *runtime.Runtime) body {
		d := &delivering{receivers: receivers, seen: new(countdown)}
		d.send = open(rt, d.seen)
		return d
	})
}

// deliveringBody is deliveringMachine as straight-line code.
func deliveringBody(receivers int64, open func(rt *runtime.Runtime, seen *countdown) (send func(cx *future.Context, value uint64))) Impl {
	return fromBodyOf(func(rt *runtime.Runtime) func(*future.Context) uint64 {
		seen := new(countdown)
		send := open(rt, seen)
		return func(cx *future.Context) (delivered uint64) {
			for i := range uint64(deliveries) {
				seen.left.Add(receivers)
				send(cx, i)
				seen.done.recv(cx)
				delivered += uint64(receivers - seen.left.Load())
			}
			return delivered
		}
	})
}

// deliveringGo is deliveringMachine with goroutines. end makes them end.
func deliveringGo(receivers int64, open func(seen *goCountdown) (send func(value uint64), end func())) Impl {
	return onGoWith(func() (func() uint64, func()) {
		seen := &goCountdown{done: make(chan none, 1)}
		send, end := open(seen)
		return func() (delivered uint64) {
			for i := range uint64(deliveries) {
				seen.left.Add(receivers)
				send(i)
				<-seen.done
				delivered += uint64(receivers - seen.left.Load())
			}
			return delivered
		}, end
	})
}
