package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// inCorpus runs a command in the module with wrong code that the analyzers are tested with.
func inCorpus(t *testing.T, name string, args ...string) (output string, status int) {
	dir, err := filepath.Abs("../internal/vet/testdata")
	require.NoError(t, err)
	run := exec.Command(name, args...)
	run.Dir, run.Env = dir, append(os.Environ(), "GOWORK=off")
	out, _ := run.CombinedOutput()
	return string(out), run.ProcessState.ExitCode()
}

func TestVetReportsMistakesAndFails(t *testing.T) {
	out, status := inCorpus(t, program, "vet", "./losthandle")
	require.Equal(t, 1, status, out)
	require.Contains(t, out, "losthandle/a.go:13:2: the handle of this child is lost")
	require.NotContains(t, out, "exit status")
}

func TestVetRunsTheChosenAnalyzersOnly(t *testing.T) {
	out, status := inCorpus(t, program, "vet", "--only", "goexit", "./losthandle")
	require.Zero(t, status, out)
	require.Empty(t, out)
}

func TestGoVetTakesTheProgramAsItsTool(t *testing.T) {
	out, status := inCorpus(t, "go", "vet", "-vettool="+program, "./cxkept")
	require.NotZero(t, status)
	require.Contains(t, out, "a cx is valid in the poll that received it only")
}

func TestVetRefusesUnknownAnalyzers(t *testing.T) {
	out, status := inCorpus(t, program, "vet", "--only", "nothing")
	require.Equal(t, 2, status)
	require.Contains(t, out, `no analyzer "nothing": there are cxcapture, cxkept`)
}

func TestVetSaysWhatDoesNotBuild(t *testing.T) {
	out, status := inCorpus(t, program, "vet", "./nosuch")
	require.Equal(t, 1, status)
	require.Contains(t, out, "nosuch")
}
