package runtime

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/gostack"
)

// The parts of a dump: a worker that has resumed a body, one that polls a hand-written future, and bodies in three states.
const (
	resumes   = "goroutine 1 [coroutine]:\niter.Pull[...].func2()\n\titer.go:317 +0x5b\nscheduler.(*Worker).poll(0x1)\n\tpoll.go:1\n"
	polls     = "goroutine 2 [semacquire]:\nsync.runtime_Semacquire(0x1)\n\tsema.go:1\nscheduler.(*Worker).poll(0x1)\n\tpoll.go:1\n"
	suspended = "goroutine 3 [coroutine]:\niter.Pull[...].func1.1()\n\titer.go:1\nmain.cook(0x1)\n\tcook.go:1\n" + runsBody
	cooks     = "goroutine 4 [chan receive, 2 minutes]:\nmain.cook(0x1)\n\tcook.go:2\n" + runsBody
	cooksToo  = "goroutine 5 [sleep]:\nmain.cook.func1()\n\tcook.go:3\n" + runsBody
	runs      = "goroutine 6 [running]:\nmain.cook(0x1)\n\tcook.go:4\n" + runsBody
	serves    = "goroutine 7 [IO wait]:\nmain.serve(0x1)\n\tserve.go:1\n" + runsBody
	runsBody  = "github.com/simmer-go/simmer/future.(*coroutine).loop(0x20)\n\tcoroutine.go:88 +0x5e\n"
	elsewhere = "goroutine 8 [select]:\nmain.cook(0x1)\n\tcook.go:5\n"
)

func TestTheStackOfTheCodeThatBlocksIsFound(t *testing.T) {
	cases := []struct {
		name, origin string
		worker       uint64
		dump, want   []string
	}{
		{"a future runs on the worker", "*main.f", 2, []string{resumes, polls, cooks}, []string{polls}},
		{"the only body that runs", "main.other", 1, []string{suspended, cooks, elsewhere, resumes}, []string{cooks}},
		{"the origin tells", "main.cook", 1, []string{serves, resumes, cooks}, []string{cooks}},
		{"one that waits is likelier than one that runs", "main.cook", 1, []string{runs, resumes, cooks, serves}, []string{cooks}},
		{"one that runs, if none waits", "main.cook", 1, []string{resumes, runs, serves}, []string{runs}},
		{"several fit", "main.cook", 1, []string{cooks, cooksToo, resumes, serves, runs}, []string{cooks, cooksToo}},
		{"no body runs", "main.cook", 1, []string{suspended, resumes, elsewhere}, []string{resumes}},
		{"a coroutine that is no body", "main.cook", 9, []string{suspended, elsewhere}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			list := gostack.Split([]byte(strings.Join(c.dump, "\n")))
			require.Len(t, list, len(c.dump))
			require.Equal(t, strings.TrimSuffix(strings.Join(c.want, "\n"), "\n"), findStack(list, c.worker, c.origin))
		})
	}
}
