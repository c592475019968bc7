package fetch

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	// maxName bounds a file's name: file systems take 255 bytes, of which the unfinished file needs some.
	maxName = 200
	// anonymous is the name of what has none, such as http://host/: it is a directory's index by custom.
	anonymous = "index.html"
)

// names gives each file of one run a name of its own.
type names struct {
	mu sync.Mutex

	taken map[string]bool // by folded name: some file systems ignore case
}

// take returns wanted, or the first of wanted-2, wanted-3, ... (before the extension) that is free and for which none of the
// tests in exists is true. Any goroutine.
func (n *names) take(wanted string, exists ...func(name string) bool) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := wanted
	for i := 2; n.isTaken(name, exists); i++ {
		ext := path.Ext(wanted)
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(wanted, ext), i, ext)
	}
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	n.taken[strings.ToLower(name)] = true
	return name
}

// isTaken: mu held.
func (n *names) isTaken(name string, exists []func(string) bool) bool {
	if n.taken[strings.ToLower(name)] {
		return true
	}
	for _, test := range exists {
		if test(name) {
			return true
		}
	}
	return false
}

// nameOf returns the file name that u asks for: the last element of its path.
func nameOf(u *url.URL) string {
	if name := clean(u.Path); name != "" {
		return name
	}
	return anonymous
}

// clean makes a plain file name of what a server or a URL proposes, or "" if nothing is left. The name has no directory, is
// not hidden, has nothing that a terminal or a file system could take for more than a letter, and is not too long.
func clean(proposed string) string {
	name := proposed[strings.LastIndexAny(proposed, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " ")
	name = strings.TrimLeft(name, ".")
	name = strings.TrimRight(name, ". ")
	if len(name) > maxName {
		ext := path.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:maxName-len(ext)], "") + ext
	}
	return name
}
