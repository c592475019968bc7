package workload

import (
	goruntime "runtime"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	children      = 10_000_000
	childrenAPoll = 100
)

// child is a task that returns 1, and is counted by polled.
type child struct{ one }

func (c *child) Poll(cx *future.Context) (uint64, bool, error) {
	polled.Add(1)
	return c.one.Poll(cx)
}

// nursery spawns short children, a batch a poll, and lives on.
type nursery struct{ left int64 }

func (n *nursery) Poll(cx *future.Context) (none, bool, error) {
	for range childrenAPoll {
		if n.left == 0 {
			return none{}, false, nil //simmer:ignore wakerless it lives until the runtime is closed
		}
		n.left--
		runtime.SpawnValue(cx, &child{one{1}}) //simmer:ignore losthandle what finished children leave behind is what is measured
	}
	cx.Again()
	return none{}, false, nil
}

// nurseryGo is nursery as a goroutine, which lives until end is closed.
func nurseryGo(left int64, end <-chan none) {
	for ; left > 0; left-- {
		go func() { polled.Add(1) }()
		if left%childrenAPoll == 0 {
			goruntime.Gosched()
		}
	}
	<-end
}

// retained measures what is kept of scale children, which start has somebody spawn who lives on.
func retained(scale int64, clock Clock, start func()) Figures {
	polled.Store(0)
	before := heap()
	clock(func() {
		start()
		await(scale)
	})
	kept := heap() - before
	return Figures{Units: scale, Check: uint64(polled.Load()), Extra: map[string]float64{protocol.HeapKept: max(kept, 0)}}
}

// RetainedChildren measures what a living task that has spawned short children keeps of them.
func RetainedChildren() Workload {
	return Workload{
		Name: "retained_children", Group: "memory", Unit: "one child", Title: "A task spawns short children and lives on",
		Units: 1, Check: 1, Constants: []Constant{{"children_a_poll", childrenAPoll}},
		Metric: HeapKept, Scales: []int64{children}, Limit: slow,
		Impls: []Impl{
			{Name: "simmer", Probe: func(workers int, scale int64, clock Clock) Figures {
				rt := newRuntime(workers)
				f := retained(scale, clock, func() { runtime.SpawnValue(rt, &nursery{left: scale}) })
				must(rt.Close())
				return f
			}},
			{Name: "go", Probe: func(_ int, scale int64, clock Clock) Figures {
				end := make(chan none)
				defer close(end)
				return retained(scale, clock, func() { go nurseryGo(scale, end) })
			}},
		},
	}
}

func heap() float64 {
	goruntime.GC()
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
