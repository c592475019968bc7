package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	rowID     = regexp.MustCompile(`^[STFL][0-9]+$`)
	behaviour = regexp.MustCompile(`^// tokio: ((?:[STFL][0-9]+,? +)*)(\S+\.rs) ((?:[^:(]|::|\([^)]*\))+?): (.+)$`)
	coverage  = regexp.MustCompile(`^// covers: ((?:[STFL][0-9]+,? *)+)$`)
)

// testName is what a function must be called to count: Go runs these, or the fuzzer does.
var testName = regexp.MustCompile(`^(Test|Fuzz|Example)`)

// claim is what one comment says about the test that it belongs to.
type claim struct {
	test  string // package.Function
	path  string // of our file, below the root
	rows  []string
	file  string // tokio's file; empty in a coverage line
	name  string // tokio's test
	asks  string // what that asserts
	where string // for messages
}

// scan reads the comments of all tests below root.
func scan(root string) ([]claim, error) {
	var claims []claim
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "target"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		found, err := scanFile(root, name)
		claims = append(claims, found...)
		return err
	})
	return claims, err
}

func scanFile(root, name string) ([]claim, error) {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	path, err := filepath.Rel(root, name)
	if err != nil {
		return nil, err
	}
	path = filepath.ToSlash(path)
	var claims []claim
	for _, group := range f.Comments {
		for _, comment := range group.List {
			c, ok, err := parseClaim(comment.Text)
			position := files.Position(comment.Pos())
			c.where = fmt.Sprintf("%s:%d", path, position.Line)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.where, err)
			}
			if !ok {
				continue
			}
			test := owner(f, comment)
			if test == "" {
				return nil, fmt.Errorf("%s: this comment belongs to no test", c.where)
			}
			c.path = path
			c.test = filepath.ToSlash(filepath.Dir(path)) + "." + test
			claims = append(claims, c)
		}
	}
	return claims, nil
}

// parseClaim reads one comment line. It reports false if that is none of ours, and an error if it looks like one and is not.
func parseClaim(text string) (c claim, ok bool, err error) {
	if m := behaviour.FindStringSubmatch(text); m != nil {
		return claim{rows: ids(m[1]), file: m[2], name: strings.TrimSpace(m[3]), asks: strings.TrimSpace(m[4])}, true, nil
	}
	if m := coverage.FindStringSubmatch(text); m != nil {
		return claim{rows: ids(m[1])}, true, nil
	}
	if strings.HasPrefix(text, "// tokio:") || strings.HasPrefix(text, "// covers:") {
		return c, false, fmt.Errorf("want `// tokio: [T1] tests/file.rs test_name: what it asserts` or `// covers: F1 F2`")
	}
	return c, false, nil
}

func ids(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
}

// owner returns the name of the test whose doc comment or body holds the comment, or, if it stands in a table, of the test that
// follows the table; or "".
func owner(f *ast.File, comment *ast.Comment) string {
	inTable := false
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			inTable = inTable || d.Pos() <= comment.Pos() && comment.Pos() < d.End()
		case *ast.FuncDecl:
			if !testName.MatchString(d.Name.Name) {
				continue
			}
			begin := d.Pos()
			if d.Doc != nil {
				begin = d.Doc.Pos()
			}
			if inTable || begin <= comment.Pos() && comment.Pos() < d.End() {
				return d.Name.Name
			}
		}
	}
	return ""
}
