package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// CxKept reports a cx, or a function literal that uses one from outside, that is stored where it outlives its poll: in a field,
// an element, a package's variable, a channel.
var CxKept = &analysis.Analyzer{
	Name:     "cxkept",
	Doc:      "report a cx that is stored beyond the poll that received it",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runCxKept,
}

const (
	kept     = "a cx is valid in the poll that received it only: keep cx.Waker() instead, or pass cx as an argument"
	keptInIt = "this function uses a cx, which is valid in the poll that received it only: let it use what cx.Waker() has returned, or take a cx itself"
)

func runCxKept(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	defer skip.reportIdle(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	carriers := findCarriers(pass, in)
	locals := findLocals(pass.TypesInfo, in)
	judge := func(e ast.Expr, staysHere bool) {
		switch {
		case holdsCx(pass.TypesInfo, unconverted(pass.TypesInfo, e)):
			skip.report(pass, e, kept)
		case !staysHere && takesCx(pass, unconverted(pass.TypesInfo, e), carriers):
			skip.report(pass, e, keptInIt)
		}
	}
	nodes := []ast.Node{(*ast.AssignStmt)(nil), (*ast.CompositeLit)(nil), (*ast.SendStmt)(nil), (*ast.CallExpr)(nil)}
	in.WithStack(nodes, func(n ast.Node, push bool, stack []ast.Node) bool {
		if !push {
			return true
		}
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.ASSIGN || len(n.Lhs) != len(n.Rhs) {
				return true
			}
			for i, left := range n.Lhs {
				if outlives(pass, left) {
					judge(n.Rhs[i], locals[rootOf(pass.TypesInfo, left)])
				}
			}
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					e = pair.Value
				}
				judge(e, locals.keep(pass.TypesInfo, stack))
			}
		case *ast.SendStmt:
			judge(n.Value, false)
		case *ast.CallExpr:
			appends := isBuiltin(pass.TypesInfo, n, "append")
			if !appends && !isOneOf(pass.TypesInfo, n, keepers) {
				return true
			}
			for _, arg := range n.Args {
				judge(arg, appends && locals.keep(pass.TypesInfo, stack))
			}
		}
		return true
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

// takesCx reports whether e is a function literal that has no cx of its own and uses one from outside, or a variable that holds
// such a literal.
func takesCx(pass *analysis.Pass, e ast.Expr, carriers map[*types.Var]*types.Var) bool {
	switch e := e.(type) {
	case *ast.FuncLit:
		return contextParam(signatureOf(pass.TypesInfo, e)) == nil && outerCx(pass, e, carriers) != nil
	case *ast.Ident:
		v, ok := pass.TypesInfo.Uses[e].(*types.Var)
		return ok && carriers[v] != nil
	}
	return false
}

// unconverted returns e without parentheses and conversions.
func unconverted(info *types.Info, e ast.Expr) ast.Expr {
	for {
		e = ast.Unparen(e)
		call, ok := e.(*ast.CallExpr)
		if !ok || !info.Types[call.Fun].IsType() {
			return e
		}
		e = call.Args[0]
	}
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
