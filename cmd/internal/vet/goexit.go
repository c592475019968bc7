package vet

import (
	"fmt"
	"go/ast"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Goexit reports calls in a task that end or bind the goroutine it runs on, which is the worker's or a pooled coroutine.
var Goexit = &analysis.Analyzer{
	Name:     "goexit",
	Doc:      "report runtime.Goexit, runtime.LockOSThread and t.FailNow in a task",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runGoexit,
}

var goexits = map[string][]string{
	"runtime": {"Goexit"},
	"testing": {"common.FailNow", "common.Fatal", "common.Fatalf", "common.SkipNow", "common.Skip", "common.Skipf"},
}

var threadLocks = map[string][]string{"runtime": {"LockOSThread"}}

func runGoexit(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	defer skip.reportIdle(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	calls := []ast.Node{(*ast.CallExpr)(nil)}
	helpers := make(helpers)
	in.WithStack(calls, func(n ast.Node, push bool, stack []ast.Node) bool {
		call := n.(*ast.CallExpr)
		if !push {
			return true
		}
		_, name := callee(pass.TypesInfo, call)
		switch {
		case isOneOf(pass.TypesInfo, call, goexits):
			helpers.judge(pass, skip, stack, finding{call, fmt.Sprintf("%s ends the goroutine, which is not the task's own: the worker must be replaced; return an error instead", base(name))})
		case isOneOf(pass.TypesInfo, call, threadLocks):
			helpers.judge(pass, skip, stack, finding{call, "LockOSThread binds the worker, or a coroutine of the pool, to a thread: use SpawnBlocking"})
		}
		return true
	})
	in.WithStack(calls, func(n ast.Node, push bool, stack []ast.Node) bool {
		call := n.(*ast.CallExpr)
		if name, f, ok := helpers.calledBy(pass, call); ok && push && inTask(pass.TypesInfo, stack) {
			skip.report(pass, call, "%s must not be called in a task: in it (line %d), %s", name, pass.Fset.Position(f.node.Pos()).Line, f.text)
		}
		return true
	})
	return nil, nil
}

// base returns a method's name without its type.
func base(name string) string {
	if i := slices.Index([]byte(name), '.'); i >= 0 {
		return name[i+1:]
	}
	return name
}
