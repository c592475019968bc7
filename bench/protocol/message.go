package protocol

// OpRun is the one operation: run iterations of a workload.
const OpRun = "run"

// Hello is the first line of a peer.
type Hello struct {
	Peer    string `json:"peer"`    // the peer's name, such as "tokio"
	Version string `json:"version"` // versions of runtime and compiler, for the report
	Workers int    `json:"workers"` // as many as were asked for, or as the peer has whatever is asked for
	Rows    []Row  `json:"rows"`
}

// Row names a workload and one way to run it.
type Row struct {
	Bench string `json:"bench"`
	Impl  string `json:"impl"`
}

// Request asks for iterations of a row.
type Request struct {
	ID         int64  `json:"id"`
	Op         string `json:"op"`
	Bench      string `json:"bench"`
	Impl       string `json:"impl"`
	Iterations int64  `json:"iterations"` // at least 1; a probe's scale
}

// Answer is what a request gave. All but ID is empty if Error is not.
type Answer struct {
	ID       int64  `json:"id"`
	Units    int64  `json:"units,omitempty"`
	WallNS   int64  `json:"wall_ns,omitempty"`
	CPUNS    int64  `json:"cpu_ns,omitempty"`
	Allocs   *int64 `json:"allocs,omitempty"` // nil where unknown
	Bytes    *int64 `json:"bytes,omitempty"`  // nil where unknown
	RSSBytes int64  `json:"rss_bytes,omitempty"`
	Check    uint64 `json:"check,omitempty"`
	// Extra has further figures, most of them of probes: those named below, and others that a report may show as they are.
	Extra map[string]float64 `json:"extra,omitempty"`
	Error string             `json:"error,omitempty"`
}

// The figures of Answer.Extra that the reports know. Times are in microseconds.
const (
	RSSPerTask   = "rss_per_task" // bytes of resident memory that one task adds
	HeapKept     = "heap_kept"    // bytes of heap that stay reachable
	P50          = "p50_us"       // median latency
	P90          = "p90_us"       //
	P99          = "p99_us"       //
	P999         = "p999_us"      //
	Max          = "max_us"       // worst latency
	LatenessMean = "lateness_us_mean"
	LatenessP50  = "lateness_us_p50"
	LatenessP99  = "lateness_us_p99" // how late a timer fires
	LatenessMax  = "lateness_us_max"
	ReqPerS      = "req_per_s"     // requests served in a second
	WorstWait    = "worst_wait_us" // of tasks that were spawned from outside, one at a time, beside a load
	SpawningNS   = "spawning_ns"   // the part of a unit of work until all is spawned, in nanoseconds
	CPUNS        = "cpu_ns"        // of a unit of work, where that is not Answer.CPUNS / Units
)
