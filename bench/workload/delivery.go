package workload

import (
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const deliveries = 100 // values that are sent in an iteration

// delivery is what a row sends on a channel whose every value goes to each of many standing tasks.
type delivery struct {
	values    uint64 // in an iteration
	receivers int64
}

// deliveryRows are rows of a channel that differ in the number of receivers.
func deliveryRows(make func(d delivery) Workload) (rows []Workload) {
	for _, receivers := range []int64{10, 100, 500, 1000} {
		rows = append(rows, make(delivery{deliveries, receivers}))
	}
	return rows
}

// row fills in what such rows have in common.
func (d delivery) row(channel string, w Workload) Workload {
	w.Name, w.Unit = fmt.Sprintf("%s_%d", channel, d.receivers), "one delivered wake"
	w.Title = fmt.Sprintf("A task sends %d values on a %s channel with %d receivers, each after all have received the one before",
		d.values, channel, d.receivers)
	w.Source = fmt.Sprintf("tokio benches/sync_%s.rs, without its formatting of random numbers", channel)
	w.Units, w.Check = int64(d.values)*d.receivers, d.values*uint64(d.receivers)
	w.Constants = append(w.Constants, Constant{"receivers", d.receivers}, Constant{"values", int64(d.values)})
	return syncRow(w)
}

// delivering is the body that sends values, each after all receivers have counted the one before.
type delivering struct {
	delivery
	send      func(cx *future.Context, value uint64)
	seen      *countdown
	sent      uint64
	awaits    bool
	delivered uint64
}

func (d *delivering) Poll(cx *future.Context) (uint64, bool, error) {
	for d.sent < d.values {
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

// machine is delivering with a channel that open makes and has receivers on.
func (d delivery) machine(open func(rt *runtime.Runtime, seen *countdown) (send func(cx *future.Context, value uint64))) Impl {
	return fromWorker("simmer", func(rt *runtime.Runtime) body {
		b := &delivering{delivery: d, seen: new(countdown)}
		b.send = open(rt, b.seen)
		return b
	})
}

// body is machine as straight-line code.
func (d delivery) body(open func(rt *runtime.Runtime, seen *countdown) (send func(cx *future.Context, value uint64))) Impl {
	return fromBodyOf(func(rt *runtime.Runtime) func(*future.Context) uint64 {
		seen := new(countdown)
		send := open(rt, seen)
		return func(cx *future.Context) (delivered uint64) {
			for i := range d.values {
				seen.left.Add(d.receivers)
				send(cx, i)
				seen.done.recv(cx)
				delivered += uint64(d.receivers - seen.left.Load())
			}
			return delivered
		}
	})
}

// goes is machine with goroutines. end makes them end.
func (d delivery) goes(open func(seen *goCountdown) (send func(value uint64), end func())) Impl {
	return onGoWith(func() (func() uint64, func()) {
		seen := &goCountdown{done: make(chan none, 1)}
		send, end := open(seen)
		return func() (delivered uint64) {
			for i := range d.values {
				seen.left.Add(d.receivers)
				send(i)
				<-seen.done
				delivered += uint64(d.receivers - seen.left.Load())
			}
			return delivered
		}, end
	})
}
