package scheduler

// EventKind says what has happened.
type EventKind uint8

const (
	// Spawn: Task was made.
	Spawn EventKind = iota
	// PollBegin and PollEnd are around each poll of Task, exactly paired unless the poll panics.
	PollBegin
	PollEnd
	// End: Task is complete, and its joiner can see it.
	End
	// Steal: Worker has taken N tasks from another.
	Steal
	// Park and Unpark are around each sleep of Worker.
	Park
	Unpark
	// WorkerStart and WorkerStop are the first and last of a worker's goroutine.
	WorkerStart
	WorkerStop
)

// Event is something that the scheduler does. This is the one place where it can be observed.
type Event struct {
	Kind   EventKind
	Worker int // -1: not a worker
	N      int
	Task   *Task
}

func (s *Scheduler) observe(e Event) {
	if s.observer != nil {
		s.observer(e)
	}
}
