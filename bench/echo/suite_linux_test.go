package echo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/simmer-go/simmer/bench/peers/cepoll"
)

func suite() *Suite { return &Suite{Self: []string{os.Args[0], processArgument}, Workers: 2} }

// all returns the servers that can be had without a network.
func all(t *testing.T) []Server {
	servers := suite().Own()
	program, err := cepoll.Build(t.Context())
	if errors.Is(err, cepoll.ErrNoCompiler) {
		t.Log(err)
		return servers
	}
	require.NoError(t, err)
	return append(servers, suite().C(program))
}

func TestEveryServerEchoes(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, server := range all(t) {
		t.Run(server.Name, func(t *testing.T) {
			r, err := suite().Measure(t.Context(), server, 5, 64, 100*time.Millisecond)
			require.NoError(t, err)
			require.Equal(t, server.Name, r.Server)
			require.Equal(t, []int{5, 5, 64}, []int{r.Conns, r.Served, r.Size})
			require.Positive(t, r.Requests)
			require.InEpsilon(t, float64(r.Requests)/r.Wall.Seconds(), r.ReqPerS, 1e-9)
			require.Positive(t, r.P50us)
			require.GreaterOrEqual(t, r.MaxUs, r.P50us)
			require.Positive(t, r.ServerCPUusPerReq)
			require.InEpsilon(t, r.ServerCores, r.ServerCPUusPerReq*r.ReqPerS/1e6, 1e-6)
			require.Positive(t, r.ClientCores)
		})
	}
}

func TestEveryServerKeepsWhatItCannotSendYet(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, server := range all(t) {
		t.Run(server.Name, func(t *testing.T) {
			running, err := start(t.Context(), server)
			require.NoError(t, err)
			defer running.stop()
			conn, err := net.Dial("tcp", running.address)
			require.NoError(t, err)
			defer conn.Close()
			// Nothing is read until the server takes no more: then all buffers are full.
			sent := newMessage(64 << 20).bytes
			require.NoError(t, conn.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))
			n, err := conn.Write(sent)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
			got := make([]byte, n)
			_, err = io.ReadFull(conn, got)
			require.NoError(t, err)
			require.True(t, bytes.Equal(sent[:n], got))
		})
	}
}

func TestMeasureTellsWhyAServerDoesNotListen(t *testing.T) {
	self := suite().Self
	for problem, command := range map[string][]string{
		"ended before it listened: echo: unknown process \"nobody\"": append(self[:2:2], "nobody"),
		"workers must be at least 1: 0":                              append(self[:2:2], "go", "--workers", "0"),
		"says \"hello\\n\" instead of where it listens":              {"echo", "hello"},
		"no command":         nil,
		"executable file":    {"no-such-program"},
		"connection refused": {"echo", "listening on 127.0.0.1:1"},
	} {
		_, err := suite().Measure(t.Context(), Server{Name: "x", Command: command}, 1, 64, time.Millisecond)
		require.ErrorContains(t, err, problem)
	}
}

func TestMeasureRefusesWhatCannotBeMeasured(t *testing.T) {
	server := suite().Own()[0]
	for problem, measure := range map[string]func() (Result, error){
		"connections":     func() (Result, error) { return suite().Measure(t.Context(), server, 0, 64, time.Second) },
		"at least 1 byte": func() (Result, error) { return suite().Measure(t.Context(), server, 1, 0, time.Second) },
		"time to measure": func() (Result, error) { return suite().Measure(t.Context(), server, 1, 64, 0) },
	} {
		_, err := measure()
		require.ErrorContains(t, err, problem)
	}
}

func TestMeasureEndsWithItsContext(t *testing.T) {
	stopped := errors.New("the user has had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(stopped) })
	start := time.Now()
	_, err := suite().Measure(ctx, suite().Own()[0], 1, 64, time.Hour)
	require.ErrorIs(t, err, stopped)
	require.Less(t, time.Since(start), 10*time.Second)
}
