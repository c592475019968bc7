package workload

import (
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
	"github.com/simmer-go/simmer/timer"
)

// mixClientBody is a client as straight-line code.
func mixClientBody(cx *future.Context, number int, permits *lock.Semaphore) (m mixed) {
	chance := mixChance(number)
	m.took = make([]time.Duration, 0, mixRequests)
	for range mixRequests {
		r := chance.next()
		start := time.Now()
		answer, err := timer.AwaitTimeout(cx, mixLimit, future.Async(func(cx *future.Context) (uint64, error) {
			return mixRequestBody(cx, r, permits)
		}))
		must(err)
		m.sum += answer
		m.took = append(m.took, time.Since(start))
	}
	return m
}

func mixRequestBody(cx *future.Context, r uint64, permits *lock.Semaphore) (sum uint64, err error) {
	if err := permits.Acquire(cx, 1); err != nil {
		return 0, err
	}
	defer permits.Release(cx, 1)
	parsed := work(r, mixParse)
	var asked [mixBackends]*handle
	for j := range asked {
		q := parsed + uint64(j)
		asked[j] = runtime.Go(cx, func(cx *future.Context) (uint64, error) {
			if sleepsFirst(q) {
				must(timer.Sleep(cx, mixBackendDelay))
			} else {
				must(future.Yield(cx))
			}
			return mixAnswered(q), nil
		})
	}
	for _, h := range asked {
		answer, err := h.Await(cx)
		if err != nil {
			return 0, err
		}
		sum += answer
	}
	return mixRendered(sum), nil
}
