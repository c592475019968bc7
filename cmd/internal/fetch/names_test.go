package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNameIsTheLastElementOfThePath(t *testing.T) {
	for raw, want := range map[string]string{
		"http://h":                          "index.html",
		"http://h/":                         "index.html",
		"http://h/a/b/":                     "index.html",
		"http://h/app.json":                 "app.json",
		"http://h/a/b.tar.gz?v=1#x":         "b.tar.gz",
		"http://h/men%C3%BC.txt":            "menü.txt",
		"http://h/..":                       "index.html",
		"http://h/%2e%2e%2f%2e%2e%2fpasswd": "passwd",
		"http://h/a%5C..%5Cb":               "b",
		"http://h/.bashrc":                  "bashrc",
		"http://h/%00%1b%5B2J":              "__[2J",
		"http://h/a%3Ab":                    "a_b",
		"http://h/%ff":                      "_",
		"http://h/x.%20":                    "x",
	} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, want, nameOf(u), raw)
	}
}

func TestLongNameKeepsItsExtension(t *testing.T) {
	name := clean(strings.Repeat("ü", 300) + ".json")
	require.LessOrEqual(t, len(name), maxName)
	require.True(t, strings.HasSuffix(name, "ü.json"))
	require.True(t, utf8.ValidString(name))
	require.Len(t, clean("x."+strings.Repeat("y", 300)), maxName)
}

func FuzzCleanNameStaysInTheDirectory(f *testing.F) {
	for _, seed := range []string{"", "a", "..", "../..", "/etc/passwd", `c:\x`, ". .", "\x00", "\u202e", "-rf", strings.Repeat("a", 300) + "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, proposed string) {
		name := clean(proposed)
		if name == "" {
			return
		}
		require.True(t, filepath.IsLocal(name))
		require.Equal(t, name, filepath.Base(name))
		require.NotContains(t, name, `\`)
		require.False(t, strings.HasPrefix(name, "."))
		require.LessOrEqual(t, len(name), maxName)
		require.True(t, utf8.ValidString(name))
	})
}

func TestEachNameIsTakenOnce(t *testing.T) {
	var n names
	require.Equal(t, "app.json", n.take("app.json"))
	require.Equal(t, "app-2.json", n.take("app.json"))
	require.Equal(t, "App-3.json", n.take("App.json"))
	require.Equal(t, "app-2-2.json", n.take("app-2.json"))
	require.Equal(t, "x", n.take("x"))
	require.Equal(t, "x-3", n.take("x", func(name string) bool { return name == "x-2" }))
}

func TestFilesOfOneNameGetNumbersInTheOrderOfTheURLs(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	b, dir := run(t, Options{}, url+"/a/app.json", url+"/b/app.json", url+"/c/app.json")
	for i, want := range []string{"app.json", "app-2.json", "app-3.json"} {
		require.Equal(t, want, b.Downloads[i].Result.File)
	}
	require.Equal(t, "/b/app.json", read(t, filepath.Join(dir, "app-2.json")))
}

func TestEarlierFileIsReplaced(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x"), []byte("old"), 0o600))
	_, _ = one(t, Options{Dir: dir}, text(t, "new")+"/x")
	require.Equal(t, []string{"x"}, filesIn(t, dir))
	require.Equal(t, "new", read(t, filepath.Join(dir, "x")))
}

func TestNameThatTheServerProposesIsTakenButReplacesNothing(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="../../`+r.URL.Query().Get("name")+`"`)
		fmt.Fprint(w, "new")
	})
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kept"), []byte("old"), 0o600))
	b, _ := run(t, Options{Dir: dir}, url+"/1?name=menu.txt", url+"/2?name=kept", url+"/3?name=..", url+"/same?name=same")
	var got []string
	for _, d := range b.Downloads {
		require.NoError(t, d.Result.Err)
		got = append(got, d.Result.File)
	}
	require.Equal(t, []string{"menu.txt", "kept-2", "3", "same"}, got)
	require.Equal(t, "old", read(t, filepath.Join(dir, "kept")))
	require.ElementsMatch(t, []string{"menu.txt", "kept", "kept-2", "3", "same"}, filesIn(t, dir))
}

func TestPasswordIsNotShown(t *testing.T) {
	b := New([]string{"http://cook:salt@h/x"}, Options{})
	require.Equal(t, "http://cook:xxxxx@h/x", b.Downloads[0].URL)
}
