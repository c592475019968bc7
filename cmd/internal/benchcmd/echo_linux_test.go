package benchcmd_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/cmd/internal/benchcmd"
)

func TestEchoRowsHavePeersOfTheirOwn(t *testing.T) {
	o, out, _ := options(t)
	o.Filter, o.JSON, o.Peers = "^echo_64x1$", filepath.Join(t.TempDir(), "rows.json"), []string{"go"}
	require.NoError(t, benchcmd.Run(t.Context(), o))
	rows := readRows(t, o.JSON)
	require.Len(t, rows, 1)
	require.Equal(t, "echo_64x1", rows[0].Bench)
	require.Empty(t, rows[0].Note)
	require.Nil(t, rows[0].NsMedian)
	for _, figure := range []*float64{rows[0].ReqPerS, rows[0].CPUNs, rows[0].P50Us, rows[0].P99Us} {
		require.NotNil(t, figure)
		require.Positive(t, *figure)
	}
	require.Equal(t, 1, strings.Count(out.String(), "peer go"), "its version is told once")
}
