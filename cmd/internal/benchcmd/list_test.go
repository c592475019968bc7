package benchcmd_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/workload"
	"github.com/simmer-go/simmer/cmd/internal/benchcmd"
)

func list(t *testing.T, filter string, isLong bool) []string {
	var out bytes.Buffer
	require.NoError(t, benchcmd.List(&out, filter, isLong))
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestTheListHasALineOfUpToHundredColumnsForEachWorkload(t *testing.T) {
	lines := list(t, "", false)
	require.Len(t, lines, 1+len(workload.All()))
	for i, w := range workload.All() {
		require.Regexp(t, "^"+w.Group+" +"+w.Name+" +"+w.Unit+"$", lines[1+i])
		require.LessOrEqual(t, len(lines[1+i]), 100)
	}
}

func TestTheLongListTellsWhoHasTheRowAndWhoseShape(t *testing.T) {
	lines := list(t, "", true)
	require.Len(t, lines, 1+len(workload.All()))
	for i, w := range workload.All() {
		require.True(t, strings.HasPrefix(lines[1+i], w.Group), lines[1+i])
		for _, impl := range w.Impls {
			require.Contains(t, lines[1+i], " "+impl.Name)
		}
		require.Contains(t, lines[1+i], w.Source)
	}
}

func TestTheListTakesTheFilter(t *testing.T) {
	lines := list(t, "^ping_pong$", false)
	require.Len(t, lines, 2)
	require.Contains(t, lines[1], "ping_pong")
	require.ErrorContains(t, benchcmd.List(new(bytes.Buffer), "soup", false), `--filter: "soup" matches no workload`)
}
