package guard

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPathMayBecomeSlowerByTheTolerance(t *testing.T) {
	for _, c := range []struct {
		seen  float64
		want  Verdict
		fails bool
	}{{96.9, Faster, false}, {97.1, Same, false}, {100, Same, false}, {102.9, Same, false}, {103.1, Slower, true}} {
		changes := Compare([]Count{{"a", 100}}, []Count{{"a", c.seen}})
		require.Equal(t, []Change{{"a", 100, c.seen, c.want}}, changes)
		require.Equal(t, c.fails, changes[0].Verdict.Fails(), c.want)
	}
}

func TestPathsOnOneSideFail(t *testing.T) {
	changes := Compare([]Count{{"both", 1}, {"gone", 2}}, []Count{{"new", 3}, {"both", 1}})
	require.Equal(t, []Change{{"new", 0, 3, Unkept}, {"both", 1, 1, Same}, {"gone", 2, 0, Gone}}, changes)
	require.True(t, Unkept.Fails())
	require.True(t, Gone.Fails())
}
