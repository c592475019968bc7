package cepoll_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/simmer-go/simmer/bench/peers/cepoll"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func build(t *testing.T) string {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	program, err := cepoll.Build(t.Context())
	if errors.Is(err, cepoll.ErrNoCompiler) || errors.Is(err, cepoll.ErrNoEpoll) {
		t.Skip(err)
	}
	require.NoError(t, err)
	return program
}

func TestBuildKeepsTheProgram(t *testing.T) {
	program := build(t)
	before, err := os.Stat(program)
	require.NoError(t, err)
	t.Setenv("PATH", "") // without a compiler it must be there already
	again, err := cepoll.Build(t.Context())
	require.NoError(t, err)
	require.Equal(t, program, again)
	after, err := os.Stat(program)
	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime())
}

func TestWithoutACompilerBuildSaysSo(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("PATH", "")
	_, err := cepoll.Build(t.Context())
	if !errors.Is(err, cepoll.ErrNoEpoll) {
		require.ErrorIs(t, err, cepoll.ErrNoCompiler)
	}
}

func TestTheProgramNamesItsCompiler(t *testing.T) {
	program := build(t)
	require.Regexp(t, `^[^\x00]* [0-9]+\.[0-9.]+`, cepoll.Compiler(program))
}

func TestWhatTellsNoCompilerHasNone(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("#!/bin/sh\n"), 0o777))
	for _, program := range []string{text, filepath.Join(t.TempDir(), "missing")} {
		require.Empty(t, cepoll.Compiler(program), program)
	}
}

func TestTheProgramRefusesWrongArguments(t *testing.T) {
	program := build(t)
	for _, arguments := range [][]string{{"--port"}, {"--port", "x"}, {"--port", "65536"}, {"--port", ""}, {"--help"}} {
		out, err := exec.CommandContext(t.Context(), program, arguments...).CombinedOutput()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, arguments)
		require.Equal(t, 2, exit.ExitCode(), arguments)
		require.Contains(t, string(out), "usage", arguments)
	}
}
