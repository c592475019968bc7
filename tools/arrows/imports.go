package main

import (
	"slices"
	"strings"
)

// checkArrows compares the imports of a library package with the table.
func checkArrows(r *report, p *goPackage) {
	imports, known := allowed(p.dir)
	if !known {
		r.add(p.files[0].path, 1, "package %s is not in the table of tools/arrows/table.go: say there what it may import", p.dir)
		return
	}
	for _, f := range p.files {
		for _, spec := range f.syntax.Imports {
			if text := judge(p.dir, importPath(spec), imports, f.isTest); text != "" {
				r.add(f.path, f.line(spec.Pos()), "%s", text)
			}
		}
	}
}

// judge returns what is wrong with an import, or "". Tests may use every package of the library.
func judge(dir, imported string, imports []string, isTest bool) string {
	if target, ok := inModule(imported); ok {
		switch {
		case isTest, slices.Contains(imports, target), strings.HasPrefix(target, "internal/"):
			return ""
		case len(imports) == 0:
			return dir + " must not import " + target + ": it may import internal packages only"
		}
		return dir + " must not import " + target + ": it may import " + strings.Join(imports, ", ") + " and internal packages"
	}
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case !strings.Contains(first, "."):
		return judgeStandard(dir, imported, isTest)
	case isTest && slices.ContainsFunc(testLibraries, func(m string) bool { return within(imported, m) }):
		return ""
	case isTest:
		return "tests of the library use testify and goleak only, not " + imported
	case !within(imported, "golang.org/x/sys"):
		return "the library depends on golang.org/x/sys only, not on " + imported
	case !matchesAny(systemPackages, dir):
		return dir + " must not import " + imported + ": systems are hidden behind netpoll, aio and internal"
	}
	return ""
}

func judgeStandard(dir, imported string, isTest bool) string {
	switch {
	case isTest:
		return ""
	case imported == "log":
		return "the library prints nothing: log through the *slog.Logger of the Config"
	case imported == "sync/atomic" && dir != "internal/sy":
		return "import internal/sy instead of sync/atomic: it is the seam for model checking, with the same types"
	case imported == "unsafe" && !matchesAny(unsafePackages, dir):
		return dir + " must not import unsafe: only internal packages and netpoll may"
	case within(imported, "math/rand") && matchesAny(seeded, dir):
		return dir + " must not import " + imported + ": chance comes from outside, through internal/xrand"
	}
	return ""
}

// inModule returns the folder of a package of the library.
func inModule(imported string) (dir string, ok bool) {
	if imported == modulePath {
		return ".", true
	}
	return strings.CutPrefix(imported, modulePath+"/")
}

// within reports whether imported is module or one of its packages.
func within(imported, module string) bool {
	return imported == module || strings.HasPrefix(imported, module+"/")
}
