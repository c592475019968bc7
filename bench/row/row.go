package row

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
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

	RSSPerTask     *float64 `json:"rss_per_task,omitempty"` // bytes
	HeapKept       *float64 `json:"heap_kept,omitempty"`    // bytes
	LatenessUsMean *float64 `json:"lateness_us_mean,omitempty"`
	LatenessUsP99  *float64 `json:"lateness_us_p99,omitempty"`
	ReqPerS        *float64 `json:"req_per_s,omitempty"`
	P50Us          *float64 `json:"p50_us,omitempty"`
	P99Us          *float64 `json:"p99_us,omitempty"`
	MaxUs          *float64 `json:"max_us,omitempty"`

	Metric  string `json:"metric,omitempty"` // the name, in JSON, of the figure that rows of this workload are compared by
	Runs    int    `json:"runs,omitempty"`   // processes that the figures are of, a sample each
	Workers int    `json:"workers"`
	Note    string `json:"note,omitempty"` // marks: disturbed, failed, few samples or runs, more workers than cores
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

// failedMark begins another one.
const failedMark = "failed:"

// MarkFailed notes why there is no figure.
func (r *Row) MarkFailed(err error) { r.Mark("%s %v", failedMark, err) }

func (r *Row) hasFailed() bool { return strings.Contains(r.Note, failedMark) }

// Disturbed reports whether other load on the machine spoils the figures.
func (r *Row) Disturbed() bool { return strings.Contains(r.Note, disturbedMark) }

// Mark adds a mark to Note, in one line.
func (r *Row) Mark(format string, args ...any) {
	if r.Note != "" {
		r.Note += "; "
	}
	r.Note += strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
}

// Median is the name of NsMedian in JSON, which times are compared by.
const Median = "ns_median"

// The names of figures that are compared in a way of their own.
const (
	rate     = "req_per_s" // more is better
	heapKept = "heap_kept"
)

// metrics are the figures that rows are compared by if they do not name one, the first that applies: the files of earlier runs do not.
var metrics = []string{Median, "rss_per_task", rate, "lateness_us_p99", "p50_us", "p99_us"}

// figure returns what r is compared by; a nil value if it has nothing.
func (r *Row) figure() (metric string, value *float64) {
	if r.Metric != "" {
		return r.Metric, r.get(r.Metric)
	}
	for _, metric := range metrics {
		if value := r.get(metric); value != nil {
			return metric, value
		}
	}
	return "", nil
}

// Set gives r the figure of that name in JSON. It does nothing if rows are compared by no such figure.
func (r *Row) Set(metric string, value float64) {
	if field := r.field(metric); field != nil {
		*field = &value
	}
}

func (r *Row) get(metric string) *float64 {
	if field := r.field(metric); field != nil {
		return *field
	}
	return nil
}

// field returns where the figure of that name stands; nil if rows are compared by no such figure.
func (r *Row) field(metric string) **float64 {
	switch metric {
	case Median:
		return &r.NsMedian
	case "rss_per_task":
		return &r.RSSPerTask
	case heapKept:
		return &r.HeapKept
	case rate:
		return &r.ReqPerS
	case "lateness_us_mean":
		return &r.LatenessUsMean
	case "lateness_us_p99":
		return &r.LatenessUsP99
	case "p50_us":
		return &r.P50Us
	case "p99_us":
		return &r.P99Us
	case "max_us":
		return &r.MaxUs
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

// check reports why r is no row: it has no name, or no figure and no word of a failure.
func (r *Row) check() error {
	if r.Bench == "" || r.Impl == "" {
		return errors.New("bench or impl is missing")
	}
	figures := []*float64{
		r.NsMin, r.NsMedian, r.NsP95, r.CPUNs, r.Allocs, r.Bytes, r.RSSPerTask, r.HeapKept, r.LatenessUsMean, r.LatenessUsP99, r.ReqPerS,
		r.P50Us, r.P99Us, r.MaxUs,
	}
	if !r.hasFailed() && !slices.ContainsFunc(figures, func(f *float64) bool { return f != nil }) {
		return fmt.Errorf("%s of %s has no figure, and no note that it failed", r.Bench, r.Impl)
	}
	return nil
}

// Read reads JSON lines until the end. Blank lines do not count. What is no row, or one without a figure that does not say that it
// has failed, is an error. An error names the line.
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
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("row: line %d: %w", n, err)
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("row: %w", err)
	}
	return rows, nil
}
