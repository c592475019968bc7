package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/gostack"
	"github.com/simmer-go/simmer/scheduler"
	"github.com/simmer-go/simmer/waker"
)

// Run builds a runtime with the zero Config, runs body as its root task, closes the runtime and returns body's error: the
// main of a program. Tasks that are left when body returns are aborted. A panic in body is a *JoinError. Run handles no signal:
// for Ctrl-C use New, and BlockOn with the context of signal.NotifyContext. Panics that nobody waits for are not logged: for a
// Logger use New. Inside a task it
// returns ErrInsideTask.
func Run(body func(cx *future.Context) error) error {
	if body == nil {
		return future.ErrNilFuture
	}
	if insideTask() {
		return ErrInsideTask
	}
	rt, err := New(Config{})
	if err != nil {
		return err
	}
	_, err = BlockOn(context.Background(), rt, future.Async(func(cx *future.Context) (struct{}, error) {
		return struct{}{}, body(cx)
	}))
	if stuck := rt.Close(); stuck != nil {
		return errors.Join(err, stuck)
	}
	return err
}

// BlockOn runs f as a task of rt and waits for its result: the way in for ordinary goroutines. If ctx ends first the task is
// aborted, and BlockOn returns ctx's cause when the task has ended; it waits for that at most Config.CloseTimeout, and then
// returns a *StuckError too; should the task panic after all, that is logged. Inside a task it returns ErrInsideTask. Any
// goroutine that is not a task.
func BlockOn[T any](ctx context.Context, rt *Runtime, f future.Future[T]) (value T, err error) {
	if insideTask() {
		return value, ErrInsideTask
	}
	h := Spawn(rt, f)
	if err := waitTask(ctx, &h.task); err != nil {
		h.Abort()
		ending, cancel := context.WithTimeout(context.Background(), rt.config.CloseTimeout)
		defer cancel()
		if waitTask(ending, &h.task) != nil {
			h.task.GiveUp()
			stuck := TaskInfo{ID: h.ID(), State: scheduler.StateRunning, Origin: h.task.Origin()}
			return value, errors.Join(err, &StuckError{Tasks: []TaskInfo{stuck}})
		}
		if h.Outcome() == Cancelled {
			return value, err
		}
	}
	return h.take()
}

// waitTask blocks until t has ended, or ctx: then it returns ctx's cause.
func waitTask(ctx context.Context, t *scheduler.Task) error {
	p := waker.NewParker()
	for !t.AwaitEnd(p.Waker()) {
		if err := p.Park(ctx); err != nil {
			t.LeaveEnd(p.Waker())
			return err
		}
	}
	return nil
}

// insideTask reports whether the calling goroutine is a worker's or a body's.
func insideTask() bool {
	return gostack.Inside(
		"github.com/simmer-go/simmer/scheduler.(*Worker).main",
		"github.com/simmer-go/simmer/future.(*coroutine).loop",
	)
}

// insideBlocking reports whether the calling goroutine is one of the pool's: to wait for the pool there is to wait for oneself.
func insideBlocking() bool {
	return gostack.Inside("github.com/simmer-go/simmer/runtime.(*pool).work")
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// waitFor waits for ch at most d, and reports whether it was closed.
func waitFor(ch <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ch:
		return true
	case <-t.C:
		return false
	}
}
