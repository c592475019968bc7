package batch

import (
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"
)

type small struct {
	n    int
	link *small
}

type large struct{ _ [largest + 1]byte }

func TestEachValueIsNewAndZero(t *testing.T) {
	var b Batch
	seen := make(map[*small]bool)
	for range 3*size + 1 {
		v := New[small](&b)
		require.Zero(t, *v)
		require.False(t, seen[v], "the value was given away twice")
		seen[v] = true
		v.n, v.link = 7, v
	}
}

func TestTypesMayTakeTurns(t *testing.T) {
	var b Batch
	for i := range 3 * size {
		v, n := New[small](&b), New[int](&b)
		require.Zero(t, *v)
		require.Zero(t, *n)
		v.n, *n = i, -i
	}
}

func TestSmallValuesCostAQuarterOfAnAllocation(t *testing.T) {
	var b Batch
	require.InDelta(t, 1.0, testing.AllocsPerRun(100, func() {
		for range size {
			New[small](&b)
		}
	}), 0.05)
}

// A large value is freed alone: others would keep too much.
func TestLargeValuesAreAllocatedAlone(t *testing.T) {
	var b Batch
	first := weak.Make(New[large](&b))
	second := New[large](&b)
	runtime.GC()
	require.Nil(t, first.Value())
	runtime.KeepAlive(second)
}
