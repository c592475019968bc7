package hand

import (
	"testing"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/waker"
)

// noTasks is a worker that is never asked for anything.
type noTasks struct{ future.Worker }

// Abort has a body call wait, which must not return, and then aborts the body.
func Abort(t testing.TB, wait func(cx *future.Context) error) {
	t.Helper()
	local := future.Local{Worker: noTasks{}}
	t.Cleanup(local.CloseBodies)
	cx := future.NewContext(&local, new(waker.Header))
	local.BeginPoll()
	body := future.Async(func(cx *future.Context) (struct{}, error) { return struct{}{}, wait(cx) })
	Pending(t, func() (struct{}, bool, error) { return body.Poll(&cx) })
	future.Drop(&cx, body)
}
