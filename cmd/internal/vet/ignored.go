package vet

import (
	"go/ast"
	"iter"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// BadIgnore reports comments that are to switch an analyzer off, and name none. That a comment switches nothing off is reported
// by the analyzer that it names.
var BadIgnore = &analysis.Analyzer{
	Name: "badignore",
	Doc:  "report a //simmer:ignore that names none of these analyzers",
	Run:  runBadIgnore,
}

func runBadIgnore(pass *analysis.Pass) (any, error) {
	var names []string
	for _, a := range judges {
		names = append(names, a.Name)
	}
	known := strings.Join(names, ", ")
	for c, name := range ignoring(pass) {
		switch {
		case name == "":
			pass.ReportRangef(c, "this comment names no analyzer, and switches none off: there are %s", known)
		case !slices.Contains(names, name):
			pass.ReportRangef(c, "this comment switches nothing off: no analyzer %q; there are %s", name, known)
		}
	}
	return nil, nil
}

// ignoring yields the comments of the package that are to switch an analyzer off, with its name, except those of tests, where
// nothing is reported.
func ignoring(pass *analysis.Pass) iter.Seq2[*ast.Comment, string] {
	return func(yield func(*ast.Comment, string) bool) {
		for _, f := range pass.Files {
			if isTest(pass, f) {
				continue
			}
			for _, group := range f.Comments {
				for _, c := range group.List {
					text, ok := strings.CutPrefix(c.Text, "//simmer:ignore")
					if !ok || strings.TrimLeft(text, " \t") == text && text != "" {
						continue
					}
					var name string
					if fields := strings.Fields(text); len(fields) > 0 {
						name = fields[0]
					}
					if !yield(c, name) {
						return
					}
				}
			}
		}
	}
}

func isTest(pass *analysis.Pass, node ast.Node) bool {
	return strings.HasSuffix(pass.Fset.Position(node.Pos()).Filename, "_test.go")
}

// ignored holds the comments that switch the running analyzer off.
type ignored struct {
	comments []*ignoreComment
	lines    map[line]*ignoreComment // those on which each has an effect: its own and the next
}

type line struct {
	file   string
	number int
}

type ignoreComment struct {
	*ast.Comment
	used bool
}

// ignores collects the comments that switch the analyzer off.
func ignores(pass *analysis.Pass) *ignored {
	i := &ignored{lines: make(map[line]*ignoreComment)}
	for c, name := range ignoring(pass) {
		if name != pass.Analyzer.Name {
			continue
		}
		comment := &ignoreComment{Comment: c}
		i.comments = append(i.comments, comment)
		at := lineOf(pass, c)
		i.lines[at] = comment // also if the comment above has an effect here
		if at.number++; i.lines[at] == nil {
			i.lines[at] = comment
		}
	}
	return i
}

func lineOf(pass *analysis.Pass, node ast.Node) line {
	at := pass.Fset.Position(node.Pos())
	return line{at.Filename, at.Line}
}

// covers reports whether the comments switch the analyzer off for a node, which is wrong without them.
func (i *ignored) covers(pass *analysis.Pass, node ast.Node) bool {
	c := i.lines[lineOf(pass, node)]
	if c != nil {
		c.used = true
	}
	return c != nil
}

// report reports, unless the line says that it is to be ignored, or is in a test: there a blocked worker may be what is tested.
func (i *ignored) report(pass *analysis.Pass, node ast.Node, format string, args ...any) {
	if !i.covers(pass, node) && !isTest(pass, node) {
		pass.ReportRangef(node, format, args...)
	}
}

// reportIdle reports the comments that have switched nothing off.
func (i *ignored) reportIdle(pass *analysis.Pass) {
	for _, c := range i.comments {
		if !c.used {
			pass.ReportRangef(c, "this comment switches nothing off: %s has nothing to report here", pass.Analyzer.Name)
		}
	}
}
