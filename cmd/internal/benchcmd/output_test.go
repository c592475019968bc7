package benchcmd

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder is a new directory with an old file of some mode, and a link to that.
func folder(t *testing.T) (dir, old, link string) {
	dir = t.TempDir()
	old, link = filepath.Join(dir, "old"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(old, []byte("a long old content"), 0o640))
	require.NoError(t, os.Symlink(old, link))
	return dir, old, link
}

func content(t *testing.T, name string) string {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

func TestAPageTakesThePlaceOfTheFileThatALinkNames(t *testing.T) {
	dir, old, link := folder(t)
	for _, name := range []string{old, link, filepath.Join(dir, "new")} {
		o, err := openOutput(name, nil)
		require.NoError(t, err)
		require.NoError(t, o.checkReplace())
		require.NoError(t, o.replace([]byte("page "+name)))
		require.NoError(t, o.close())
		require.Equal(t, "page "+name, content(t, name))
	}
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink, "the link stays")
	info, err = os.Stat(old)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm(), "so do the permissions")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 3, "nothing is left beside them")
}

func TestAPageThatCannotBePutInPlaceLeavesTheOldOne(t *testing.T) {
	dir, old, _ := folder(t)
	o, err := openOutput(old, nil)
	require.NoError(t, err)
	require.NoError(t, os.Remove(old))
	require.NoError(t, os.MkdirAll(filepath.Join(old, "sub"), 0o777)) // nothing can be renamed to it
	require.Error(t, o.replace([]byte("page")))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 2)
	require.DirExists(t, filepath.Join(old, "sub"))
	o.path = filepath.Join(dir, "gone", "page")
	require.Error(t, o.checkReplace())
	require.Error(t, o.replace(nil))
}

func TestRowsReplaceTheOldContentAtTheFirst(t *testing.T) {
	dir, old, link := folder(t)
	for _, name := range []string{link, filepath.Join(dir, "new")} {
		o, err := openOutput(name, nil)
		require.NoError(t, err)
		_, err = os.Stat(name)
		require.Equal(t, name == link, err == nil, "a new file is not there before its first row")
		for _, row := range []string{"one\n", "two\n"} {
			_, err := io.WriteString(o, row)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(content(t, name), row))
		}
		require.NoError(t, o.close())
		require.NoError(t, o.close())
		require.Equal(t, "one\ntwo\n", content(t, name))
	}
	require.Equal(t, "one\ntwo\n", content(t, old))
}

func TestTwoNamesOfOneFileAreSeen(t *testing.T) {
	dir, old, link := folder(t)
	hard, dangling := filepath.Join(dir, "hard"), filepath.Join(dir, "dangling")
	require.NoError(t, os.Link(old, hard))
	require.NoError(t, os.Symlink(filepath.Join(dir, "new"), dangling))
	for _, pair := range [][2]string{{old, link}, {link, hard}, {dangling, filepath.Join(dir, "new")}} {
		a, err := openOutput(pair[0], nil)
		require.NoError(t, err)
		b, err := openOutput(pair[1], nil)
		require.NoError(t, err)
		require.True(t, a.isSameFile(b), pair)
		none, err := openOutput("", nil)
		require.NoError(t, err)
		require.False(t, a.isSameFile(none))
	}
}
