package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// CxKept reports a cx that is stored where it outlives its poll: in a field, an element, a package's variable, a channel.
var CxKept = &analysis.Analyzer{
	Name:     "cxkept",
	Doc:      "report a cx that is stored beyond the poll that received it",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runCxKept,
}

const kept = "a cx is valid in the poll that received it only: keep cx.Waker() instead, or pass cx as an argument"

func runCxKept(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	isCx := func(e ast.Expr) bool { return isContext(pass.TypesInfo.TypeOf(e)) && !isNil(pass.TypesInfo, e) }
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	in.Preorder([]ast.Node{(*ast.AssignStmt)(nil), (*ast.CompositeLit)(nil), (*ast.SendStmt)(nil), (*ast.CallExpr)(nil)}, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.ASSIGN || len(n.Lhs) != len(n.Rhs) {
				return
			}
			for i, left := range n.Lhs {
				if isCx(n.Rhs[i]) && outlives(pass, left) {
					skip.report(pass, n.Rhs[i], kept)
				}
			}
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					e = pair.Value
				}
				if isCx(e) {
					skip.report(pass, e, kept)
				}
			}
		case *ast.SendStmt:
			if isCx(n.Value) {
				skip.report(pass, n.Value, kept)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); !ok || pass.TypesInfo.Uses[id] != types.Universe.Lookup("append") {
				return
			}
			for _, arg := range n.Args[1:] {
				if isCx(arg) {
					skip.report(pass, arg, kept)
				}
			}
		}
	})
	return nil, nil
}

// outlives reports whether what is assigned to left is still there when the function has returned.
func outlives(pass *analysis.Pass, left ast.Expr) bool {
	switch e := ast.Unparen(left).(type) {
	case *ast.Ident:
		v, ok := pass.TypesInfo.ObjectOf(e).(*types.Var)
		return ok && v.Parent() == pass.Pkg.Scope()
	case *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
		return true
	}
	return false
}

func isNil(info *types.Info, e ast.Expr) bool { return info.Types[e].IsNil() }
