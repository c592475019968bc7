package peers

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestTheChecksumTellsContentsAndNamesApart(t *testing.T) {
	sum := func(files fstest.MapFS) string {
		s, err := checksum(files)
		require.NoError(t, err)
		return s
	}
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	one := sum(fstest.MapFS{"a": file("x"), "d/b": file("y")})
	require.Equal(t, one, sum(fstest.MapFS{"d/b": file("y"), "a": file("x")}))
	for _, other := range []fstest.MapFS{
		{"a": file("x"), "d/b": file("z")}, {"a": file("x"), "d/c": file("y")}, {"a": file("x")}, {"a": file("y"), "d/b": file("x")},
	} {
		require.NotEqual(t, one, sum(other))
	}
}

func TestEachCopyOfTheSourcesIsOfOneBuild(t *testing.T) {
	c, sources := cache(t.TempDir()), fstest.MapFS{"d/a": {Data: []byte("x")}}
	first, err := c.unpack("soup", sources)
	require.NoError(t, err)
	second, err := c.unpack("soup", sources)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(first))
	require.FileExists(t, filepath.Join(second, "d", "a"), "a build that has ended leaves the other its sources")
}

func TestInstallLeavesNoHalfFile(t *testing.T) {
	dir := t.TempDir()
	require.ErrorIs(t, install(filepath.Join(dir, "missing"), filepath.Join(dir, "bin", "program")), os.ErrNotExist)
	require.NoDirExists(t, filepath.Join(dir, "bin"))
}
