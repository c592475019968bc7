package peers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/peers"
	"github.com/simmer-go/simmer/bench/protocol"
	"github.com/simmer-go/simmer/bench/workload"
)

// tokioImpls are those of the tokio peer.
var tokioImpls = []string{"tokio", "tokio-outside"}

// fastRows take some milliseconds each, or a second for sleeps, and are of many families.
var fastRows = []string{
	"spawn_many", "spawn_many_remote_busy2", "spawn_yield_join", "mpsc_contention_bounded_full", "watch_10", "mutex_contended_yield",
	"rwlock_read_concurrent_contended", "notify_pingpong", "sleep_create_drop", "sleep_light", "memory_parked", "idle_wake", "skewed",
	"ct_spawn_many", "ct_sleep_create_drop", "ct_time_now",
}

// builtTokio returns the program of the tokio peer.
func builtTokio(t *testing.T) string {
	if testing.Short() {
		t.Skip("building the tokio peer takes a minute: not with -short")
	}
	chosen, err := peers.Choose(peers.All(), []string{"tokio"})
	require.NoError(t, err)
	argv, err := chosen[0].Command(t.Context(), func(line string) { t.Log(line) })
	if errors.Is(err, peers.ErrNoCargo) || errors.Is(err, peers.ErrNoCrates) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return argv[0]
}

// A row that the crate does not have is not measured, and nobody would miss it.
func TestTheTokioPeerHasTheRowsOfTheDefinitions(t *testing.T) {
	program := builtTokio(t)
	var want []protocol.Row
	var requests bytes.Buffer
	var asked []workload.Workload
	for _, w := range workload.All() {
		if w.Group == workload.EchoGroup {
			continue // the peers of these are processes of package echo
		}
		for _, impl := range w.Elsewhere {
			if !slices.Contains(tokioImpls, impl) {
				continue
			}
			want = append(want, protocol.Row{Bench: w.Name, Impl: impl})
			if slices.Contains(fastRows, w.Name) {
				asked = append(asked, w)
				r := protocol.Request{ID: int64(len(asked)), Op: protocol.OpRun, Bench: w.Name, Impl: impl, Iterations: 1}
				require.NoError(t, json.NewEncoder(&requests).Encode(r))
			}
		}
	}
	require.GreaterOrEqual(t, len(asked), len(fastRows), "every one of them is a row of tokio's")

	cmd := exec.CommandContext(t.Context(), program, "--workers", "2")
	cmd.Stdin = &requests
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	lines := json.NewDecoder(bytes.NewReader(out))
	var hello protocol.Hello
	require.NoError(t, lines.Decode(&hello))
	require.ElementsMatch(t, want, hello.Rows)
	for _, w := range asked {
		var a protocol.Answer
		require.NoError(t, lines.Decode(&a))
		require.Empty(t, a.Error, w.Name)
		require.Equal(t, w.Units, a.Units, w.Name)
		require.Equal(t, w.Check, a.Check, w.Name)
	}
	require.ErrorIs(t, lines.Decode(new(protocol.Answer)), io.EOF)
}
