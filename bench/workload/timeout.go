package workload

import (
	"context"
	goruntime "runtime"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

const (
	timeouts    = 10_000
	longTimeout = time.Minute
)

// ready is a future that is ready at its first poll.
type ready struct{}

func (ready) Poll(*future.Context) (none, bool, error) { return none{}, true, nil }

// yieldOnce is ready at its second poll.
type yieldOnce struct{ polled bool }

func (y *yieldOnce) Poll(cx *future.Context) (none, bool, error) {
	if y.polled {
		return none{}, true, nil
	}
	y.polled = true
	cx.Again()
	return none{}, false, nil
}

// timeoutLoop awaits a timeout around a new inner future, many times, as a state machine.
type timeoutLoop struct {
	left  int
	inner func() future.Future[none]
	f     timer.Limited[none]
	armed bool
	done  chan<- none
}

func (t *timeoutLoop) Poll(cx *future.Context) (none, bool, error) {
	for t.left > 0 {
		if !t.armed {
			t.f = timer.MakeTimeout(longTimeout, t.inner())
			t.armed = true
		}
		_, isReady, err := t.f.Poll(cx)
		if !isReady {
			return none{}, false, nil
		}
		must(err)
		t.armed = false
		t.left--
	}
	t.done <- none{}
	return none{}, true, nil
}

func timeoutRow(name, unit string, inner func() future.Future[none], goInner func(ctx context.Context)) Workload {
	return Workload{Name: name, Unit: unit, Ops: timeouts, Impls: []Impl{
		onSimmer("simmer", func(rt *runtime.Runtime, done chan<- none) {
			runtime.SpawnValue(rt, &timeoutLoop{left: timeouts, inner: inner, done: done})
		}),
		onSimmer("simmer-async", func(rt *runtime.Runtime, done chan<- none) {
			rootBody(rt, func(cx *future.Context) {
				for range timeouts {
					_, err := timer.AwaitTimeout(cx, longTimeout, inner())
					must(err)
				}
				done <- none{}
			})
		}),
		onGo(func(done chan<- none) {
			go func() {
				for range timeouts {
					ctx, cancel := context.WithTimeout(context.Background(), longTimeout)
					goInner(ctx)
					must(ctx.Err())
					cancel()
				}
				done <- none{}
			}()
		}),
	}}
}

// TimeoutReady puts a timeout around what is ready at once.
func TimeoutReady() Workload {
	return timeoutRow("timeout_ready", "one timeout around a ready future",
		func() future.Future[none] { return ready{} }, func(context.Context) {})
}

// TimeoutYield puts a timeout around one yield.
func TimeoutYield() Workload {
	return timeoutRow("timeout_yield", "one timeout around one yield",
		func() future.Future[none] { return &yieldOnce{} }, func(context.Context) { goruntime.Gosched() })
}
