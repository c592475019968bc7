package runtime_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
	"fmt"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/timer"
)

type one struct{ n *atomic.Int64 }

func (o *one) Poll(cx *future.Context) (int, bool, error) { o.n.Add(1); return 1, true, nil }

func TestSmoke(t *testing.T) {
	for _, io := range []runtime.IO{runtime.IOOff, runtime.IOAuto} {
		rt, err := runtime.New(runtime.Config{Workers: 2, IO: io})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		v, err := runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (int, error) {
			sum := 0
			var n atomic.Int64
			for range 10000 {
				h := runtime.SpawnValue(cx, &one{&n})
				v, err := h.Await(cx)
				if err != nil {
					return 0, err
				}
				sum += v
			}
			h := runtime.Go(cx, func(cx *future.Context) (string, error) {
				return "done", timer.Sleep(cx, 20*time.Millisecond)
			})
			s, err := h.Await(cx)
			fmt.Println(s, err)
			return sum, err
		}))
		fmt.Println(v, err, time.Since(start), rt.Metrics())
		if err := rt.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
