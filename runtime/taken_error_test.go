package runtime_test

import (
	goruntime "runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/internal/invariant"
	"github.com/simmer-go/simmer/runtime"
)

// heavyError is an error that leads to much memory.
type heavyError struct{ load [1 << 16]byte }

func (*heavyError) Error() string { return "heavy" }

// Tasks from outside share their cells' memory with neighbours, and a handle may be kept for long: neither keeps what was taken.
func TestAnErrorThatWasTakenIsNotKept(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 1})
	const tasks = 32
	var kept []*runtime.JoinHandle[int]
	var errs []weak.Pointer[heavyError]
	for range tasks {
		failure := new(heavyError)
		failure.load[0] = 1
		errs = append(errs, weak.Make(failure))
		h := runtime.Go(rt, func(*future.Context) (int, error) { return 0, failure })
		_, err := result(t, h)
		require.Same(t, failure, err)
		kept = append(kept, h)
	}
	goruntime.GC()
	goruntime.GC()
	alive := 0
	for _, e := range errs {
		if e.Value() != nil {
			alive++
		}
	}
	require.LessOrEqual(t, alive, 1, "the last may still be in a worker's places")
	for _, h := range kept {
		require.Equal(t, runtime.Returned, h.Outcome())
		_, err := result(t, h)
		require.Equal(t, runtime.ErrConsumed, err)
	}
}

// Whoever takes a child's error leaves it to the scope, whoever is first.
func TestAScopeHasTheErrorThatIsTakenBesideIt(t *testing.T) {
	rt := open(t, runtime.Config{Workers: 2})
	rounds := 3000
	if testing.Short() || invariant.Enabled {
		rounds = 500
	}
	for range rounds {
		handles := make(chan *runtime.JoinHandle[int], 1)
		taken := make(chan error)
		go func() {
			h := <-handles
			for !h.IsFinished() {
				goruntime.Gosched()
			}
			_, err := h.Wait(t.Context())
			taken <- err
		}()
		err := scope(t, rt, func(cx *future.Context, n *runtime.Nursery) error {
			handles <- runtime.ScopeGo(cx, n, func(cx *future.Context) (int, error) { return 0, errOwn })
			return nil
		})
		require.Equal(t, errOwn, err)
		require.Equal(t, errOwn, receive(t, taken))
	}
}
