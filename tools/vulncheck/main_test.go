package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tool is a command in govulncheck's place that exits with the given status.
func tool(t *testing.T, status string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "govulncheck")
	require.NoError(t, os.WriteFile(name, []byte("#!/bin/sh\necho ran in $(basename $PWD)\nexit "+status+"\n"), 0o777))
	return name
}

func database(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	return server.URL
}

const index = `{"modified":"2026-01-02T03:04:05Z"}`

func TestFindingsFailAndEveryFolderIsChecked(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	require.NoError(t, os.Mkdir(a, 0o777))
	require.NoError(t, os.Mkdir(b, 0o777))
	db := database(t, http.StatusOK, index)

	var out strings.Builder
	require.NoError(t, run(tool(t, "0"), db, []string{a, b}, &out))
	require.Equal(t, "ran in a\nran in b\n", out.String())

	out.Reset()
	err := run(tool(t, "3"), db, []string{a, b}, &out)
	require.ErrorContains(t, err, "govulncheck in "+a)
	require.ErrorContains(t, err, "govulncheck in "+b)
	require.Equal(t, "ran in a\nran in b\n", out.String())
}

func TestUnreachableDatabaseIsSkippedLoudly(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, db := range map[string]string{
		"refused":      gone.URL,
		"forbidden":    database(t, http.StatusForbidden, index),
		"a proxy page": database(t, http.StatusOK, "<html>"),
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			require.NoError(t, run(tool(t, "3"), db, []string{t.TempDir()}, &out))
			require.Contains(t, out.String(), "*** SKIPPED: govulncheck.")
			require.NotContains(t, out.String(), "ran in")
		})
	}
}

func TestNoFolderIsAnError(t *testing.T) {
	require.Error(t, run("true", "", nil, &strings.Builder{}))
}

func TestMissingToolIsAnError(t *testing.T) {
	db := database(t, http.StatusOK, index)
	require.Error(t, run(filepath.Join(t.TempDir(), "none"), db, []string{t.TempDir()}, &strings.Builder{}))
}
