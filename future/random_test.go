package future_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/future"
)

func TestRandomIsEvenWithAndWithoutAWorker(t *testing.T) {
	e := newExecutor(t)
	for name, cx := range map[string]*future.Context{"worker": &e.cx, "no worker": {}, "nil": nil} {
		var seen [5]int
		for range 5000 {
			seen[cx.Random(5)]++
		}
		for i, n := range seen {
			require.InDelta(t, 1000, n, 200, "%s: %d", name, i)
		}
	}
}

func TestUnseededWorkersChooseDifferently(t *testing.T) {
	a, b := newExecutor(t), newExecutor(t)
	require.NotEqual(t, choices(a), choices(b))
}
