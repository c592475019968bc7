package agreement

import (
	"context"
	goruntime "runtime"
)

// confined is a harness whose processes share one processor, where canConfine. Elsewhere the system places them as always.
type confined struct{ Harness }

// Measure measures from a thread of its own, from which processes inherit where they may run. The thread ends with the goroutine that is locked to it, so that nothing
// has to be undone; the processes have ended before.
func (h confined) Measure(ctx context.Context, c *Case) (samples []float64, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		goruntime.LockOSThread() // for good
		if err = confine(); err == nil {
			samples, err = h.Harness.Measure(ctx, c)
		}
	}()
	<-done
	return samples, err
}
