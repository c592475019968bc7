package workload

import (
	goruntime "runtime"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const children = 10_000_000

// nursery spawns short children, a batch a poll, and lives on.
type nursery struct {
	left    int64
	spawned chan<- none
}

func (n *nursery) Poll(cx *future.Context) (none, bool, error) {
	for range 100 {
		if n.left == 0 {
			n.spawned <- none{}       //simmer:ignore blocking it has room
			return none{}, false, nil //simmer:ignore wakerless it lives until the runtime is closed
		}
		n.left--
		runtime.SpawnValue(cx, &one{1}) //simmer:ignore losthandle what finished children leave behind is what is measured
	}
	cx.Again()
	return none{}, false, nil
}

// RetainedChildren measures what a living task that has spawned short children keeps of them.
func RetainedChildren() Workload {
	return Workload{
		Name: "retained_children", Group: "memory", Unit: "one child", Title: "A task spawns short children and lives on",
		Units: 1, Check: 1, Metric: HeapKept, Scales: []int64{children}, Limit: slow,
		Impls: []Impl{
			{Name: "simmer", Probe: func(workers int, scale int64) Figures {
				rt, err := runtime.New(runtime.Config{Workers: workers})
				must(err)
				spawned := make(chan none, 1)
				before := heap()
				runtime.SpawnValue(rt, &nursery{left: scale, spawned: spawned})
				<-spawned
				kept := heap() - before
				must(rt.Close())
				return Figures{Units: scale, Check: uint64(scale), Extra: map[string]float64{protocol.HeapKept: max(kept, 0)}}
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
