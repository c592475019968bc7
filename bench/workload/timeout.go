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
	timeouts     = 10_000
	timeoutLimit = time.Second // it never passes
)

// ready is a future that is ready at its first poll.
type ready struct{}

func (ready) Poll(*future.Context) (uint64, bool, error) { return 1, true, nil }

// yieldOnce is ready at its second poll.
type yieldOnce struct{ polled bool }

func (y *yieldOnce) Poll(cx *future.Context) (uint64, bool, error) {
	if y.polled {
		return 1, true, nil
	}
	y.polled = true
	cx.Again()
	return 0, false, nil
}

// timeoutLoop puts a timeout around a new job, again and again.
type timeoutLoop struct {
	job   func() future.Future[uint64]
	f     timer.Limited[uint64]
	armed bool
	made  int
	sum   uint64
}

func (t *timeoutLoop) Poll(cx *future.Context) (uint64, bool, error) {
	for ; t.made < timeouts; t.made++ {
		if !t.armed {
			t.f = timer.MakeTimeout(timeoutLimit, t.job())
			t.armed = true
		}
		value, isReady, err := t.f.Poll(cx)
		if !isReady {
			return 0, false, nil
		}
		must(err)
		t.armed = false
		t.sum += value
	}
	sum := t.sum
	t.made, t.sum = 0, 0
	return sum, true, nil
}

// timeoutRow fills in what the rows have in common.
func timeoutRow(w Workload, job func() future.Future[uint64], goJob func(ctx context.Context)) Workload {
	w.Group, w.Metric, w.Elsewhere = "core", Time, []string{"tokio", "tokio-outside"}
	w.Units, w.Check = timeouts, timeouts
	w.Constants = []Constant{{"timeouts", timeouts}, {"limit_ms", timeoutLimit.Milliseconds()}}
	w.Impls = []Impl{
		fromWorker("simmer", func(*runtime.Runtime) body { return &timeoutLoop{job: job} }),
		fromBody(func(cx *future.Context) (sum uint64) {
			for range timeouts {
				value, err := timer.AwaitTimeout(cx, timeoutLimit, job())
				must(err)
				sum += value
			}
			return sum
		}),
		onGo(func() (sum uint64) {
			for range timeouts {
				ctx, cancel := context.WithTimeout(context.Background(), timeoutLimit)
				goJob(ctx)
				must(ctx.Err())
				cancel()
				sum++
			}
			return sum
		}),
	}
	return w
}

// TimeoutReady puts a timeout around what is ready at once.
func TimeoutReady() Workload {
	return timeoutRow(Workload{
		Name: "timeout_ready", Unit: "one timeout around a ready future",
		Title:  "A task puts a timeout around a future that is ready at once, 10,000 times",
		Source: "tokio benches/time_timeout.rs",
	}, func() future.Future[uint64] { return ready{} }, func(context.Context) {})
}

// TimeoutYield puts a timeout around one yield.
func TimeoutYield() Workload {
	return timeoutRow(Workload{
		Name: "timeout_yield", Unit: "one timeout around one yield",
		Title:  "A task puts a timeout around one yield, 10,000 times",
		Source: "tokio benches/time_timeout.rs, with a yield inside",
	}, func() future.Future[uint64] { return &yieldOnce{} }, func(context.Context) { goruntime.Gosched() })
}
