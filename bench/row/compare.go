package row

import "math"

// Outcome is how a row stands beside the same row of an earlier run.
type Outcome string

// The outcomes.
const (
	Faster Outcome = "faster" // or smaller, or more requests: better
	Slower Outcome = "SLOWER" // or larger: worse
	Same   Outcome = "same"   // the difference is not larger than the noise
	Unsure Outcome = "unsure" // other programs disturbed one of the runs by as much
	New    Outcome = "new"
	Gone   Outcome = "gone"
	Failed Outcome = "failed"
	// NoValue is of a run that went well and wrote none of the figures that the other one has.
	NoValue Outcome = "no figure"
)

// Change is a row beside the same row of an earlier run.
type Change struct {
	Key
	Metric   string // the figure that is compared, as in JSON
	Old, New *float64
	// Percent is how far New lies above Old.
	Percent *float64
	Outcome Outcome
}

// noiseBand is the difference that counts as noise for figures that come without minimum and median: latencies and memory of two
// runs of the same program differ by as much.
const noiseBand = 0.10

// heapNoise is how many bytes of heap may come and go with the program around what is measured. A leak of one byte a task is
// a hundred times as much.
const heapNoise = 64 << 10

// Compare lays the rows of a run beside those of an earlier one: in the order of new, then what is gone.
//
// What is compared is the figure that the new row names. If the earlier run did not write it, it is the first that both have.
// Times differ if the stretch from minimum to median of one run lies wholly above that of the other. Other figures differ if
// they are more than 10 % apart, bytes of heap if it is more than 64 KiB besides.
func Compare(old, new []Row) []Change {
	before := map[Key]*Row{}
	for i := range old {
		before[old[i].Key()] = &old[i]
	}
	var changes []Change
	for i := range new {
		key := new[i].Key()
		changes = append(changes, change(before[key], &new[i]))
		delete(before, key)
	}
	for i := range old {
		if before[old[i].Key()] != nil {
			changes = append(changes, change(&old[i], nil))
		}
	}
	return changes
}

// change compares two rows of the same key; one may be nil.
func change(old, new *Row) Change {
	switch {
	case old == nil:
		c := Change{Key: new.Key(), Outcome: New}
		c.Metric, c.New = new.figure()
		return c
	case new == nil:
		c := Change{Key: old.Key(), Outcome: Gone}
		c.Metric, c.Old = old.figure()
		return c
	}
	c := Change{Key: new.Key(), Metric: common(old, new)}
	c.Old, c.New = old.get(c.Metric), new.get(c.Metric)
	if c.New == nil || c.Old == nil {
		c.Outcome = NoValue
		if old.hasFailed() || new.hasFailed() {
			c.Outcome = Failed
		}
		return c
	}
	if *c.Old != 0 {
		percent := 100 * (*c.New - *c.Old) / *c.Old
		c.Percent = &percent
	}
	switch {
	case !apart(c.Metric, old, new):
		c.Outcome = Same
	case old.Disturbed() || new.Disturbed():
		c.Outcome = Unsure
	case (*c.New < *c.Old) != (c.Metric == rate):
		c.Outcome = Faster
	default:
		c.Outcome = Slower
	}
	return c
}

// common returns what two rows of the same key are compared by.
func common(old, new *Row) string {
	named, value := new.figure()
	if value == nil || old.get(named) != nil {
		return named
	}
	for _, metric := range metrics {
		if old.get(metric) != nil && new.get(metric) != nil {
			return metric
		}
	}
	return named
}

// apart reports whether the figures differ by more than noise.
func apart(metric string, old, new *Row) bool {
	a, b := *old.get(metric), *new.get(metric)
	if metric == Median && old.NsMin != nil && new.NsMin != nil {
		return *new.NsMin > a || *old.NsMin > b
	}
	if metric == heapKept && math.Abs(a-b) <= heapNoise {
		return false
	}
	return max(a, b) > min(a, b)*(1+noiseBand)
}
