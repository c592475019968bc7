package workload

import (
	"sync"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/watch"
)

func watchRows() []Workload { return deliveryRows(watchRow) }

// looker looks at each new value of a watch channel, and counts.
type looker struct {
	values *watch.Receiver[uint64]
	seen   *countdown
	value  uint64
}

func (l *looker) Poll(cx *future.Context) (none, bool, error) {
	for {
		_, ready, err := l.values.PollChanged(cx)
		if !ready || err != nil {
			return none{}, ready, nil
		}
		l.value = l.values.Get()
		l.seen.count(cx)
	}
}

// Drop gives the receiver up.
func (l *looker) Drop(cx *future.Context) { l.values.Drop(cx) }

// goWatch is what goroutines have for a watch channel: a value under a lock, and a channel that is closed when it changes.
type goWatch struct {
	mu      sync.RWMutex
	value   uint64
	changed chan none
	isEnded bool
}

func (w *goWatch) send(value uint64, isEnd bool) {
	w.mu.Lock()
	was := w.changed
	w.value, w.changed, w.isEnded = value, make(chan none), isEnd
	w.mu.Unlock()
	close(was)
}

func (w *goWatch) get() (value uint64, changed <-chan none, isEnded bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.value, w.changed, w.isEnded
}

func (w *goWatch) look(seen *goCountdown, changed <-chan none) (last uint64) {
	for {
		<-changed
		value, next, isEnded := w.get()
		if isEnded {
			return last
		}
		last, changed = value, next
		seen.count()
	}
}

// watchRow is a row of the watch channel. It has no form for outside.
func watchRow(d delivery) Workload {
	machine := d.machine(func(rt *runtime.Runtime, seen *countdown) func(*future.Context, uint64) {
		tx := watch.NewSender[uint64](0)
		for range d.receivers {
			runtime.SpawnValue(rt, &looker{values: tx.Subscribe(), seen: seen})
		}
		return func(cx *future.Context, value uint64) { must(tx.Send(cx, value)) }
	})
	machine.outside = nil
	return d.row("watch", Workload{Impls: []Impl{
		machine,
		d.body(func(rt *runtime.Runtime, seen *countdown) func(*future.Context, uint64) {
			tx := watch.NewSender[uint64](0)
			for range d.receivers {
				rx := tx.Subscribe()
				runtime.Go(rt, func(cx *future.Context) (last uint64, err error) {
					defer rx.Close(cx)
					for rx.Changed(cx) == nil {
						last = rx.Get()
						seen.count(cx)
					}
					return last, nil
				})
			}
			return func(cx *future.Context, value uint64) { must(tx.Send(cx, value)) }
		}),
		d.goes(func(seen *goCountdown) (func(uint64), func()) {
			w := &goWatch{changed: make(chan none)}
			for range d.receivers {
				_, changed, _ := w.get()
				go w.look(seen, changed)
			}
			return func(value uint64) { w.send(value, false) }, func() { w.send(0, true) }
		}),
	}})
}
