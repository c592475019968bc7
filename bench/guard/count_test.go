package guard

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCountsAreReadAsTheyWereWritten(t *testing.T) {
	name := filepath.Join(t.TempDir(), "counts.txt")
	counts := []Count{{"b", 1234.5}, {"a", 0.1}}
	require.NoError(t, writeCounts(name, counts))
	read, err := readCounts(name)
	require.NoError(t, err)
	require.Equal(t, counts, read)
}

func TestCommentsAndEmptyLinesAreNoCounts(t *testing.T) {
	counts, err := parseCounts(strings.NewReader("# a comment\n\n  a   2.5  \n"))
	require.NoError(t, err)
	require.Equal(t, []Count{{"a", 2.5}}, counts)
}

func TestAFaultInAFileOfCountsIsNamedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"a 1\nb":     `line 2: "b" is not a path and its instructions`,
		"a 1 2":      `line 1: "a 1 2" is not a path and its instructions`,
		"a one":      `line 1: "one" is no number of instructions`,
		"a 0":        `line 1: "0" is no number of instructions`,
		"a -1":       `line 1: "-1" is no number of instructions`,
		"a NaN":      `line 1: "NaN" is no number of instructions`,
		"a 1\n\na 1": `line 3: path a is there twice`,
	} {
		_, err := parseCounts(strings.NewReader(text))
		require.EqualError(t, err, want)
	}
}

func TestAFaultInAFileOfCountsNamesTheFile(t *testing.T) {
	b := newBench(t, one)
	b.keeps("a")
	_, err := b.check()
	require.ErrorContains(t, err, b.kept()+": line 1")
}
