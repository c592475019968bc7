package workload

import (
	"context"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

type none = struct{}

// starter is the type of Impl.Start.
type starter = func(workers int) (run func(iterations int64) (check uint64), stop func())

// body is the state machine of one round. It is ready with the round's check; the poll after that begins the next one.
type body = future.Future[uint64]

// fromWorker makes an Impl whose iterations are driven by one task: make is called once and returns the body. The task of a
// request awaits the end of each iteration by the runtime's own means, so that no thread is woken in between.
func fromWorker(name string, make func(rt *runtime.Runtime) body) Impl {
	on := func(rt *runtime.Runtime) func(int64) uint64 {
		b := make(rt)
		return func(iterations int64) uint64 { return blockOn(rt, &driver{body: b, left: iterations}) }
	}
	return Impl{Name: name, Start: onRuntime(on), On: on, outside: eachBlockOn(make)}
}

// eachBlockOn starts iterations that are a BlockOn each, of a goroutine that is no worker.
func eachBlockOn(make func(rt *runtime.Runtime) body) starter {
	return onRuntime(func(rt *runtime.Runtime) func(int64) uint64 {
		b := make(rt)
		return each(func() uint64 { return blockOn(rt, b) })
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
	return fromBodyOf(func(*runtime.Runtime) func(*future.Context) uint64 { return iterate })
}

// fromBodyOf is fromBody for what shares something with standing tasks: make is called once and returns the body.
func fromBodyOf(make func(rt *runtime.Runtime) (iterate func(cx *future.Context) uint64)) Impl {
	on := func(rt *runtime.Runtime) func(int64) uint64 {
		iterate := make(rt)
		return func(iterations int64) uint64 {
			return blockOn(rt, future.Async(func(cx *future.Context) (sum uint64, err error) {
				for range iterations {
					sum += iterate(cx)
				}
				return sum, nil
			}))
		}
	}
	return Impl{
		Name:  "simmer-async",
		Start: onRuntime(on),
		On:    on,
		outside: onRuntime(func(rt *runtime.Runtime) func(int64) uint64 {
			iterate := make(rt)
			return each(func() uint64 {
				return blockOn(rt, future.Async(func(cx *future.Context) (uint64, error) { return iterate(cx), nil }))
			})
		}),
	}
}

// fromOutside makes an Impl whose iterations are run by a goroutine that is no worker.
func fromOutside(name string, iterate func(rt *runtime.Runtime) uint64) Impl {
	return Impl{Name: name, Start: onRuntime(func(rt *runtime.Runtime) func(int64) uint64 {
		return each(func() uint64 { return iterate(rt) })
	})}
}

// onRuntime builds a runtime for what build makes of it.
func onRuntime(build func(rt *runtime.Runtime) func(iterations int64) uint64) starter {
	return func(workers int) (func(int64) uint64, func()) {
		rt := newRuntime(workers)
		return build(rt), func() { must(rt.Close()) }
	}
}

func newRuntime(workers int) *runtime.Runtime {
	rt, err := runtime.New(runtime.Config{Workers: workers})
	must(err)
	return rt
}

// blockOn runs f as a task and waits for its value.
func blockOn[T any](rt *runtime.Runtime, f future.Future[T]) T {
	value, err := runtime.BlockOn(context.Background(), rt, f)
	must(err)
	return value
}

// onGo makes an Impl whose iterations are run by a goroutine: the impl go.
func onGo(iterate func() uint64) Impl {
	return Impl{Name: "go", Start: func(int) (func(int64) uint64, func()) { return each(iterate), func() {} }}
}

// onGoWith is onGo for what shares something with standing goroutines: make is called once, and stop ends them.
func onGoWith(make func() (iterate func() uint64, stop func())) Impl {
	return Impl{Name: "go", Start: func(int) (func(int64) uint64, func()) {
		iterate, stop := make()
		return each(iterate), stop
	}}
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

// inRounds makes iterations of n rounds of what the impls have been given as iterations.
func inRounds(n int64, impls ...Impl) []Impl {
	rounds := func(start starter) starter {
		if start == nil {
			return nil
		}
		return func(workers int) (func(int64) uint64, func()) {
			run, stop := start(workers)
			return func(iterations int64) uint64 { return run(n * iterations) }, stop
		}
	}
	for i := range impls {
		impls[i].Start, impls[i].outside = rounds(impls[i].Start), rounds(impls[i].outside)
		if on := impls[i].On; on != nil {
			impls[i].On = func(rt *runtime.Runtime) func(int64) uint64 {
				run := on(rt)
				return func(iterations int64) uint64 { return run(n * iterations) }
			}
		}
	}
	return impls
}

// alsoOutside adds the impl simmer-outside: the body of simmer, driven by a goroutine that is no worker.
func alsoOutside(w Workload) Workload {
	for _, impl := range w.Impls {
		if impl.Name == "simmer" {
			w.Impls = append(w.Impls, Impl{Name: "simmer-outside", Start: impl.outside})
			break
		}
	}
	return w
}
