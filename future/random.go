package future

import (
	"github.com/simmer-go/simmer/internal/sy"
	"github.com/simmer-go/simmer/internal/xrand"
)

// golden is 2^32 divided by the golden ratio: its multiples are spread evenly.
const golden = 0x9e3779b9

// draws counts what was drawn without a seeded worker.
var draws sy.Uint32

// Seed fixes the random source of the polls on this worker: the same seed gives the same choices. A Local that was not
// seeded seeds itself, differently each time. For executors, before the first poll.
func (l *Local) Seed(seed uint64) {
	l.random, l.seeded = xrand.New(seed), true
}

// Random returns a number in [0, n), for choices that must be fair and need not be secret, such as which branch of a Select
// is polled first. It comes from the worker's seeded source, or, if cx is nil or has no worker, from one of the process.
// n must be positive.
func (cx *Context) Random(n uint32) uint32 {
	l := cx.Local()
	if l == nil {
		source := xrand.New(uint64(draws.Add(golden)))
		return source.Uint32n(n)
	}
	if !l.seeded {
		l.Seed(uint64(draws.Add(golden)))
	}
	return l.random.Uint32n(n)
}
