package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// CxCapture reports a cx that is used where another task or goroutine runs. The cx of a task is valid inside its own poll, or
// on its own body's coroutine, only.
var CxCapture = &analysis.Analyzer{
	Name:     "cxcapture",
	Doc:      "report a task's cx that is used by another task's body or by a goroutine",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runCxCapture,
}

func runCxCapture(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	in.WithStack([]ast.Node{(*ast.Ident)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		if !push {
			return true
		}
		id := n.(*ast.Ident)
		v, ok := pass.TypesInfo.Uses[id].(*types.Var)
		if !ok || v.IsField() || !isContext(v.Type()) || v.Parent() == pass.Pkg.Scope() {
			return true
		}
		if where := crossed(pass.TypesInfo, v, stack); where != "" {
			skip.report(pass, id, "%s is another task's cx: %s", id.Name, where)
		}
		return true
	})
	return nil, nil
}

// crossed tells why a use of v is not in the poll that v belongs to, or returns "". stack ends with the use.
func crossed(info *types.Info, v *types.Var, stack []ast.Node) string {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.GoStmt:
			return "a goroutine must not use it; wake the task, or use cx.Context()"
		case *ast.FuncDecl:
			return ""
		case *ast.FuncLit:
			if n.Pos() <= v.Pos() && v.Pos() < n.End() {
				return "" // declared in here
			}
			if own := contextParam(signatureOf(info, n)); own != nil {
				return "this function has its own, use that"
			}
			if call, ok := parentCall(stack[:i], n); ok && isOneOf(info, call, ownGoroutine) {
				return "this function runs on a goroutine of its own, and must not use it"
			}
		}
	}
	return ""
}

// parentCall returns the call whose argument f is.
func parentCall(stack []ast.Node, f ast.Node) (*ast.CallExpr, bool) {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.ParenExpr:
			f = n
		case *ast.CallExpr:
			for _, arg := range n.Args {
				if arg == f {
					return n, true
				}
			}
			return nil, false
		default:
			return nil, false
		}
	}
	return nil, false
}
