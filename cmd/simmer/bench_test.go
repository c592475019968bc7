package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBenchStartsThisProgramAsItsPeers(t *testing.T) {
	t.Setenv("GORACE", "atexit_sleep_ms=0") // else each peer waits a second before it ends
	p := start(t, "bench", "--filter", "^chained_spawn$", "--peers", "simmer,simmer-async,go", "--rounds", "1", "--json", "-")
	status, out := p.end(t)
	require.Zero(t, status, p.stderr.String())
	rows := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, rows, 3)
	for i, impl := range []string{"simmer", "simmer-async", "go"} {
		require.Contains(t, rows[i], `"bench":"chained_spawn","impl":"`+impl+`"`)
		require.Contains(t, rows[i], `"ns_min":`)
	}
}

func TestInterruptedBenchEndsAtOnceWithItsStatus(t *testing.T) {
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	p := exec.Command(program, "bench", "--filter", "chained", "--peers", "go", "--rounds", "1000000", "--json", "-")
	pipe, err := p.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	defer p.Process.Kill()
	said := bufio.NewReader(pipe)
	first, err := said.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, first, "chained_spawn", "it measures")
	require.NoError(t, p.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(said)
	require.NoError(t, err)
	require.Equal(t, "simmer: interrupted\n", string(rest))
	p.Wait() // its error is the status
	require.Equal(t, 130, p.ProcessState.ExitCode())
}

func TestInterruptedBenchLeavesNoEmptyFile(t *testing.T) {
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	dir := t.TempDir()
	json, html := filepath.Join(dir, "rows.json"), filepath.Join(dir, "page.html")
	require.NoError(t, os.WriteFile(html, []byte("an earlier page"), 0o666))
	p := exec.Command(program, "bench", "--filter", "chained", "--peers", "go", "--rounds", "1000000", "--json", json, "--html", html)
	pipe, err := p.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	defer p.Process.Kill()
	said := bufio.NewReader(pipe)
	_, err = said.ReadString('\n') // it measures
	require.NoError(t, err)
	require.NoError(t, p.Process.Signal(os.Interrupt))
	_, err = io.ReadAll(said)
	require.NoError(t, err)
	p.Wait() // its error is the status
	require.Equal(t, 130, p.ProcessState.ExitCode())
	require.NoFileExists(t, json)
	page, err := os.ReadFile(html)
	require.NoError(t, err)
	require.Equal(t, "an earlier page", string(page))
}
