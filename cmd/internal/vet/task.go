package vet

import (
	"go/ast"
	"go/types"
)

// inTask reports whether the last node of stack runs in a task: in a function that takes a cx, also in a function literal
// that such a function calls or defers at once, but not in one that it hands to a goroutine or to the blocking pool.
func inTask(info *types.Info, stack []ast.Node) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.FuncDecl:
			return contextParam(signatureOf(info, n)) != nil
		case *ast.FuncLit:
			if contextParam(signatureOf(info, n)) != nil {
				return true
			}
			if !calledAtOnce(stack[:i], n) {
				return false
			}
		}
	}
	return false
}

// calledAtOnce reports whether the literal f is called where it stands, or deferred, on the same goroutine.
func calledAtOnce(stack []ast.Node, f *ast.FuncLit) bool {
	if len(stack) == 0 {
		return false
	}
	call, ok := stack[len(stack)-1].(*ast.CallExpr)
	if !ok || ast.Unparen(call.Fun) != f {
		return false
	}
	if len(stack) > 1 {
		_, isGo := stack[len(stack)-2].(*ast.GoStmt)
		return !isGo
	}
	return true
}
