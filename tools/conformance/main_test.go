package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tree writes one test file and returns its root.
func tree(t *testing.T, source string) string {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "sync", "mpsc"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "sync", "mpsc", "a_test.go"), []byte("package mpsc\n\n"+source), 0o644))
	return root
}

func TestScanFindsClaimsAboveAndInsideTests(t *testing.T) {
	claims, err := scan(tree(t, `
// TestFull says more.
//
// tokio: T92, T93 tests/sync_mpsc.rs try_send_fail: a full channel refuses: always
// covers: F115 F118
func TestFull(t *testing.T) {
	// tokio: tests/sync_mpsc.rs other: inside
	// tokio: tests/sync_mpsc.rs third (ours: an error): with a remark
}
`))
	require.NoError(t, err)
	require.Len(t, claims, 4)
	require.Equal(t, []string{"T92", "T93"}, claims[0].rows)
	require.Equal(t, "tests/sync_mpsc.rs", claims[0].file)
	require.Equal(t, "try_send_fail", claims[0].name)
	require.Equal(t, "a full channel refuses: always", claims[0].asks)
	require.Equal(t, "sync/mpsc.TestFull", claims[0].test)
	require.Equal(t, []string{"F115", "F118"}, claims[1].rows)
	require.Empty(t, claims[2].rows)
	require.Equal(t, "sync/mpsc.TestFull", claims[2].test)
	require.Equal(t, "third (ours: an error)", claims[3].name)
	require.Equal(t, "with a remark", claims[3].asks)
}

func TestScanGivesATablesClaimsToTheTestBelow(t *testing.T) {
	claims, err := scan(tree(t, `
func TestBefore(t *testing.T) {}

var table = []string{
	// tokio: tests/a.rs b: c
	"x",
}

func helper() {}

func TestOfTheTable(t *testing.T) {}
`))
	require.NoError(t, err)
	require.Len(t, claims, 1)
	require.Equal(t, "sync/mpsc.TestOfTheTable", claims[0].test)
}

func TestScanRefusesWhatLooksLikeAClaim(t *testing.T) {
	for _, source := range []string{
		"// tokio: no file\nfunc TestA(t *testing.T) {}\n",
		"// covers: everything\nfunc TestA(t *testing.T) {}\n",
		"// tokio: tests/a.rs b: c\nfunc helper() {}\n",
	} {
		_, err := scan(tree(t, source))
		require.ErrorContains(t, err, "sync/mpsc/a_test.go:3", source)
	}
}

func TestParseRowsRefusesBadLines(t *testing.T) {
	for _, text := range []string{"T1\ttitle", "X1\ttitle\t", "T1\t\treason", "T1\ta\t\nT1\tb\t"} {
		_, err := parseRows(text)
		require.Error(t, err, text)
	}
}

// many returns enough behaviours.
func many() []claim {
	var claims []claim
	for i := range leastBehaviours {
		claims = append(claims, claim{test: "p.TestA", path: "p/a_test.go", rows: []string{"T1"}, file: "tests/a.rs", name: fmt.Sprintf("t%03d", i), asks: "x | y"})
	}
	return claims
}

func TestPageNamesTestsAndReasons(t *testing.T) {
	rows := []row{{id: "T1", title: "a*"}, {id: "F1", title: "b", reason: "no meaning"}, {id: "L1", title: "c", reason: "see T1"}, {id: "S1", title: "d"}}
	text, err := page(rows, append(many(), claim{test: "p.TestS1", path: "p/s_test.go", rows: []string{"S1"}}))
	require.NoError(t, err)
	require.Contains(t, text, "| row | in the article | here |\n|---|---|---|\n| S1 | d | [p.TestS1](../p/s_test.go) |")
	require.Contains(t, text, `| T1 | a\* | [p.TestA](../p/a_test.go) |`)
	require.Contains(t, text, "| F1 | b | no meaning |")
	require.Contains(t, text, `| tests/a.rs | t000 | x \| y | [p.TestA](../p/a_test.go) |`)
	require.Contains(t, text, "1 of 1 rows have tests here")
	require.Contains(t, text, "0 of 1 rows have tests here")
}

func TestPageRefusesEmptyRowsUnknownRowsAndTooFewBehaviours(t *testing.T) {
	_, err := page([]row{{id: "T1", title: "a"}, {id: "F1", title: "b"}}, many())
	require.ErrorContains(t, err, "row F1 (b) is empty")
	_, err = page(nil, many())
	require.ErrorContains(t, err, "no row T1")
	_, err = page([]row{{id: "T1", title: "a"}}, many()[1:])
	require.ErrorContains(t, err, "want at least 300")
}

func TestRunFindsAStalePage(t *testing.T) {
	var source strings.Builder
	rows, err := parseRows(rowsText)
	require.NoError(t, err)
	for i := range leastBehaviours {
		fmt.Fprintf(&source, "// tokio: tests/a.rs t%d: x\n", i)
	}
	for _, r := range rows {
		fmt.Fprintf(&source, "// covers: %s\n", r.id)
	}
	root := tree(t, source.String()+"func TestA(t *testing.T) {}\n")
	require.NoError(t, os.Mkdir(filepath.Join(root, "docs"), 0o755))
	require.Error(t, run(root, false), "there is no page")
	require.NoError(t, run(root, true))
	require.NoError(t, run(root, false))
	name := filepath.Join(root, pageName)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, append(text, 'x'), 0o644))
	require.ErrorContains(t, run(root, false), "stale")
}
