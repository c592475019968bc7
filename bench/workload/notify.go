package workload

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

const (
	notifications = 500
	exchanges     = 1000
	notifySource  = "tokio benches/sync_notify.rs"
)

// notifyRows are those of Notify.
func notifyRows() (rows []Workload) {
	waiters := []int{10, 50, 100, 200, 500}
	for _, n := range waiters {
		rows = append(rows, notifyOne(n))
	}
	for _, n := range waiters {
		rows = append(rows, notifyWaiters(n))
	}
	return append(rows, NotifyPingPong())
}

// attendant is a standing task that counts its notifications.
type attendant struct {
	notify    *lock.Notify
	place     lock.Waiter
	delivered *atomic.Int64
}

func (a *attendant) Poll(cx *future.Context) (none, bool, error) {
	for {
		if _, ready, _ := a.notify.PollNotified(cx, &a.place); !ready {
			return none{}, false, nil
		}
		a.delivered.Add(1)
	}
}

// Drop leaves the queue.
func (a *attendant) Drop(cx *future.Context) { a.place.Drop(cx) }

func attendantBody(cx *future.Context, notify *lock.Notify, delivered *atomic.Int64) error {
	for {
		if err := notify.Wait(cx); err != nil {
			return err
		}
		delivered.Add(1)
	}
}

// spinning notifies again and again until there were enough deliveries.
func spinning(notify func(), delivered *atomic.Int64) func() uint64 {
	return func() uint64 {
		delivered.Store(0)
		for {
			notify()
			if delivered.Load() >= notifications {
				return notifications
			}
		}
	}
}

// spinningRow is a row of a goroutine that is no worker and notifies standing tasks.
func spinningRow(kind, title string, waiters int, notify func(n *lock.Notify), goes Impl) Workload {
	standing := func(name string, spawn func(rt *runtime.Runtime, n *lock.Notify, delivered *atomic.Int64)) Impl {
		return Impl{Name: name, Start: onRuntime(func(rt *runtime.Runtime) func(int64) uint64 {
			n, delivered := new(lock.Notify), new(atomic.Int64)
			for range waiters {
				spawn(rt, n, delivered)
			}
			return each(spinning(func() { notify(n) }, delivered))
		})}
	}
	return syncRow(Workload{
		Name: fmt.Sprintf("%s_%d", kind, waiters), Unit: "one delivered notification",
		Title:  fmt.Sprintf("A thread or goroutine that is no worker %s of %d waiting tasks until 500 notifications have come", title, waiters),
		Source: notifySource, Units: notifications, Check: notifications,
		Constants: []Constant{{"waiters", int64(waiters)}, {"notifications", notifications}},
		Impls: []Impl{
			standing("simmer", func(rt *runtime.Runtime, n *lock.Notify, delivered *atomic.Int64) {
				runtime.SpawnValue(rt, &attendant{notify: n, delivered: delivered})
			}),
			standing("simmer-async", func(rt *runtime.Runtime, n *lock.Notify, delivered *atomic.Int64) {
				runtime.Go(rt, func(cx *future.Context) (none, error) { return none{}, attendantBody(cx, n, delivered) })
			}),
			goes,
		},
	})
}

func notifyOne(waiters int) Workload {
	return spinningRow("notify_one", "notifies one", waiters, func(n *lock.Notify) { n.NotifyOne(nil) },
		onGoWith(func() (func() uint64, func()) {
			notified, delivered := make(chan none, 1), new(atomic.Int64)
			for range waiters {
				go func() { // ends when notified is closed
					for range notified {
						delivered.Add(1)
					}
				}()
			}
			return spinning(func() {
				select {
				case notified <- none{}:
				default:
				}
			}, delivered), func() { close(notified) }
		}))
}

// gathering is what goroutines have for a Notify that wakes all.
type gathering struct {
	mu    sync.Mutex
	cond  sync.Cond
	ended bool

	delivered atomic.Int64
}

func (g *gathering) attend() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.ended { // perhaps before the first wait
		g.cond.Wait()
		g.delivered.Add(1)
	}
}

func (g *gathering) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	g.cond.Broadcast()
}

func notifyWaiters(waiters int) Workload {
	return spinningRow("notify_waiters", "notifies all", waiters, func(n *lock.Notify) { n.NotifyAll(nil) },
		onGoWith(func() (func() uint64, func()) {
			g := new(gathering)
			g.cond.L = &g.mu
			for range waiters {
				go g.attend() // ends with g
			}
			return spinning(g.cond.Broadcast, &g.delivered), g.end
		}))
}

// exchanger answers each notification of the first Notify with one of the second.
type exchanger struct {
	mine, theirs *lock.Notify
	place        lock.Waiter
}

func (e *exchanger) Poll(cx *future.Context) (none, bool, error) {
	for {
		if _, ready, _ := e.mine.PollNotified(cx, &e.place); !ready {
			return none{}, false, nil
		}
		e.theirs.NotifyOne(cx)
	}
}

// Drop leaves the queue.
func (e *exchanger) Drop(cx *future.Context) { e.place.Drop(cx) }

// exchanging is the body that notifies and awaits the answer.
type exchanging struct {
	to, from  *lock.Notify
	place     lock.Waiter
	awaits    bool
	exchanged uint64
}

func (e *exchanging) Poll(cx *future.Context) (uint64, bool, error) {
	for e.exchanged < 2*exchanges {
		if !e.awaits {
			e.awaits = true
			e.to.NotifyOne(cx)
		}
		if _, ready, _ := e.from.PollNotified(cx, &e.place); !ready {
			return 0, false, nil
		}
		e.awaits = false
		e.exchanged += 2
	}
	exchanged := e.exchanged
	e.exchanged = 0
	return exchanged, true, nil
}

// Drop leaves the queue.
func (e *exchanging) Drop(cx *future.Context) { e.place.Drop(cx) }

// NotifyPingPong has two tasks notify each other.
func NotifyPingPong() Workload {
	return syncRow(Workload{
		Name: "notify_pingpong", Unit: "one notification",
		Title:  "A task notifies another and awaits its answer, 1,000 times",
		Source: notifySource + ", without its thread that spins", Units: 2 * exchanges, Check: 2 * exchanges,
		Constants: []Constant{{"rounds", exchanges}},
		Impls: []Impl{
			fromWorker("simmer", func(rt *runtime.Runtime) body {
				to, from := new(lock.Notify), new(lock.Notify)
				runtime.SpawnValue(rt, &exchanger{mine: to, theirs: from})
				return &exchanging{to: to, from: from}
			}),
			fromBodyOf(func(rt *runtime.Runtime) func(*future.Context) uint64 {
				to, from := new(lock.Notify), new(lock.Notify)
				runtime.Go(rt, func(cx *future.Context) (none, error) {
					for {
						if err := to.Wait(cx); err != nil {
							return none{}, err
						}
						from.NotifyOne(cx)
					}
				})
				return func(cx *future.Context) (exchanged uint64) {
					for range exchanges {
						to.NotifyOne(cx)
						must(from.Wait(cx))
						exchanged += 2
					}
					return exchanged
				}
			}),
			onGoWith(func() (func() uint64, func()) {
				to, from := make(chan none, 1), make(chan none, 1)
				go func() { // ends when to is closed
					for range to {
						from <- none{}
					}
				}()
				return func() (exchanged uint64) {
					for range exchanges {
						to <- none{}
						<-from
						exchanged += 2
					}
					return exchanged
				}, func() { close(to) }
			}),
		},
	})
}
