package measure

import (
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"

	"github.com/simmer-go/simmer/bench/usage"
)

// Load tells how busy the machine is.
type Load interface {
	// Busy returns the processor time that the whole machine has used so far, with what a host has taken away.
	Busy() (time.Duration, error)
}

// System is the Load of this machine.
type System struct{}

// Busy returns the processor time used since the machine started.
func (System) Busy() (time.Duration, error) {
	all, err := cpu.Times(false)
	if err != nil {
		return 0, fmt.Errorf("measure: load of the machine: %w", err)
	}
	if len(all) != 1 {
		return 0, fmt.Errorf("measure: load of the machine: %d figures", len(all))
	}
	t := all[0]
	seconds := t.User + t.Nice + t.System + t.Irq + t.Softirq + t.Steal
	return time.Duration(seconds * float64(time.Second)), nil
}

const (
	// maxOther is how many cores others may use. Below this no effect on a row was seen.
	maxOther = 0.15
	// tickSlack is how far the system's count may be off between two looks: it counts in hundredths of a second, on each
	// processor.
	tickSlack = 20 * time.Millisecond
)

// other is the load of others over some time.
type other struct {
	used, wall time.Duration
	unknown    bool
}

func (o *other) add(more other) {
	o.used += more.used
	o.wall += more.wall
	o.unknown = o.unknown || more.unknown
}

// disturbs reports whether others have used more than a row bears.
func (o *other) disturbs() bool {
	return !o.unknown && o.used-tickSlack > time.Duration(maxOther*float64(o.wall))
}

// cores is the mean number of cores that others have used.
func (o *other) cores() float64 { return max(0, o.used.Seconds()/o.wall.Seconds()) }

// Watch looks at what others use of the machine while this process, and processes that it starts and waits for, measure. One at a time.
type Watch struct {
	load  Load
	start time.Time
	busy  time.Duration
	own   time.Duration // of this process and its children before
	err   error
}

// NewWatch begins to look.
func NewWatch(load Load) *Watch {
	w := &Watch{load: load, start: time.Now(), own: usage.CPU() + usage.ChildrenCPU()}
	w.busy, w.err = load.Busy()
	return w
}

// Disturbed reports whether others have used more than a row bears since NewWatch; not if the load is unknown. Processes that still run count as others.
func (w *Watch) Disturbed() bool {
	load := w.end()
	return load.disturbs()
}

// end returns the load of others since NewWatch.
func (w *Watch) end() other {
	busy, err := w.load.Busy()
	own := usage.CPU() + usage.ChildrenCPU() - w.own
	return other{used: busy - w.busy - own, wall: time.Since(w.start), unknown: w.err != nil || err != nil}
}
