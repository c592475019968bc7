package agreement

import "context"

// Harness measures.
type Harness interface {
	// Measure returns what a unit of work of c costs in each sample, in nanoseconds. There is at least one if there is no error. The processes that
	// took them have ended.
	Measure(ctx context.Context, c *Case) (samples []float64, err error)
}

var (
	_ Harness = (*runner)(nil)
	_ Harness = (*criterion)(nil)
	_ Harness = (*gotest)(nil)
)
