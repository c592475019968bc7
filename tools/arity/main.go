// Command arity writes the combinators of package future that take a fixed number of futures of different types, one file for
// each number: Go has no type parameters of variable number. What they have in common stands in family.tmpl.
//
//	arity [-dir DIR]
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
)

// The smallest and the largest number of futures.
const (
	fewest = 2
	most   = 6
)

var words = map[int]string{2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}

//go:embed family.tmpl
var text string

// family is what the template is filled with.
type family struct {
	N        int
	Word     string
	Branches []branch
}

// branch is one of the futures: Type is its type parameter and its exported field, Name its unexported field and argument.
type branch struct {
	Index      int
	Type, Name string
}

func main() {
	dir := flag.String("dir", ".", "the `directory` of package future")
	flag.Parse()
	for n := fewest; n <= most; n++ {
		source, err := generate(n)
		if err == nil {
			err = os.WriteFile(filepath.Join(*dir, fileName(n)), source, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "arity:", err)
			os.Exit(1)
		}
	}
}

func fileName(n int) string { return fmt.Sprintf("family%d.go", n) }

// Later returns all branches but the first, the last one first: deferred calls run in the opposite order.
func (f family) Later() []branch {
	later := slices.Clone(f.Branches[1:])
	slices.Reverse(later)
	return later
}

// generate returns the file of the combinators of n futures.
func generate(n int) ([]byte, error) {
	f := family{N: n, Word: words[n]}
	for i := range n {
		letter := string(rune('A' + i))
		f.Branches = append(f.Branches, branch{Index: i, Type: letter, Name: strings.ToLower(letter)})
	}
	t, err := template.New("family").Funcs(template.FuncMap{"join": join}).Parse(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, f); err != nil {
		return nil, err
	}
	return format.Source(b.Bytes())
}

// join writes pattern once for each branch, with sep between: $T stands for the type, $n for the name, $i for the index.
func join(branches []branch, sep, pattern string) string {
	parts := make([]string, len(branches))
	for i, b := range branches {
		parts[i] = strings.NewReplacer("$T", b.Type, "$n", b.Name, "$i", fmt.Sprint(b.Index)).Replace(pattern)
	}
	return strings.Join(parts, sep)
}
