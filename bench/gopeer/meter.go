package gopeer

import (
	goruntime "runtime"
	"time"

	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/usage"
	"github.com/simmer-go/simmer/bench/workload"
)

// meter adds up what the timed parts of a request cost. The zero meter is ready.
type meter struct {
	wall, cpu     time.Duration
	allocs, bytes uint64
}

// clock is a workload.Clock.
func (m *meter) clock(work func()) {
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	cpu, start := usage.CPU(), time.Now()
	work()
	m.wall += time.Since(start)
	m.cpu += usage.CPU() - cpu
	goruntime.ReadMemStats(&after)
	m.allocs += after.Mallocs - before.Mallocs
	m.bytes += after.TotalAlloc - before.TotalAlloc
}

// answer tells the costs, and what the request has given.
func (m *meter) answer(f workload.Figures) protocol.Answer {
	a := protocol.Answer{
		Units: f.Units, WallNS: m.wall.Nanoseconds(), CPUNS: m.cpu.Nanoseconds(), Check: f.Check, Extra: f.Extra,
		Allocs: new(int64(m.allocs)), Bytes: new(int64(m.bytes)),
	}
	if rss, err := usage.RSS(); err == nil {
		a.RSSBytes = int64(rss)
	}
	return a
}
