package workload

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

type none = struct{}

// body is the state machine of one iteration. It is ready with the iteration's check; the poll after that begins the next one.
type body = future.Future[uint64]

// fromWorker makes an Impl whose iterations are driven by one task: make is called once and returns the body. The task of a
// request awaits the end of each iteration by the runtime's own means, so that no thread is woken in between.
func fromWorker(name string, make func(rt *runtime.Runtime) body) Impl {
	return onSimmer(name, func(rt *runtime.Runtime) func(int64) uint64 {
		b := make(rt)
		return func(iterations int64) uint64 {
			check, err := runtime.BlockOn(context.Background(), rt, future.Future[uint64](&driver{body: b, left: iterations}))
			must(err)
			return check
		}
	})
}

// driver is the task of a request.
type driver struct {
	body body
	left int64
	sum  uint64
}

func (d *driver) Poll(cx *future.Context) (uint64, bool, error) {
	for d.left > 0 {
		check, ready, err := d.body.Poll(cx)
		if !ready {
			return 0, false, nil
		}
		must(err)
		d.sum += check
		d.left--
	}
	return d.sum, true, nil
}

// fromBody is fromWorker for straight-line code: the impl simmer-async.
func fromBody(iterate func(cx *future.Context) uint64) Impl {
	return onSimmer("simmer-async", func(rt *runtime.Runtime) func(int64) uint64 {
		return func(iterations int64) uint64 {
			check, err := runtime.BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (sum uint64, err error) {
				for range iterations {
					sum += iterate(cx)
				}
				return sum, nil
			}))
			must(err)
			return check
		}
	})
}

// fromOutside makes an Impl whose iterations are run by a goroutine that is no worker.
func fromOutside(name string, iterate func(rt *runtime.Runtime) uint64) Impl {
	return onSimmer(name, func(rt *runtime.Runtime) func(int64) uint64 {
		return each(func() uint64 { return iterate(rt) })
	})
}

// onSimmer makes an Impl of a function that is given the runtime and returns what runs iterations.
func onSimmer(name string, build func(rt *runtime.Runtime) func(iterations int64) uint64) Impl {
	return Impl{Name: name, Start: func(workers int) (func(int64) uint64, func()) {
		rt, err := runtime.New(runtime.Config{Workers: workers})
		must(err)
		return build(rt), func() { must(rt.Close()) }
	}}
}

// onGo makes an Impl whose iterations are run by a goroutine: the impl go.
func onGo(iterate func() uint64) Impl {
	return Impl{Name: "go", Start: func(int) (func(int64) uint64, func()) { return each(iterate), func() {} }}
}

// each runs iterations one after the other and adds up what they compute.
func each(iterate func() uint64) func(iterations int64) uint64 {
	return func(iterations int64) (sum uint64) {
		for range iterations {
			sum += iterate()
		}
		return sum
	}
}
