package workload

import (
	"context"
	goruntime "runtime"
	"time"
)

// mixClientGo is a client on a goroutine.
func mixClientGo(number int, permits chan none) (m mixed) {
	chance := mixChance(number)
	m.took = make([]time.Duration, 0, mixRequests)
	for range mixRequests {
		r := chance.next()
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), mixLimit)
		answer, err := mixRequestGo(ctx, r, permits)
		cancel()
		must(err)
		m.sum += answer
		m.took = append(m.took, time.Since(start))
	}
	return m
}

func mixRequestGo(ctx context.Context, r uint64, permits chan none) (sum uint64, err error) {
	select {
	case permits <- none{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-permits }()
	parsed := work(r, mixParse)
	var asked [mixBackends]chan uint64
	for j := range asked {
		q := parsed + uint64(j)
		asked[j] = goTask(func() uint64 {
			if sleepsFirst(q) {
				time.Sleep(mixBackendDelay)
			} else {
				goruntime.Gosched()
			}
			return mixAnswered(q)
		})
	}
	for _, backend := range asked {
		select {
		case answer := <-backend:
			sum += answer
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return mixRendered(sum), nil
}
