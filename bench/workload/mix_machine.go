package workload

import (
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
	"github.com/simmer-go/simmer/timer"
)

// mixClient is a client as a state machine.
type mixClient struct {
	chance  xorshift
	request mixRequest
	limited timer.Limited[uint64]
	start   time.Time
	asks    bool // a request is under way
	mixed
}

func (c *mixClient) Poll(cx *future.Context) (mixed, bool, error) {
	if c.took == nil {
		c.took = make([]time.Duration, 0, mixRequests)
	}
	for len(c.took) < mixRequests {
		if !c.asks {
			r := c.chance.next()
			c.start = time.Now()
			c.request = mixRequest{permits: c.request.permits, r: r}
			c.limited = timer.MakeTimeout(mixLimit, future.Future[uint64](&c.request))
			c.asks = true
		}
		answer, ready, err := c.limited.Poll(cx)
		if !ready {
			return mixed{}, false, nil
		}
		must(err)
		c.asks = false
		c.sum += answer
		c.took = append(c.took, time.Since(c.start))
	}
	return c.mixed, true, nil
}

// Drop gives up a request that is under way.
func (c *mixClient) Drop(cx *future.Context) {
	if c.asks {
		c.limited.Drop(cx)
	}
}

// mixRequest is one request as a state machine.
type mixRequest struct {
	permits  *lock.Semaphore
	r        uint64
	place    lock.Waiter
	admitted bool
	asked    [mixBackends]*handle
	answered int
	sum      uint64
}

func (r *mixRequest) Poll(cx *future.Context) (uint64, bool, error) {
	if !r.admitted {
		_, ready, err := r.permits.PollAcquire(cx, &r.place, 1)
		if !ready || err != nil {
			return 0, ready, err
		}
		r.admitted = true
		parsed := work(r.r, mixParse)
		for j := range r.asked {
			r.asked[j] = runtime.SpawnValue(cx, &mixBackend{q: parsed + uint64(j)})
		}
	}
	for ; r.answered < mixBackends; r.answered++ {
		answer, ready, err := r.asked[r.answered].Poll(cx)
		if !ready {
			return 0, false, nil
		}
		must(err)
		r.sum += answer
	}
	rendered := mixRendered(r.sum)
	r.permits.Release(cx, 1)
	return rendered, true, nil
}

// Drop leaves the queue, or gives the permit back.
func (r *mixRequest) Drop(cx *future.Context) {
	if r.admitted {
		r.permits.Release(cx, 1)
	} else {
		r.place.Drop(cx)
	}
}

// mixBackend is a backend as a state machine.
type mixBackend struct {
	q      uint64
	delay  timer.Delay
	begun  bool
	sleeps bool
}

func (b *mixBackend) Poll(cx *future.Context) (uint64, bool, error) {
	if !b.begun {
		b.begun = true
		if !sleepsFirst(b.q) {
			cx.Again()
			return 0, false, nil
		}
		b.sleeps = true
		b.delay = *timer.After(mixBackendDelay)
	}
	if b.sleeps {
		_, ready, err := b.delay.Poll(cx)
		if !ready {
			return 0, false, nil
		}
		must(err)
	}
	return mixAnswered(b.q), true, nil
}

// Drop disarms the timer.
func (b *mixBackend) Drop(cx *future.Context) { b.delay.Drop(cx) }
