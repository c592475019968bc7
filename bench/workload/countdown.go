package workload

import (
	"sync/atomic"

	"github.com/simmer-go/simmer/future"
)

// countdown ends an iteration: each of its tasks counts down, and the last one signals.
type countdown struct {
	left atomic.Int64
	done oneshot
}

// count counts down. cx is that of the task that has ended.
func (c *countdown) count(cx *future.Context) {
	if c.left.Add(-1) == 0 {
		c.done.send(cx)
	}
}

// counter is a task that only counts down.
type counter struct{ *countdown }

func (c *counter) Poll(cx *future.Context) (none, bool, error) {
	c.count(cx)
	return none{}, true, nil
}

// counted is the body of iterations that start tasks and wait until they have counted down from n. Each count is worth that much of
// the check.
type counted struct {
	n       int64
	worth   uint64
	start   func(cx *future.Context, c *countdown)
	end     countdown
	running bool
}

func (b *counted) Poll(cx *future.Context) (uint64, bool, error) {
	if !b.running {
		b.running = true
		b.end.left.Store(b.n)
		b.start(cx, &b.end)
	}
	if _, ready, _ := b.end.done.PollRecv(cx); !ready {
		return 0, false, nil
	}
	b.running = false
	return b.worth * uint64(b.n-b.end.left.Load()), true, nil
}

// countedBody is counted as straight-line code.
func countedBody(n int64, worth uint64, start func(cx *future.Context, c *countdown)) Impl {
	c := new(countdown)
	return fromBody(func(cx *future.Context) uint64 {
		c.left.Store(n)
		start(cx, c)
		c.done.recv(cx)
		return worth * uint64(n-c.left.Load())
	})
}

// goCountdown is countdown for goroutines.
type goCountdown struct {
	left atomic.Int64
	done chan none
}

func (c *goCountdown) count() {
	if c.left.Add(-1) == 0 {
		c.done <- none{}
	}
}

// countedGo is counted with goroutines.
func countedGo(n int64, worth uint64, start func(c *goCountdown)) Impl {
	c := &goCountdown{done: make(chan none, 1)}
	return onGo(func() uint64 {
		c.left.Store(n)
		start(c)
		<-c.done
		return worth * uint64(n-c.left.Load())
	})
}
