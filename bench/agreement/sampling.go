package agreement

import (
	"time"

	"github.com/simmer-go/simmer/bench/measure"
)

// sampling is how each side takes the samples of a round.
type sampling struct {
	number int           // each of a process of its own: two sides that draw lots equally often
	least  time.Duration // that a sample lasts: the runner's, the testing package's, and in the mean of its run one of criterion's
	// run is how long criterion's ten samples are planned to take. They grow linearly, and the first one counts that is long enough: the fifth of short ones, in
	// a process about as old as the runner's, the eighth of long ones. Where one iteration is long, which among tokio's rows none is, they are all alike.
	run time.Duration
}

var (
	shortSamples = sampling{number: 5, least: measure.MinSample, run: 12 * measure.MinSample}
	// longSamples last many slices of 3 ms, which Linux gives to threads that are more than its processors, and are little changed by the first 30 ms of a
	// new runtime. Each is as much work as twenty short ones.
	longSamples = sampling{number: 2, least: 400 * time.Millisecond, run: 3 * time.Second}
)

func (c *Case) sampling() sampling {
	if c.Long {
		return longSamples
	}
	return shortSamples
}
