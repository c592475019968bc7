package mpsc_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/mpsc"
)

func TestTheSteadyStateAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	in(t, 1, func(cx *future.Context) error {
		tx, rx := mpsc.New[int](10)
		utx, urx := mpsc.NewUnbounded[int]()
		buf := make([]int, 500)
		for name, round := range map[string]func(){
			"bounded": func() {
				for i := range 10 {
					_ = tx.Send(cx, i)
				}
				for range 10 {
					_, _ = rx.Recv(cx)
				}
			},
			"unbounded": func() {
				for i := range 500 {
					_ = utx.Send(cx, i)
				}
				_, _ = urx.RecvMany(cx, buf)
			},
			"permits": func() {
				one, _ := tx.Reserve(cx)
				many, _ := tx.ReserveMany(cx, 5)
				one.Send(cx, 1)
				many.Send(cx, 2)
				many.Release(cx)
				_, _ = rx.RecvMany(cx, buf)
			},
			"all": func() {
				_ = tx.Send(cx, 1)
				for range rx.All(cx) {
					break
				}
			},
		} {
			for range 200 { // a body's stack and the channel's blocks grow first
				round()
			}
			require.Zero(t, testing.AllocsPerRun(200, round), name)
		}
		return nil
	})
}

// Two tasks that wait for each other in turn, one for room and one for values.
func TestWaitingAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	in(t, 1, func(cx *future.Context) error {
		tx, rx := mpsc.New[int](1)
		runtime.Go(cx, func(cx *future.Context) (none, error) {
			for i := 0; ; i++ {
				if err := tx.Send(cx, i); err != nil {
					return none{}, nil
				}
			}
		})
		round := func() {
			for range 100 {
				_, _ = rx.Recv(cx)
			}
		}
		round()
		// Other goroutines of the runtime allocate now and then, the collector empties pools: less than one in a hundred waits.
		require.Less(t, testing.AllocsPerRun(200, round), 1.0)
		rx.Drop(cx)
		return nil
	})
}
