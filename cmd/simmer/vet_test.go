package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inCorpus runs a command in the module with wrong code that the analyzers are tested with.
func inCorpus(t *testing.T, name string, args ...string) (output string, status int) {
	dir, err := filepath.Abs("../internal/vet/testdata")
	require.NoError(t, err)
	run := exec.Command(name, args...)
	run.Dir, run.Env = dir, append(os.Environ(), "GOWORK=off", "GORACE=atexit_sleep_ms=0") // else each tool waits a second
	out, _ := run.CombinedOutput()
	return string(out), run.ProcessState.ExitCode()
}

func TestVetReportsMistakesAndFails(t *testing.T) {
	out, status := inCorpus(t, program, "vet", "./losthandle")
	require.Equal(t, 1, status, out)
	require.Contains(t, out, "losthandle/a.go:18:2: the handle of this child is lost")
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
	for packages, want := range map[string]string{
		"./nosuch":    `simmer: .*/nosuch: directory not found\n`,
		"/nosuch":     `simmer: .*/nosuch: directory not found\n`,
		"nosuch.go":   `simmer: no required module provides package nosuch\.go; .*\n\tgo get nosuch\.go\n`,
		"./cxkept -x": `simmer: malformed import path "-x": leading dash\n`,
	} {
		out, status := inCorpus(t, program, append([]string{"vet", "--"}, strings.Fields(packages)...)...)
		require.Equal(t, 1, status)
		require.Regexp(t, `^`+want+`$`, out)
	}
}

func TestVetLeavesPlacesAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module soup\n\ngo 1.26\n",
		"syntax/a.go":    "package syntax\n\nfunc {\n",
		"missing/a.go":   "package missing\n\nimport _ \"nosuch/package\"\n",
		"undefined/a.go": "package undefined\n\nvar soup = salt\n",
	} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
	for name, place := range map[string]string{"syntax": "syntax/a.go:3:6: ", "missing": "missing/a.go:3:8: ", "undefined": "a.go:3:12: "} {
		run := exec.Command(program, "vet", "./"+name)
		run.Dir, run.Env = dir, append(os.Environ(), "GOWORK=off")
		out, _ := run.CombinedOutput()
		require.Equal(t, 1, run.ProcessState.ExitCode(), name)
		require.Contains(t, string(out), place)
		require.NotContains(t, string(out), "simmer: ")
	}
}

func TestVetReportsInTheOrderOfPlaces(t *testing.T) {
	out, status := inCorpus(t, program, "vet", "./losthandle", "./cxkept", "./goexit")
	require.Equal(t, 1, status)
	var places []string
	for line := range strings.Lines(out) {
		m := regexp.MustCompile(`^([\w/.]+):(\d+):(\d+): `).FindStringSubmatch(line)
		require.NotNil(t, m, line)
		places = append(places, fmt.Sprintf("%s %5s %5s", m[1], m[2], m[3]))
	}
	require.Greater(t, len(places), 20)
	require.True(t, slices.IsSorted(places), out)
}

func TestVetReportsJSONInTheOrderOfPlaces(t *testing.T) {
	out, status := inCorpus(t, program, "vet", "--json", "./losthandle", "./cxkept", "./goexit", "./blocking", "./cxcapture")
	require.Zero(t, status, out)
	places := map[string]string{} // the last of each package and analyzer
	last, packages := "", []string{}
	for line := range strings.Lines(out) {
		if m := regexp.MustCompile(`^\t"corpus/(\w+)": \{`).FindStringSubmatch(line); m != nil {
			packages = append(packages, m[1])
		}
		if m := regexp.MustCompile(`^\t\t"(\w+)": \[`).FindStringSubmatch(line); m != nil {
			last = packages[len(packages)-1] + " " + m[1]
		}
		if m := regexp.MustCompile(`"posn": "(.*):(\d+):(\d+)"`).FindStringSubmatch(line); m != nil {
			place := fmt.Sprintf("%s %5s %5s", m[1], m[2], m[3])
			require.Less(t, places[last], place, last)
			places[last] = place
		}
	}
	require.Len(t, packages, 5)
	require.True(t, slices.IsSorted(packages), out)
	require.Greater(t, len(places), 5)
}
