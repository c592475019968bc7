package workload

import "github.com/simmer-go/simmer/bench/protocol"

// Metric is the figure that the rows of a workload are compared by.
type Metric struct {
	Name           string // TimeName, or a name of protocol.Answer.Extra
	Label          string // for people, with the unit
	IsTime         bool   // other load on the machine disturbs it
	HigherIsBetter bool
}

// TimeName is the name of Time.
const TimeName = "ns"

// The metrics. Time is that of a unit of work.
var (
	Time       = Metric{Name: TimeName, Label: "ns", IsTime: true}
	RSSPerTask = Metric{Name: protocol.RSSPerTask, Label: "bytes RSS per task"}
	HeapKept   = Metric{Name: protocol.HeapKept, Label: "bytes of heap kept"}
	Latency    = Metric{Name: protocol.P50, Label: "p50, us", IsTime: true}
	Worst      = Metric{Name: protocol.Max, Label: "worst, us", IsTime: true}
	P99        = Metric{Name: protocol.P99, Label: "p99, us", IsTime: true}
	MeanLate   = Metric{Name: protocol.LatenessMean, Label: "mean of lateness, us", IsTime: true}
	Lateness   = Metric{Name: protocol.LatenessP99, Label: "p99 of lateness, us", IsTime: true}
	ReqPerS    = Metric{Name: protocol.ReqPerS, Label: "requests per second", IsTime: true, HigherIsBetter: true}
)
