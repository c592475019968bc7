package oneshot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/oneshot"
)

func TestNewAllocatesOnceAndAChannelNever(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	in(t, 1, func(cx *future.Context) error {
		require.Equal(t, 1.0, testing.AllocsPerRun(100, func() {
			tx, rx := oneshot.New[int]()
			_ = tx.Send(cx, 1)
			_, _ = rx.Recv(cx)
			_ = tx.Closed(cx)
		}))
		ping, pong := new(oneshot.Channel[int]), new(oneshot.Channel[int])
		runtime.Go(cx, func(cx *future.Context) (none, error) {
			for {
				v, err := ping.Receiver().Recv(cx)
				if err != nil {
					return none{}, nil
				}
				ping.Reset()
				_ = pong.Sender().Send(cx, v)
			}
		})
		require.Less(t, testing.AllocsPerRun(10, func() {
			for i := range 100 {
				_ = ping.Sender().Send(cx, i)
				_, _ = pong.Receiver().Recv(cx)
				pong.Reset()
			}
		}), 1.0)
		ping.Sender().Close(cx)
		return nil
	})
}
