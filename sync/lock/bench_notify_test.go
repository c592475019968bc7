package lock_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/lock"
)

// pingPong waits for its own notification and then gives the other's.
type pingPong struct {
	mine, other *lock.Notify
	left        int
	w           lock.Waiter
}

func (p *pingPong) Poll(cx *future.Context) (struct{}, bool, error) {
	for p.left > 0 {
		if _, ready, _ := p.mine.PollNotified(cx, &p.w); !ready {
			return struct{}{}, false, nil
		}
		p.other.NotifyOne(cx)
		p.left--
	}
	return struct{}{}, true, nil
}

// BenchmarkNotifyPingPong: one notification that another task waits for.
func BenchmarkNotifyPingPong(b *testing.B) {
	const per = 1000
	b.Run("poll", func(b *testing.B) {
		var pair [2]lock.Notify
		i := 0
		tasks(b, 2, per, func(cx *future.Context, per int) *runtime.JoinHandle[struct{}] {
			i++
			p := &pingPong{mine: &pair[i%2], other: &pair[(i+1)%2], left: per}
			if i%2 == 1 {
				p.mine.NotifyOne(cx)
			}
			return runtime.SpawnValue[struct{}](cx, p)
		})
	})
	b.Run("body", func(b *testing.B) {
		var pair [2]lock.Notify
		i := 0
		tasks(b, 2, per, func(cx *future.Context, per int) *runtime.JoinHandle[struct{}] {
			i++
			mine, other := &pair[i%2], &pair[(i+1)%2]
			if i%2 == 1 {
				mine.NotifyOne(cx)
			}
			return runtime.Go(cx, func(cx *future.Context) (struct{}, error) {
				for range per {
					if err := mine.Wait(cx); err != nil {
						return struct{}{}, err
					}
					other.NotifyOne(cx)
				}
				return struct{}{}, nil
			})
		})
	})
	b.Run("chan", func(b *testing.B) {
		ping, pong := make(chan struct{}, 1), make(chan struct{}, 1)
		go func() { // ends when ping is closed
			for range ping {
				pong <- struct{}{}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			for range per {
				ping <- struct{}{}
				<-pong
			}
		}
		close(ping)
		perOp(b, 2*per)
	})
}

// BenchmarkNotifyAll: one waiter that joins, is woken by a NotifyAll of as many as the row says, and looks.
func BenchmarkNotifyAll(b *testing.B) {
	for _, n := range []int{10, 100, 500} {
		b.Run(fmt.Sprintf("%d/poll", n), func(b *testing.B) {
			var notify lock.Notify
			ps := parties(n)
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range ps {
					p.turn(func(cx *future.Context) { _, _, _ = notify.PollNotified(cx, &p.w) })
				}
				notify.NotifyAll(nil)
				for _, p := range ps {
					p.turn(func(cx *future.Context) { _, _, _ = notify.PollNotified(cx, &p.w) })
				}
			}
			perOp(b, n)
		})
		b.Run(fmt.Sprintf("%d/cond", n), func(b *testing.B) {
			var mu sync.Mutex
			cond := sync.NewCond(&mu)
			round, done := 0, false
			var here, gone sync.WaitGroup
			here.Add(n)
			for range n {
				gone.Go(func() { // ends when done
					mu.Lock()
					defer mu.Unlock()
					for !done {
						seen := round
						here.Done()
						for round == seen {
							cond.Wait()
						}
					}
				})
			}
			next := func() {
				here.Wait()
				mu.Lock()
				defer mu.Unlock()
				here.Add(n)
				round++
				cond.Broadcast()
			}
			b.ReportAllocs()
			for b.Loop() {
				next()
			}
			perOp(b, n)
			here.Wait()
			mu.Lock()
			done = true
			round++
			cond.Broadcast()
			mu.Unlock()
			gone.Wait()
		})
	}
}
