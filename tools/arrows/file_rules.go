package main

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// maxLines bounds a file: one type and its methods fit, a second type does not.
const maxLines = 500

var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)

// clockFunctions read the real time.
var clockFunctions = []string{"Now", "Since", "Until"}

// unsafeConstants are what package unsafe offers that cannot go wrong.
var unsafeConstants = []string{"Alignof", "Offsetof", "Sizeof"}

// checkFile checks the rules that a single file can break. Those of size and unfinished work hold in every module.
func checkFile(r *report, p *goPackage, f *goFile) {
	if f.lines > maxLines {
		r.add(f.path, maxLines+1, "%d lines: a file holds one type and its methods, at most %d lines", f.lines, maxLines)
	}
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			if word := unfinished.FindString(c.Text); word != "" {
				r.add(f.path, f.line(c.Pos()), "%s: finish it or file an issue", word)
			}
		}
	}
	switch {
	case f.isTest && p.module != "bench": // there a sleeping goroutine is what is measured
		checkSleeps(r, f)
	case !f.isTest && p.isExample():
		checkExampleImports(r, f)
	case !f.isTest && p.isLibrary():
		checkSource(r, p, f)
	}
}

// checkSleeps forbids time.Sleep outside the bubbles of testing/synctest, where it costs no time and settles nothing.
func checkSleeps(r *report, f *goFile) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if imported, _ := f.qualified(call.Fun); imported == "testing/synctest" {
				return false
			}
		}
		if e, ok := n.(ast.Expr); ok {
			if imported, name := f.qualified(e); imported == "time" && name == "Sleep" {
				r.add(f.path, f.line(n.Pos()), "no time.Sleep in a test: wait for the event itself, or use testing/synctest or the paused clock")
			}
		}
		return true
	})
}

// checkExampleImports keeps examples to what their readers can import.
func checkExampleImports(r *report, f *goFile) {
	for _, spec := range f.syntax.Imports {
		imported := importPath(spec)
		target, ours := inModule(imported)
		first, _, _ := strings.Cut(imported, "/")
		if ours && strings.HasPrefix(target, "internal/") || !ours && strings.Contains(first, ".") {
			r.add(f.path, f.line(spec.Pos()), "an example imports the standard library and simmer's public packages only, not %s", imported)
		}
	}
}

// checkSource checks the library's own code.
func checkSource(r *report, p *goPackage, f *goFile) {
	for _, decl := range f.syntax.Decls {
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				if !f.hasNote(decl, n, "ends") {
					r.add(f.path, f.line(n.Pos()), "a comment here must say when this goroutine ends: // ends when ...")
				}
			case *ast.CallExpr:
				checkCall(r, f, decl, n)
			case *ast.SelectorExpr:
				checkSelector(r, p, f, decl, n)
			}
			return true
		})
	}
}

func checkCall(r *report, f *goFile, decl ast.Decl, call *ast.CallExpr) {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if fun.Name == "print" || fun.Name == "println" {
			r.add(f.path, f.line(call.Pos()), "the library prints nothing: remove %s", fun.Name)
		}
	case *ast.SelectorExpr:
		imported, name := f.qualified(fun)
		if imported == "unsafe" && !slices.Contains(unsafeConstants, name) && !f.hasNote(decl, call, "Safe because") {
			r.add(f.path, f.line(call.Pos()), "unsafe.%s needs a comment beside it: // Safe because ...", name)
		}
		if fun.Sel.Name == "Go" && isWaitGroup(fun.X) && !f.hasNote(decl, call, "ends") {
			r.add(f.path, f.line(call.Pos()), "a comment here must say when this goroutine ends: // ends when ...")
		}
	}
}

// isWaitGroup guesses by the name: the checker knows no types.
func isWaitGroup(x ast.Expr) bool {
	name := ""
	switch x := x.(type) {
	case *ast.Ident:
		name = x.Name
	case *ast.SelectorExpr:
		name = x.Sel.Name
	}
	return strings.HasSuffix(strings.ToLower(name), "wg") || strings.HasSuffix(strings.ToLower(name), "waitgroup")
}

func checkSelector(r *report, p *goPackage, f *goFile, decl ast.Decl, selector *ast.SelectorExpr) {
	imported, name := f.qualified(selector)
	line := f.line(selector.Pos())
	switch {
	case strings.HasPrefix(name, "RawSyscall"):
		if !matchesAny(unsafePackages, p.dir) {
			r.add(f.path, line, "%s must not call %s: only internal packages and netpoll may", p.dir, name)
		} else if !f.hasNote(decl, selector, "Safe because") {
			r.add(f.path, line, "%s needs a comment beside it: // Safe because ...", name)
		}
	case imported == "fmt" && strings.HasPrefix(name, "Print"), imported == "os" && (name == "Stdout" || name == "Stderr"):
		r.add(f.path, line, "the library prints nothing: remove %s.%s", imported, name)
	case imported == "time" && matchesAny(clockless, p.dir) && slices.Contains(clockFunctions, name):
		r.add(f.path, line, "%s must not call time.%s: the time comes from its Env", p.dir, name)
	}
}

// noteReach is how many lines may stand between a note and what it is about: a statement broken over a few lines.
const noteReach = 3

// hasNote reports whether a comment with the words stands at n: on its line, just above it, or above the declaration.
func (f *goFile) hasNote(decl ast.Decl, n ast.Node, words string) bool {
	if contains(declDoc(decl), words) {
		return true
	}
	line := f.line(n.Pos())
	for _, group := range f.syntax.Comments {
		first, last := f.line(group.Pos()), f.line(group.End())
		if first <= line && line <= last+noteReach && contains(group.Text(), words) {
			return true
		}
	}
	return false
}

// contains reports whether text has the words, perhaps broken over two lines.
func contains(text, words string) bool {
	return strings.Contains(strings.Join(strings.Fields(text), " "), words)
}

func declDoc(decl ast.Decl) string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return d.Doc.Text()
	case *ast.GenDecl:
		return d.Doc.Text()
	}
	return ""
}
