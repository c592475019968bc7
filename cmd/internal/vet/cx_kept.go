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
	defer skip.reportIdle(pass)
	isCx := func(e ast.Expr) bool { return holdsCx(pass.TypesInfo, ast.Unparen(e)) }
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
			if id, ok := n.Fun.(*ast.Ident); !isOneOf(pass.TypesInfo, n, keepers) && (!ok || pass.TypesInfo.Uses[id] != types.Universe.Lookup("append")) {
				return
			}
			for _, arg := range n.Args {
				if isCx(arg) {
					skip.report(pass, arg, kept)
				}
			}
		}
	})
	return nil, nil
}

// keepers are functions that keep what they are given.
var keepers = map[string][]string{
	"context":        {"WithValue"},
	"sync":           {"Map.Store", "Map.LoadOrStore", "Map.Swap", "Pool.Put"},
	"sync/atomic":    {"Value.Store", "Value.Swap", "Pointer.Store", "Pointer.Swap"},
	"container/list": {"List.PushBack", "List.PushFront"},
}

// holdsCx reports whether e is a cx, a copy of what it points to, or one of its methods bound to it.
func holdsCx(info *types.Info, e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.StarExpr:
		return isContext(info.TypeOf(e.X))
	case *ast.SelectorExpr:
		if s := info.Selections[e]; s != nil && s.Kind() == types.MethodVal && isContext(info.TypeOf(e.X)) {
			return true
		}
	}
	return isContext(info.TypeOf(e)) && !isNil(info, e)
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
