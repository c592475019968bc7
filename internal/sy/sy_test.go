package sy_test

import (
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/sy"
)

// The names are aliases: a *sy.Uint32 is a *atomic.Uint32.
var (
	_ *atomic.Bool         = (*sy.Bool)(nil)
	_ *atomic.Int32        = (*sy.Int32)(nil)
	_ *atomic.Int64        = (*sy.Int64)(nil)
	_ *atomic.Uint32       = (*sy.Uint32)(nil)
	_ *atomic.Uint64       = (*sy.Uint64)(nil)
	_ *atomic.Pointer[int] = (*sy.Pointer[int])(nil)
)

func TestPlainShowsAValueThatWasStored(t *testing.T) {
	var p sy.Plain[int]
	require.Nil(t, p.Load())
	values := make([]int, 100)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { // ends when the last value is seen
			for last := 0; last < len(values)-1; {
				if v := p.Load(); v != nil {
					if *v < last {
						t.Errorf("%d after %d", *v, last)
						return
					}
					last = *v
				}
			}
		})
	}
	for i := range values {
		values[i] = i
		p.Store(&values[i])
	}
	wg.Wait()
	require.Same(t, &values[99], p.Load())
}

func TestPlainUint32ShowsNumbersInTheirOrder(t *testing.T) {
	var p sy.PlainUint32
	const last = 1000
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { // ends when the last number is seen
			for before := uint32(0); before < last; {
				n := p.Load()
				if n < before {
					t.Errorf("%d after %d", n, before)
					return
				}
				before = n
			}
		})
	}
	for n := range uint32(last) {
		p.Store(n + 1)
	}
	wg.Wait()
	require.EqualValues(t, last, p.Load())
}

// Packages that import sy alone must still inline the operations: package waker is one.
func TestImportersInlineTheOperations(t *testing.T) {
	out, err := exec.Command("go", "build", "-gcflags=-m=2", "github.com/simmer-go/simmer/waker").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, operation := range []string{"Load", "CompareAndSwap", "Or"} {
		require.Contains(t, string(out), "inlining call to atomic.(*Uint32)."+operation+"\n")
	}
}
