package runtime

import (
	"strings"

	"github.com/simmer-go/simmer/internal/gostack"
)

const (
	// resuming and body are the functions at the top of a goroutine that waits for a body which it has resumed, and at the
	// bottom of one that runs a body, or goes on with a worker's tasks after one.
	resuming = "iter.Pull[...].func2"
	body     = "github.com/simmer-go/simmer/future.(*coroutine).loop"
	// coroutine is the state of a goroutine that waits for the other side of an iter.Pull: a body that is suspended, or
	// whoever has resumed one.
	coroutine = "coroutine"
)

// findStack returns the stack of the code that the worker's goroutine runs, or "" if it is not among list. Hand-written futures run
// on the worker's own goroutine, or on its deputy's. A body runs on another one. Nobody knows the numbers of these: it is one of those
// that run a body at this moment, as many as there are workers at most; the task's origin tells which. If several fit, all of them are returned.
func findStack(list []gostack.Goroutine, worker uint64, origin string) string {
	own := ""
	var bodies []gostack.Goroutine
	for _, g := range list {
		switch {
		case g.ID == worker && g.Innermost() != resuming:
			return g.Text
		case g.ID == worker:
			own = g.Text
		case g.State != coroutine && g.Calls(body):
			bodies = append(bodies, g)
		}
	}
	bodies = narrow(bodies, func(g gostack.Goroutine) bool { return g.Calls(origin) })
	bodies = narrow(bodies, func(g gostack.Goroutine) bool { return g.State != "running" && g.State != "runnable" })
	if len(bodies) == 0 {
		return own
	}
	var texts []string
	for _, g := range bodies {
		texts = append(texts, g.Text)
	}
	return strings.Join(texts, "\n\n")
}

// narrow returns those of list that fit, or list if none does.
func narrow(list []gostack.Goroutine, fits func(gostack.Goroutine) bool) []gostack.Goroutine {
	var rest []gostack.Goroutine
	for _, g := range list {
		if fits(g) {
			rest = append(rest, g)
		}
	}
	if len(rest) == 0 {
		return list
	}
	return rest
}
