package runtime

import (
	"errors"
	"fmt"
	"strings"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/scheduler"
)

var (
	// ErrClosed is what the JoinError of a task is that a closed runtime has refused.
	ErrClosed = errors.New("simmer: runtime is closed")
	// ErrCancelled is what the JoinError of a cancelled task is.
	ErrCancelled = future.ErrCancelled
	// ErrConsumed is returned by a handle whose result was taken before.
	ErrConsumed = errors.New("simmer: the task's result was taken before")
	// ErrInsideTask is returned by calls that would block a worker.
	ErrInsideTask = errors.New("simmer: this call blocks its goroutine and was made inside a task: use Await there, or SpawnBlocking for code that must block")
	// ErrStuck is what Close returns if polls or blocking functions did not end in time.
	ErrStuck = errors.New("simmer: tasks are stuck")
	// ErrGoexit is the panic value of a task that has called runtime.Goexit.
	ErrGoexit = scheduler.ErrGoexit
)

// StuckError names the tasks that did not end within Config.CloseTimeout. It is ErrStuck.
type StuckError struct {
	Tasks []TaskInfo
}

// Error lists the tasks: "simmer: tasks are stuck: task 7 (main.go:21) did not end in time".
func (e *StuckError) Error() string {
	return fmt.Sprintf("%v: %s did not end in time", ErrStuck, listTasks(e.Tasks))
}

// Is reports whether target is ErrStuck.
func (e *StuckError) Is(target error) bool { return target == ErrStuck }

// ShutdownError says that Shutdown's context has ended before the tasks have: these were aborted. It is the context's cause.
type ShutdownError struct {
	Cause     error
	Leftovers []TaskInfo
	// Stuck is what Close has returned after that, or nil.
	Stuck error
}

// Error tells the cause, and lists the tasks: "simmer: shutdown: context deadline exceeded: aborted task 7 (main.go:21)".
func (e *ShutdownError) Error() string {
	return fmt.Sprintf("simmer: shutdown: %v: aborted %s", e.Cause, listTasks(e.Leftovers))
}

// Unwrap returns the cause, and what Close has returned.
func (e *ShutdownError) Unwrap() []error {
	if e.Stuck == nil {
		return []error{e.Cause}
	}
	return []error{e.Cause, e.Stuck}
}

func listTasks(tasks []TaskInfo) string {
	const most = 10
	if len(tasks) == 0 {
		return "no task"
	}
	var b strings.Builder
	for i, t := range tasks {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(tasks)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if t.ID == 0 {
			fmt.Fprintf(&b, "a blocking job (%s)", t.Origin)
			continue
		}
		fmt.Fprintf(&b, "task %d", t.ID)
		if t.Name != "" {
			fmt.Fprintf(&b, " %q", t.Name)
		}
		fmt.Fprintf(&b, " (%s)", t.Origin)
	}
	return b.String()
}
