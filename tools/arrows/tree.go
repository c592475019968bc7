package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// tree is the parsed repository.
type tree struct {
	root     string
	modules  []string // directories with a go.mod, relative to root
	packages []*goPackage
}

// goPackage is one directory's Go files.
type goPackage struct {
	dir    string // relative to the repository, with slashes; "." is its top
	module string // directory of its module
	files  []*goFile
}

// isLibrary reports whether p is what embedders get: a package of the root module that is not an example.
func (p *goPackage) isLibrary() bool { return p.module == "." && !p.isExample() }

func (p *goPackage) isExample() bool { return p.module == "." && strings.HasPrefix(p.dir, "examples/") }

// goFile is one parsed file.
type goFile struct {
	path   string // relative to the repository
	isTest bool
	lines  int
	fset   *token.FileSet
	syntax *ast.File
	names  map[string]string // local name of each import, and its path
}

func (f *goFile) line(pos token.Pos) int { return f.fset.Position(pos).Line }

// load parses all Go files below root. Hidden folders, testdata and what starts with an underscore are left out, as the
// go command does.
func load(root string) (*tree, error) {
	t := &tree{root: root}
	byDir := map[string]*goPackage{}
	moduleOf := map[string]string{".": "."}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if entry.IsDir() {
			return t.enter(rel, moduleOf)
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		f, err := parse(root, rel)
		if err != nil {
			return err
		}
		dir := path.Dir(rel)
		p := byDir[dir]
		if p == nil {
			p = &goPackage{dir: dir, module: moduleOf[dir]}
			byDir[dir] = p
			t.packages = append(t.packages, p)
		}
		p.files = append(p.files, f)
		return nil
	})
	return t, err
}

// enter notes the module that dir belongs to, or skips it.
func (t *tree) enter(dir string, moduleOf map[string]string) error {
	base := path.Base(dir)
	if dir != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "bin") {
		return filepath.SkipDir
	}
	moduleOf[dir] = moduleOf[path.Dir(dir)]
	if _, err := os.Stat(filepath.Join(t.root, dir, "go.mod")); err == nil {
		moduleOf[dir] = dir
		t.modules = append(t.modules, dir)
	}
	return nil
}

func parse(root, rel string) (*goFile, error) {
	source, err := os.ReadFile(filepath.Join(root, rel))
	if err != nil {
		return nil, err
	}
	f := &goFile{
		path:   rel,
		isTest: strings.HasSuffix(rel, "_test.go"),
		lines:  bytes.Count(source, []byte("\n")),
		fset:   token.NewFileSet(),
		names:  map[string]string{},
	}
	f.syntax, err = parser.ParseFile(f.fset, rel, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, spec := range f.syntax.Imports {
		imported := importPath(spec)
		name := path.Base(imported)
		if v := strings.TrimPrefix(name, "v"); v != name && isNumber(v) {
			name = path.Base(path.Dir(imported))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		f.names[name] = imported
	}
	return f, nil
}

func importPath(spec *ast.ImportSpec) string {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value // the parser has accepted it: cannot be
	}
	return imported
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// qualified returns the import path and the name of a selector such as time.Sleep, or two empty strings.
func (f *goFile) qualified(e ast.Expr) (imported, name string) {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	x, ok := selector.X.(*ast.Ident)
	if !ok || f.names[x.Name] == "" {
		return "", ""
	}
	return f.names[x.Name], selector.Sel.Name
}
