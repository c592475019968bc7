package agreement

import (
	"context"
	"errors"
)

// confined is a harness whose processes share one processor.
type confined struct{ Harness }

// Measure confines the thread that starts the processes, from which they inherit it.
func (h confined) Measure(ctx context.Context, c *Case) (samples []float64, disturbed bool, err error) {
	release, err := confine()
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, release()) }()
	return h.Harness.Measure(ctx, c)
}
