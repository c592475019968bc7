package main

import (
	"go/ast"
	"go/doc"
	"path"
	"strings"
)

// checkPackage checks what every package of the library has: a doc comment in doc.go, a runnable Example, and a TestMain that
// looks for leaked goroutines.
func checkPackage(r *report, p *goPackage) {
	var tests []*ast.File
	documented, guarded, name := false, false, ""
	for _, f := range p.files {
		if f.isTest {
			tests = append(tests, f.syntax)
			guarded = guarded || hasLeakCheck(f)
			continue
		}
		name = f.syntax.Name.Name
		documented = documented || path.Base(f.path) == "doc.go" && strings.HasPrefix(f.syntax.Doc.Text(), "Package "+name+" ")
	}
	first := p.files[0].path
	if !documented {
		r.add(first, 1, "package %s needs a doc.go with a comment that begins with: Package %s", p.dir, name)
	}
	if !hasExample(tests) {
		r.add(first, 1, "package %s needs a runnable Example: one with an // Output: comment, in example_test.go", p.dir)
	}
	if !guarded {
		r.add(first, 1, "package %s needs a TestMain that calls goleak.VerifyTestMain", p.dir)
	}
}

func hasExample(tests []*ast.File) bool {
	for _, e := range doc.Examples(tests...) {
		if e.Output != "" || e.EmptyOutput {
			return true
		}
	}
	return false
}

func hasLeakCheck(f *goFile) bool {
	for _, decl := range f.syntax.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Name.Name != "TestMain" || fn.Body == nil {
			continue
		}
		found := false
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				imported, _ := f.qualified(e)
				found = found || imported == "go.uber.org/goleak"
			}
			return true
		})
		return found
	}
	return false
}
