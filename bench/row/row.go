package row

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Row is one workload on one runtime at one scale. Times without another unit in their name are nanoseconds per unit of work.
// What does not apply, or could not be measured, is nil and absent in JSON.
type Row struct {
	Bench string `json:"bench"`
	Impl  string `json:"impl"`
	Unit  string `json:"unit"`
	N     int64  `json:"n"` // units of work in one iteration; a probe's scale

	NsMin    *float64 `json:"ns_min,omitempty"`
	NsMedian *float64 `json:"ns_median,omitempty"`
	NsP95    *float64 `json:"ns_p95,omitempty"`
	CPUNs    *float64 `json:"cpu_ns,omitempty"` // user and system time
	Allocs   *float64 `json:"allocs,omitempty"` // heap allocations
	Bytes    *float64 `json:"bytes,omitempty"`  // of those

	RSSPerTask    *float64 `json:"rss_per_task,omitempty"` // bytes
	LatenessUsP99 *float64 `json:"lateness_us_p99,omitempty"`
	ReqPerS       *float64 `json:"req_per_s,omitempty"`
	P50Us         *float64 `json:"p50_us,omitempty"`
	P99Us         *float64 `json:"p99_us,omitempty"`

	Workers int    `json:"workers"`
	Note    string `json:"note,omitempty"` // marks: disturbed, failed, few samples, more workers than cores
}

// Key is what makes a row the same row in another run.
type Key struct {
	Bench, Impl string
	N           int64
	Workers     int
}

// Key returns r's key.
func (r *Row) Key() Key { return Key{r.Bench, r.Impl, r.N, r.Workers} }

// disturbedMark begins a mark of Note.
const disturbedMark = "disturbed:"

// MarkDisturbed notes that others used so many cores meanwhile.
func (r *Row) MarkDisturbed(cores float64) { r.Mark("%s others used %.1f cores", disturbedMark, cores) }

// Disturbed reports whether other load on the machine spoils the figures.
func (r *Row) Disturbed() bool { return strings.Contains(r.Note, disturbedMark) }

// Mark adds a mark to Note, in one line.
func (r *Row) Mark(format string, args ...any) {
	if r.Note != "" {
		r.Note += "; "
	}
	r.Note += strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
}

// metrics are the figures that rows may be compared by, the first that applies.
var metrics = []string{"ns_median", "rss_per_task", "req_per_s", "lateness_us_p99", "p50_us", "p99_us"}

// figure returns what r is compared by; a nil value if it has nothing.
func (r *Row) figure() (metric string, value *float64) {
	for _, metric := range metrics {
		if value := r.get(metric); value != nil {
			return metric, value
		}
	}
	return "", nil
}

func (r *Row) get(metric string) *float64 {
	switch metric {
	case "ns_median":
		return r.NsMedian
	case "rss_per_task":
		return r.RSSPerTask
	case "req_per_s":
		return r.ReqPerS
	case "lateness_us_p99":
		return r.LatenessUsP99
	case "p50_us":
		return r.P50Us
	case "p99_us":
		return r.P99Us
	}
	return nil
}

// Write writes r as one JSON line.
func (r *Row) Write(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(r); err != nil {
		return fmt.Errorf("row: %w", err)
	}
	return nil
}

// Read reads JSON lines until the end. Blank lines do not count. An error names the line.
func Read(in io.Reader) ([]Row, error) {
	var rows []Row
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var r Row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("row: line %d: %w", n, err)
		}
		if r.Bench == "" || r.Impl == "" {
			return nil, fmt.Errorf("row: line %d: bench or impl is missing", n)
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("row: %w", err)
	}
	return rows, nil
}
