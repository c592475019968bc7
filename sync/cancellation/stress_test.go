package cancellation_test

import (
	"context"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/sync/cancellation"
)

func rounds(n int) int {
	if testing.Short() || invariant.Enabled {
		return n / 10
	}
	return n
}

// race runs functions at the same time, on more goroutines than there are cores, and waits for them.
func race(functions ...func()) {
	var start, end sync.WaitGroup
	start.Add(len(functions))
	for _, f := range functions {
		end.Go(func() { // ends with f
			start.Done()
			start.Wait()
			f()
		})
	}
	end.Wait()
}

func preempt(t testing.TB) {
	old := goruntime.GOMAXPROCS(8)
	t.Cleanup(func() { goruntime.GOMAXPROCS(old) })
}

// tokio: L27 tokio-util/src/sync/tests/loom_cancellation_token.rs cancel_with_child: waits for a token and its child end, whoever comes first
func TestWaitsBesideCancelEnd(t *testing.T) {
	preempt(t)
	for range rounds(5000) {
		tok := cancellation.New()
		child := tok.Child()
		wait := func(tok *cancellation.Token) func() {
			return func() { require.NoError(t, tok.CancelledBlocking(context.Background())) }
		}
		race(wait(tok), wait(child), wait(child), func() { tok.Cancel(nil) })
	}
}

// tokio: L27 tokio-util/src/sync/tests/loom_cancellation_token.rs drop_token_no_child: a token may be given up by all at once
// tokio: L27 tokio-util/src/sync/tests/loom_cancellation_token.rs drop_token_with_children: parent and children too
// tokio: L27 tokio-util/src/sync/tests/loom_cancellation_token.rs drop_and_cancel_token: beside a cancel
// tokio: L27 tokio-util/src/sync/tests/loom_cancellation_token.rs cancel_parent_and_child: and beside the child's
func TestTokensAreClosedAndCancelledAtTheSameTime(t *testing.T) {
	preempt(t)
	for round := range rounds(5000) {
		root := cancellation.New()
		parent := root.Child()
		a, b := parent.Child(), parent.Child()
		grandchild := a.Child()
		functions := []func(){
			func() { parent.Close(nil) },
			func() { a.Close(nil) },
			func() { b.Close(nil) },
			func() { grandchild.Child().Close(nil) },
			func() { b.Child() },
		}
		if round%2 == 0 {
			functions = append(functions, func() { root.Cancel(nil) }, func() { a.CancelCause(nil, errOwn) })
		}
		race(functions...)
		if round%2 == 0 {
			require.True(t, a.IsCancelled())
			require.True(t, grandchild.IsCancelled(), "root or a has cancelled it, whoever was closed")
		} else {
			root.Cancel(nil)
			require.False(t, a.IsCancelled())
			require.True(t, grandchild.IsCancelled())
		}
	}
}

// Waiters come, go, and are cancelled: who still waits is woken, exactly once.
func TestEachWaiterIsWokenOnce(t *testing.T) {
	preempt(t)
	for range rounds(3000) {
		tok := cancellation.New()
		var over atomic.Int32
		var functions []func()
		for i := range 6 {
			functions = append(functions, func() {
				h, d := newHand(), tok.Done()
				w := wait{h, d}
				if !w.isOver() && i%3 == 0 {
					d.Drop(nil)
					return
				}
				for h.woken.Load() == 0 && !tok.IsCancelled() {
					goruntime.Gosched()
				}
				if w.isOver() && h.woken.Load() <= 1 {
					over.Add(1)
				}
			})
		}
		race(append(functions, func() { tok.Cancel(nil) })...)
		require.GreaterOrEqual(t, over.Load(), int32(4))
	}
}

// Two goroutines that run at the same time, one a few nanoseconds after the other: a wait begins, or a look is taken, in the
// middle of Cancel. Neither is a wake lost nor is a cause missing.
func TestCancelBesideAPoll(t *testing.T) {
	preempt(t)
	for round := range rounds(100_000) {
		tok := cancellation.New()
		h := newHand()
		var w cancellation.Waiter
		var met atomic.Int32
		meet := func(spins int) {
			met.Add(1)
			for i := 1; met.Load() < 2; i++ {
				if i%10_000 == 0 {
					goruntime.Gosched()
				}
			}
			for range spins {
				met.Load()
			}
		}
		done := make(chan bool)
		go func() { // ends at once
			meet(round % 64)
			tok.CancelCause(nil, errOwn)
			close(done)
		}()
		meet(round / 64 % 64)
		if round%2 == 0 {
			_, ready, _ := tok.PollCancelled(&h.cx, &w)
			<-done
			if !ready && h.woken.Load() != 1 {
				t.Fatal("the wake was lost")
			}
			continue
		}
		for !tok.IsCancelled() {
		}
		if tok.Cause() != errOwn {
			t.Fatal("cancelled without a cause")
		}
		<-done
	}
}

// One parent lives long, and a million children come and go: nothing of them stays.
func TestAParentKeepsNothingOfClosedChildren(t *testing.T) {
	parent := cancellation.New()
	n := 1_000_000
	if testing.Short() || invariant.Enabled {
		n = 100_000
	}
	run := func(n int) {
		for range n {
			c := parent.Child()
			c.Child().Close(nil)
			c.Close(nil)
		}
	}
	run(1000)
	before := liveHeap()
	run(n)
	require.Less(t, liveHeap()-before, int64(64<<10))
	goruntime.KeepAlive(parent)
}

func liveHeap() int64 {
	var m goruntime.MemStats
	goruntime.GC()
	goruntime.GC()
	goruntime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestWaitingAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("checking builds allocate")
	}
	tok := cancellation.New()
	h := newHand()
	var w cancellation.Waiter
	require.Zero(t, testing.AllocsPerRun(100, func() {
		tok.PollCancelled(&h.cx, &w)
		tok.IsCancelled()
		_ = tok.Err()
		w.Drop(nil)
	}))

	p := &pulse{}
	for name, wait := range map[string]func(cx *future.Context) error{
		"RunUntilCancelled": func(cx *future.Context) error {
			_, err := cancellation.RunUntilCancelled(cx, tok, p)
			return err
		},
		"Cancelled": func(cx *future.Context) error {
			_, err := future.Await(cx, p)
			if gone := cancelledOnce(); err == nil {
				err = gone.Cancelled(cx)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var local future.Local
			defer local.CloseBodies()
			cx := future.NewContext(&local, &h.header)
			body := future.Async(func(cx *future.Context) (none, error) {
				for {
					if err := wait(cx); err != nil {
						return none{}, err
					}
				}
			})
			defer future.Drop(&cx, body)
			turn := func() {
				local.BeginPoll()
				body.Poll(&cx)
			}
			turn()
			require.Zero(t, testing.AllocsPerRun(100, turn))
		})
	}
}

// pulse is a future that is ready at every second poll, again and again.
type pulse struct{ waits bool }

func (p *pulse) Poll(cx *future.Context) (int, bool, error) {
	p.waits = !p.waits
	if p.waits {
		cx.Again()
	}
	return 1, !p.waits, nil
}

// cancelledOnce returns a token that is cancelled, the same one each time.
var cancelledOnce = sync.OnceValue(func() *cancellation.Token {
	tok := cancellation.New()
	tok.Cancel(nil)
	return tok
})
