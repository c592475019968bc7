// Command arrows checks the structure of the repository: which package may import which, and the rules of docs/style.md
// that a program can check. It prints each finding as file:line: text and exits with status 1 if there is one.
//
//	arrows [-root DIR]
//
// It parses every Go file, whatever its build constraints, so a file for another system is checked too.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	root := flag.String("root", ".", "the repository's `directory`")
	flag.Parse()
	findings, err := check(*root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "arrows:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Fprintf(os.Stderr, "arrows: %d findings\n", len(findings))
		os.Exit(1)
	}
}

// check returns what is wrong in the repository at root, in the order of the files.
func check(root string) ([]finding, error) {
	t, err := load(root)
	if err != nil {
		return nil, err
	}
	var r report
	if err := checkModules(&r, t); err != nil {
		return nil, err
	}
	for _, p := range t.packages {
		if p.isLibrary() {
			checkArrows(&r, p)
			checkPackage(&r, p)
		}
		for _, f := range p.files {
			checkFile(&r, p, f)
		}
	}
	return r.sorted(), nil
}
