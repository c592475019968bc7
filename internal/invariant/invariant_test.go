package invariant_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/internal/invariant"
)

func TestCheckPanicsInCheckingBuildsOnly(t *testing.T) {
	require.NotPanics(t, func() { invariant.Check(true, "holds") })
	broken := func() { invariant.Check(false, "two owners") }
	if invariant.Enabled {
		require.PanicsWithValue(t, "simmer: invariant broken: two owners", broken)
	} else {
		require.NotPanics(t, broken)
	}
}
