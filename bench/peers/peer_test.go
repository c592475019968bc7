package peers_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/peers"
)

func TestPeersOfThisProgramAreTheProgramAgain(t *testing.T) {
	self := []string{"simmer", "bench-peer"}
	chosen, err := peers.Choose(peers.All(self...), []string{"go", "simmer", "go"})
	require.NoError(t, err)
	require.Equal(t, []string{"go", "simmer"}, peers.Names(chosen), "in the order of the names, each once")
	for _, p := range chosen {
		argv, err := p.Command(t.Context(), func(line string) { t.Errorf("built: %s", line) })
		require.NoError(t, err)
		require.Equal(t, slices.Concat(self, []string{p.Name}), argv)
		argv, err = p.Echo(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, slices.Concat(self, []string{"echo", "peer", p.Name}), argv)
	}
}

func TestAnUnknownPeerIsAnErrorThatNamesTheOthers(t *testing.T) {
	_, err := peers.Choose(peers.All(), []string{"go", "rayon"})
	require.EqualError(t, err, `unknown peer "rayon"; the peers are simmer, simmer-async, simmer-outside, go, pools, tokio, c-epoll`)
}

func Example() {
	fmt.Println(peers.Names(peers.All()))
	// Output: [simmer simmer-async simmer-outside go pools tokio c-epoll]
}
