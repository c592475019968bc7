package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

const modulePath = "github.com/simmer-go/simmer"

// known are the packages that a block may use without an import.
var known = map[string]string{
	"aio":      modulePath + "/aio",
	"bufio":    "bufio",
	"context":  "context",
	"synctest": "testing/synctest",
	"testing":  "testing",
	"errgroup": "golang.org/x/sync/errgroup",
	"errors":   "errors",
	"fmt":      "fmt",
	"future":   modulePath + "/future",
	"http":     "net/http",
	"io":       "io",
	"log":      "log",
	"net":      "net",
	"netpoll":  modulePath + "/netpoll",
	"os":       "os",
	"runtime":  modulePath + "/runtime",
	"simmer":   modulePath,
	"slog":     "log/slog",
	"sync":     "sync",
	"time":     "time",
	"timer":    modulePath + "/timer",
	"waker":    modulePath + "/waker",
}

// unit is a snippet made a whole file.
type unit struct {
	fset  *token.FileSet
	files []*ast.File
}

// complete makes a whole file of s. Errors carry the page's own line numbers.
func complete(s snippet) (unit, error) {
	u := unit{fset: token.NewFileSet()}
	file, err := parseBlock(u.fset, s)
	if err != nil {
		return u, err
	}
	u.files = append(u.files, file)
	if s.given != "" {
		given, err := parser.ParseFile(u.fset, s.page+" (given)", header("package "+file.Name.Name, s.given)+"; "+s.given, parser.SkipObjectResolution)
		if err != nil {
			return u, err
		}
		u.files = append(u.files, given)
	}
	return u, nil
}

// parseBlock tries the three forms of a block and returns the error of the one that it looks like.
func parseBlock(fset *token.FileSet, s snippet) (*ast.File, error) {
	mark := fmt.Sprintf("\n//line %s:%d\n", s.page, s.line)
	if strings.HasPrefix(s.code, "package ") || strings.Contains(s.code, "\npackage ") {
		return parser.ParseFile(fset, s.page, mark[1:]+s.code, parser.SkipObjectResolution)
	}
	declarations, err := parser.ParseFile(fset, s.page, header("package page", s.code)+mark+s.code, parser.SkipObjectResolution)
	if err == nil || startsDeclaration(s.code) {
		return declarations, err
	}
	body := "; func _(cx *simmer.Context) error {"
	return parser.ParseFile(fset, s.page, header("package page", body+s.code)+body+mark+s.code+"\nreturn nil\n}\n", parser.SkipObjectResolution)
}

func startsDeclaration(code string) bool {
	for line := range strings.Lines(code) {
		if first, _, _ := strings.Cut(strings.TrimSpace(line), " "); first != "" && first != "//" {
			return first == "func" || first == "type" || first == "import"
		}
	}
	return false
}

// header is a package clause and the imports that code needs and does not have, on one line.
func header(clause, code string) string {
	var names []string
	for name := range known {
		if strings.Contains(code, name+".") && !strings.Contains(code, `"`+known[name]+`"`) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		clause += fmt.Sprintf("; import %s %q", name, known[name])
	}
	return clause
}
