package runtime_test

import (
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
)

func looks() (rounds int) {
	if testing.Short() || invariant.Enabled {
		return 5000
	}
	return 20_000
}

// The last child ends while the scope is polled: now and then between the look and the storing of the waker.
func TestNoEndOfAChildIsLostBesideAPollOfItsScope(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	must(t, rt, func(cx *future.Context) {
		for round := range looks() / 2 {
			err := runtime.Scope(cx, func(n *runtime.Nursery) error {
				var begun, end atomic.Bool
				runtime.Go(n.On(rt), func(*future.Context) (int, error) { // on the other worker
					begun.Store(true)
					for i := 1; !end.Load(); i++ { // the end is to come within nanoseconds
						if i%100_000 == 0 {
							goruntime.Gosched()
						}
					}
					return 1, nil
				})
				for !begun.Load() {
					goruntime.Gosched()
				}
				end.Store(true)
				for range round % 1000 {
					end.Load()
				}
				return nil
			})
			require.NoError(t, err)
		}
	})
}

// The nursery is cancelled while somebody begins to wait for that.
func TestNoCancellationIsLostBesideAPoll(t *testing.T) {
	var next atomic.Pointer[runtime.Nursery]
	stop := make(chan none)
	stopped := make(chan none)
	go func() {
		defer close(stopped)
		for i := 1; !done(stop); i++ {
			if n := next.Swap(nil); n != nil {
				n.Cancel()
			} else if i%10_000 == 0 {
				goruntime.Gosched()
			}
		}
	}()
	for round := range looks() {
		n := &runtime.Nursery{}
		h := newHand()
		next.Store(n)
		for range round % 1000 {
			next.Load()
		}
		if isReady(h, future.Func(n.PollCancelled)) {
			continue
		}
		deadline := time.Now().Add(patience)
		for h.woken.Load() == 0 {
			require.True(t, time.Now().Before(deadline), "the wake was lost")
			goruntime.Gosched()
		}
	}
	close(stop)
	receive(t, stopped)
}
