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
		v := New[small, int](&b)
		require.Zero(t, *v)
		require.False(t, seen[v], "the value was given away twice")
		seen[v] = true
		v.n, v.link = 7, v
	}
}

func TestTypesMayTakeTurns(t *testing.T) {
	var b Batch
	for i := range 3 * size {
		v, n := New[small, int](&b), New[int, int](&b)
		require.Zero(t, *v)
		require.Zero(t, *n)
		v.n, *n = i, -i
	}
}

func TestSmallValuesCostAQuarterOfAnAllocation(t *testing.T) {
	var b Batch
	require.InDelta(t, 1.0, testing.AllocsPerRun(100, func() {
		for range size {
			New[small, int](&b)
		}
	}), 0.05)
}

// Where types take turns each value costs what it would cost alone.
func TestTypesThatTakeTurnsAreAllocatedAlone(t *testing.T) {
	const rounds = 1000
	var b Batch
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		New[small, int](&b)
		New[[64]byte, int](&b)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(rounds*(16+64)*5/4))
}

// What leads to memory of its own is freed alone too.
func TestValuesThatKeepPointersAreAllocatedAlone(t *testing.T) {
	type plain struct {
		_ [2]float64
		_ bool
		_ [0]*int
	}
	kinds := []struct {
		name  string
		alone bool
		make  func(b *Batch) *small
	}{
		{"int", false, New[small, int]},
		{"nothing", false, New[small, struct{}]},
		{"plain", false, New[small, plain]},
		{"pointer", true, New[small, *int]},
		{"string", true, New[small, string]},
		{"error", true, New[small, error]},
		{"pointer in a struct", true, New[small, struct{ a [2]struct{ p *int } }]},
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			var b Batch
			for range 2 * size {
				k.make(&b)
			}
			require.Equal(t, k.alone, b.used > size)
		})
	}
}

// A large value is freed alone: others would keep too much.
func TestLargeValuesAreAllocatedAlone(t *testing.T) {
	var b Batch
	first := weak.Make(New[large, int](&b))
	second := New[large, int](&b)
	runtime.GC()
	require.Nil(t, first.Value())
	runtime.KeepAlive(second)
}
