package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// LostHandle reports a child task whose handle is thrown away: nothing awaits the child, and its owner's end aborts it. In a
// loop without end, whose task lives as long as its children, that is what is wanted, and not reported.
var LostHandle = &analysis.Analyzer{
	Name:     "losthandle",
	Doc:      "report a child task whose handle is neither awaited, nor detached, nor dropped",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      runLostHandle,
}

const lost = "the handle of this child is lost: the task's end aborts the child; await the handle, detach it, or spawn on runtime.Detached(cx)"

func runLostHandle(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	defer skip.reportIdle(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	children := findChildren(pass, in)
	unkept := make(map[*types.Var][]*ast.CallExpr) // the children of local variables that hold handles, with no use of them seen yet
	assigned := make(map[*types.Var]bool)          // those that were there before the handle
	calls := []ast.Node{(*ast.CallExpr)(nil)}
	in.WithStack(calls, func(n ast.Node, push bool, stack []ast.Node) bool {
		call := n.(*ast.CallExpr)
		if !push || inEndlessLoop(pass.TypesInfo, stack) || !children.isChild(call, stack) {
			return true
		}
		if outer := stack[:len(stack)-1]; isLost(call, outer) {
			skip.report(pass, call, lost)
		} else if v := heldBy(pass.TypesInfo, call, outer); v != nil {
			unkept[v] = append(unkept[v], call)
			a, ok := outer[len(outer)-1].(*ast.AssignStmt)
			assigned[v] = assigned[v] || ok && a.Tok == token.ASSIGN
		}
		return true
	})
	in.WithStack([]ast.Node{(*ast.Ident)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		v, ok := pass.TypesInfo.Uses[n.(*ast.Ident)].(*types.Var)
		if ok && push && (!onlyLooks(stack) || assigned[v] && isCaptured(v, stack)) {
			delete(unkept, v)
		}
		return true
	})
	for _, spawned := range unkept {
		for _, call := range spawned {
			skip.report(pass, call, lost)
		}
	}
	return nil, nil
}

// heldBy returns the local variable that a statement gives the result of the call, or nil. One that the function returns is none.
func heldBy(info *types.Info, call *ast.CallExpr, stack []ast.Node) *types.Var {
	switch n := stack[len(stack)-1].(type) {
	case *ast.AssignStmt, *ast.ValueSpec:
		for name, value := range valuesGiven(n) {
			if v := localVar(info, name); value == call && v != nil && v.Kind() == types.LocalVar {
				return v
			}
		}
	}
	return nil
}

// onlyLooks reports whether the last node of stack, a handle, is only asked about its task, compared, or assigned to nothing, or
// is given another value.
func onlyLooks(stack []ast.Node) bool {
	if len(stack) < 2 {
		return false
	}
	id := stack[len(stack)-1].(*ast.Ident)
	switch parent := stack[len(stack)-2].(type) {
	case *ast.SelectorExpr:
		return parent.X == id && slices.Contains([]string{"ID", "Name", "IsFinished", "Outcome"}, parent.Sel.Name)
	case *ast.BinaryExpr:
		return true
	case *ast.AssignStmt:
		i := slices.Index(parent.Rhs, ast.Expr(id))
		return i < 0 || len(parent.Lhs) == len(parent.Rhs) && isBlank(parent.Lhs[i])
	}
	return false
}

// isCaptured reports whether the last node of stack is in a function literal that uses v from outside.
func isCaptured(v *types.Var, stack []ast.Node) bool {
	return slices.ContainsFunc(stack, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncLit)
		return ok && !isWithin(v, f)
	})
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// isLost reports whether the result of the call is thrown away.
func isLost(call *ast.CallExpr, stack []ast.Node) bool {
	switch parent := stack[len(stack)-1].(type) {
	case *ast.ExprStmt, *ast.GoStmt, *ast.DeferStmt:
		return true
	case *ast.AssignStmt:
		for i, right := range parent.Rhs {
			if right == call && len(parent.Lhs) == len(parent.Rhs) {
				return isBlank(parent.Lhs[i])
			}
		}
	}
	return false
}
