package vet

import (
	"go/ast"
	"go/types"
	"slices"

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
	defer skip.reportIdle(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	carriers := findCarriers(pass, in)
	in.WithStack([]ast.Node{(*ast.Ident)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		if !push {
			return true
		}
		id := n.(*ast.Ident)
		v, ok := pass.TypesInfo.Uses[id].(*types.Var)
		if !ok {
			return true
		}
		if isLocalContext(pass, v) {
			if where := crossed(pass.TypesInfo, v, stack); where != "" {
				skip.report(pass, id, "%s is another task's cx: %s", id.Name, where)
			}
		} else if cx := carriers[v]; cx != nil {
			if where := crossed(pass.TypesInfo, cx, stack); where != "" {
				skip.report(pass, id, "%s uses another task's %s: %s", id.Name, cx.Name(), where)
			}
		}
		return true
	})
	return nil, nil
}

func isLocalContext(pass *analysis.Pass, v *types.Var) bool {
	return !v.IsField() && isContext(v.Type()) && v.Parent() != pass.Pkg.Scope()
}

// findCarriers returns the local variables that hold a function literal which uses a cx from outside: where they are used, so
// is the cx.
func findCarriers(pass *analysis.Pass, in *inspector.Inspector) map[*types.Var]*types.Var {
	carriers := make(map[*types.Var]*types.Var)
	in.WithStack([]ast.Node{(*ast.FuncLit)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		f := n.(*ast.FuncLit)
		v := boundTo(pass.TypesInfo, stack[:len(stack)-1], f)
		if !push || v == nil || contextParam(signatureOf(pass.TypesInfo, f)) != nil {
			return true
		}
		if cx := outerCx(pass, f, carriers); cx != nil {
			carriers[v] = cx
		}
		return true
	})
	return carriers
}

// outerCx returns a cx from outside that f uses, by itself or through one of the carriers, or nil.
func outerCx(pass *analysis.Pass, f *ast.FuncLit, carriers map[*types.Var]*types.Var) (found *types.Var) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			switch v, ok := pass.TypesInfo.Uses[id].(*types.Var); {
			case !ok || isWithin(v, f):
			case isLocalContext(pass, v):
				found = v
			case carriers[v] != nil && !isWithin(carriers[v], f):
				found = carriers[v]
			}
		}
		return found == nil
	})
	return found
}

// isWithin reports whether v is declared in f.
func isWithin(v *types.Var, f *ast.FuncLit) bool { return f.Pos() <= v.Pos() && v.Pos() < f.End() }

const (
	inGoroutine = "a goroutine must not use it; wake the task, or use cx.Context()"
	inOwn       = "this function runs on a goroutine of its own, and must not use it"
)

// crossed tells why a use of v, or of a function that uses v, is not in the poll that v belongs to, or returns "". stack ends
// with the use.
func crossed(info *types.Info, v *types.Var, stack []ast.Node) string {
	if call, ok := givenTo(info, stack); ok && isOneOf(info, call, ownGoroutine) {
		return inOwn
	}
	isInner := false
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.GoStmt:
			if isInner || goesAlong(stack[i+1:]) {
				return inGoroutine
			}
		case *ast.FuncDecl:
			return ""
		case *ast.FuncLit:
			if isWithin(v, n) {
				return ""
			}
			if own := contextParam(signatureOf(info, n)); own != nil {
				return "this function has its own, use that"
			}
			if call, ok := parentCall(stack[:i], n); ok && isOneOf(info, call, ownGoroutine) {
				return inOwn
			}
			isInner = true
		}
	}
	return ""
}

// goesAlong reports whether the goroutine itself uses the last node of stack, which begins with the call of a go statement:
// as what it calls, as the receiver or as an argument. What stands inside an argument is evaluated before it starts.
func goesAlong(stack []ast.Node) bool {
	if len(stack) == 3 {
		_, isSelector := stack[1].(*ast.SelectorExpr)
		return isSelector
	}
	return len(stack) == 2
}

// givenTo returns the call that the last node of stack is an argument of, as a function or as the receiver of a method value.
func givenTo(info *types.Info, stack []ast.Node) (*ast.CallExpr, bool) {
	f := stack[len(stack)-1].(ast.Expr)
	stack = stack[:len(stack)-1]
	if s, ok := stack[len(stack)-1].(*ast.SelectorExpr); ok {
		f, stack = s, stack[:len(stack)-1]
	}
	if _, isFunc := info.TypeOf(f).Underlying().(*types.Signature); !isFunc {
		return nil, false
	}
	return parentCall(stack, f)
}

// parentCall returns the call whose argument f is.
func parentCall(stack []ast.Node, f ast.Expr) (*ast.CallExpr, bool) {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.ParenExpr:
			f = n
		case *ast.CallExpr:
			return n, slices.Contains(n.Args, f)
		default:
			return nil, false
		}
	}
	return nil, false
}
