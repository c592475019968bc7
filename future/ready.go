package future

import "github.com/simmer-go/simmer/waker"

// Ready wakes w between polls, as a driver does: a task of this worker's executor is queued here, behind those that are
// ready, a foreign one where it belongs. It reports whether the task was idle and has been queued by this call. For
// drivers. Only the goroutine that polls.
func (l *Local) Ready(w waker.Waker) bool {
	h := w.Header()
	if h == nil || !h.Notify() {
		return false
	}
	switch h.Executor() {
	case l.Executor:
		l.Worker.ScheduleBack(h)
	case partExecutor:
		return l.Ready(partOf(h).enqueue())
	default:
		h.Executor().Schedule(h)
	}
	return true
}
