package agreement

import (
	"time"

	"github.com/simmer-go/simmer/bench/measure"
)

// sampling is how each side takes the samples of a round.
type sampling struct {
	number int           // each of a process of its own: two sides that draw lots equally often
	least  time.Duration // that a sample lasts: the runner's, and in the mean of its run one of criterion's
	// run is how long criterion's ten samples are planned to take. They grow linearly, or are all alike where one iteration is long, and the first one
	// counts that is long enough: the fifth of short ones, in a process about as old as the runner's, the eighth of long ones.
	run time.Duration
}

var (
	short = sampling{number: 5, least: measure.MinSample, run: 12 * measure.MinSample}
	long  = sampling{number: 2, least: 400 * time.Millisecond, run: 3 * time.Second}
)

// aim is how long samples are planned to be, so that few are too short.
func (s sampling) aim() time.Duration { return s.least + s.least/5 }

func (c *Case) sampling() sampling {
	if c.Long {
		return long
	}
	return short
}
