// Command pages checks the Markdown pages of the repository: every ```go block type-checks against the library as it is,
// and every link to a file leads somewhere.
//
//	pages [-root DIR]
//
// A block may be a whole file, declarations, or statements; the latter stand in a body whose cx is the task's. Imports may
// be left out. What else a block takes for granted is declared in a comment that readers do not see, just before it:
//
//	<!-- given
//	var urls []string
//	-->
//
// A block that begins with ```go fragment is not checked: for signatures and pieces that are not Go by themselves.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	root := flag.String("root", ".", "the repository's `directory`")
	flag.Parse()
	findings, err := check(*root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Fprintf(os.Stderr, "pages: %d findings\n", len(findings))
		os.Exit(1)
	}
}

// check returns what is wrong in the pages below root.
func check(root string) ([]string, error) {
	var findings []string
	var snippets []snippet
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		p := readPage(filepath.ToSlash(rel), string(text))
		snippets = append(snippets, p.snippets...)
		for _, l := range p.links {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), l.target)); err != nil {
				findings = append(findings, fmt.Sprintf("%s:%d: link to %s, which does not exist", p.name, l.line, l.target))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	wrong, err := typeCheck(root, snippets)
	return append(findings, wrong...), err
}
