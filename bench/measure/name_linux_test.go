package measure_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/measure"
)

func TestPeersAreStartedUnderNamesOfDrawnLengths(t *testing.T) {
	const tellName = `line=$(tr '\0' ' ' </proc/$$/cmdline); echo "{\"peer\":\"${line%% *}\"}"`
	names := map[string]bool{}
	for range 20 {
		p, err := measure.Meet(t.Context(), measure.Endpoint{Argv: []string{"sh", "-c", tellName}}, 1)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(p.Hello.Peer, "sh"), p.Hello.Peer)
		require.Less(t, len(p.Hello.Peer), 2+128)
		names[p.Hello.Peer] = true
	}
	require.Greater(t, len(names), 5)
}
