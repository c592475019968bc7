package agreement

import "context"

// Harness measures.
type Harness interface {
	// Measure returns what a unit of work of c costs in each sample, in nanoseconds, and whether other programs are known to have
	// disturbed them. There is at least one sample if there is no error.
	Measure(ctx context.Context, c *Case) (samples []float64, disturbed bool, err error)
}

var (
	_ Harness = (*runner)(nil)
	_ Harness = (*criterion)(nil)
	_ Harness = (*gotest)(nil)
)
