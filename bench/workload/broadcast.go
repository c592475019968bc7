package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/broadcast"
)

const broadcastCapacity = 1000

func broadcastRows() []Workload { return deliveryRows(broadcastRow) }

// listener receives each value of a broadcast channel, and counts.
type listener struct {
	values *broadcast.Receiver[uint64]
	seen   *countdown
	value  uint64
}

func (l *listener) Poll(cx *future.Context) (none, bool, error) {
	for {
		value, ready, err := l.values.PollRecv(cx)
		if !ready || err != nil {
			return none{}, ready, nil
		}
		l.value = value
		l.seen.count(cx)
	}
}

// Drop gives the receiver up.
func (l *listener) Drop(cx *future.Context) { l.values.Drop(cx) }

// broadcastRow is a row of the broadcast channel. Goroutines have a channel for each receiver.
func broadcastRow(d delivery) Workload {
	return d.row("broadcast", Workload{
		Constants: []Constant{{"capacity", broadcastCapacity}},
		Impls: []Impl{
			d.machine(func(rt *runtime.Runtime, seen *countdown) func(*future.Context, uint64) {
				tx := broadcast.NewSender[uint64](broadcastCapacity)
				for range d.receivers {
					runtime.SpawnValue(rt, &listener{values: tx.Subscribe(), seen: seen})
				}
				return sendTo(tx)
			}),
			d.body(func(rt *runtime.Runtime, seen *countdown) func(*future.Context, uint64) {
				tx := broadcast.NewSender[uint64](broadcastCapacity)
				for range d.receivers {
					rx := tx.Subscribe()
					runtime.Go(rt, func(cx *future.Context) (last uint64, err error) {
						defer rx.Close(cx)
						for value, err := range rx.All(cx) {
							must(err)
							last = value
							seen.count(cx)
						}
						return last, nil
					})
				}
				return sendTo(tx)
			}),
			d.goes(func(seen *goCountdown) (func(uint64), func()) {
				var channels []chan uint64
				for range d.receivers {
					values := make(chan uint64, broadcastCapacity)
					channels = append(channels, values)
					go func() { // ends when values is closed
						for range values {
							seen.count()
						}
					}()
				}
				return func(value uint64) {
						for _, c := range channels {
							c <- value
						}
					}, func() {
						for _, c := range channels {
							close(c)
						}
					}
			}),
		},
	})
}

func sendTo(tx *broadcast.Sender[uint64]) func(cx *future.Context, value uint64) {
	return func(cx *future.Context, value uint64) {
		_, err := tx.Send(cx, value)
		must(err)
	}
}
