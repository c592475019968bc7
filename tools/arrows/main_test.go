package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEachRuleFindsItsBreachAndNothingElse checks the trees in testdata. Each is laid over the sound tree of base.txtar;
// its file "want" holds the findings.
func TestEachRuleFindsItsBreachAndNothingElse(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.Greater(t, len(cases), 10)
	base := parseArchive(t, "testdata/base.txtar")
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			root, want := t.TempDir(), ""
			for _, f := range append(base.Files, parseArchive(t, name).Files...) {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				write(t, filepath.Join(root, f.Name), f.Data)
			}
			findings, err := check(root)
			require.NoError(t, err)
			var got strings.Builder
			for _, f := range findings {
				got.WriteString(f.String() + "\n")
			}
			require.Equal(t, want, got.String())
		})
	}
}

func TestFileOf500LinesIsTheLongest(t *testing.T) {
	root := t.TempDir()
	for _, f := range parseArchive(t, "testdata/base.txtar").Files {
		write(t, filepath.Join(root, f.Name), f.Data)
	}
	long := filepath.Join(root, "waker", "long.go")
	text := "package waker\n" + strings.Repeat("// .\n", 499)
	write(t, long, []byte(text))
	findings, err := check(root)
	require.NoError(t, err)
	require.Empty(t, findings)

	write(t, long, []byte(text+"// .\n"))
	findings, err = check(root)
	require.NoError(t, err)
	require.Len(t, findings, 1)
	require.Equal(t, "waker/long.go:501: 501 lines: a file holds one type and its methods, at most 500 lines", findings[0].String())
}

func TestBrokenSourceIsAnError(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), []byte("module m\n"))
	write(t, filepath.Join(root, "a.go"), []byte("package\n"))
	_, err := check(root)
	require.Error(t, err)
}

func parseArchive(t *testing.T, name string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	require.NoError(t, err)
	return archive
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
	require.NoError(t, os.WriteFile(name, data, 0o666))
}
