package workload

import (
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

type none = struct{}

// onSimmer makes an Impl of a function that starts one run on rt and is told through done, once, that it has ended.
func onSimmer(name string, run func(rt *runtime.Runtime, done chan<- none)) Impl {
	return Impl{Name: name, Start: func() (func(), func()) {
		rt, err := runtime.New(runtime.Config{Workers: Workers})
		must(err)
		done := make(chan none, 1)
		return func() {
				run(rt, done)
				<-done
			}, func() {
				must(rt.Close())
			}
	}}
}

// onGo makes an Impl of a function that starts one run of goroutines.
func onGo(run func(done chan<- none)) Impl {
	return Impl{Name: "go", Start: func() (func(), func()) {
		done := make(chan none, 1)
		return func() {
			run(done)
			<-done
		}, func() {}
	}}
}

// root makes a task of a closure, once per run, for roots whose own cost does not count.
func root(rt *runtime.Runtime, f func(cx *future.Context)) {
	runtime.Spawn(rt, future.Func(func(cx *future.Context) (none, bool, error) {
		f(cx)
		return none{}, true, nil
	}))
}

// rootBody is root for bodies.
func rootBody(rt *runtime.Runtime, f func(cx *future.Context)) {
	runtime.Go(rt, func(cx *future.Context) (none, error) {
		f(cx)
		return none{}, nil
	})
}
