package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
)

// pulse is a future that is ready at every second poll, again and again. It allocates nothing.
type pulse struct{ waits bool }

func (p *pulse) Poll(cx *future.Context) (int, bool, error) {
	p.waits = !p.waits
	if p.waits {
		cx.Again()
	}
	return 1, !p.waits, nil
}

func (p *pulse) Drop(*future.Context) {}

// endless is a body that calls wait for ever, polled by hand; the function that it returns makes one call of wait and
// suspends in the next.
func endless(t testing.TB, wait func(cx *future.Context) error) (turn func()) {
	e := newExecutor(t)
	body := future.Async(func(cx *future.Context) (struct{}, error) {
		for {
			if err := wait(cx); err != nil {
				return struct{}{}, err
			}
		}
	})
	t.Cleanup(func() { future.Drop(&e.cx, body) })
	return func() {
		e.local.BeginPoll()
		if _, ready, _ := body.Poll(&e.cx); ready {
			t.Fatal("the body has ended")
		}
	}
}

func TestWaitingAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	p := new(pulse)
	for name, wait := range map[string]func(cx *future.Context) error{
		"Await": func(cx *future.Context) error { _, err := future.Await(cx, p); return err },
		"AwaitPoll": func(cx *future.Context) error {
			var own pulse
			_, err := future.AwaitPoll(cx, own.Poll, own.Drop)
			return err
		},
		"Yield": future.Yield,
	} {
		t.Run(name, func(t *testing.T) {
			turn := endless(t, wait)
			turn()
			require.Zero(t, testing.AllocsPerRun(1000, turn))
		})
	}
}

func TestAPooledBodyAllocatesNothingButItself(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	e := newExecutor(t)
	fn := func(cx *future.Context) (int, error) { return 1, future.Yield(cx) }
	run := func(f future.Future[int]) {
		for ready := false; !ready; {
			_, ready, _ = f.Poll(&e.cx)
		}
	}
	run(future.Async(fn))
	require.EqualValues(t, 1, testing.AllocsPerRun(1000, func() { run(future.Async(fn)) }))
	var body future.Body[int]
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		body = future.MakeBody(fn)
		run(&body)
	}))
}
