package vet

import (
	"go/ast"
	"go/types"

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

func runLostHandle(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	in.WithStack([]ast.Node{(*ast.CallExpr)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		call := n.(*ast.CallExpr)
		if push && isHandle(pass.TypesInfo.TypeOf(call)) && isChild(pass.TypesInfo, call) && isLost(call, stack[:len(stack)-1]) && !inEndlessLoop(stack) {
			skip.report(pass, call, "the handle of this child is lost: the task's end aborts the child; await the handle, detach it, or spawn on runtime.Detached(cx)")
		}
		return true
	})
	return nil, nil
}

// isChild reports whether a task is spawned on a cx.
func isChild(info *types.Info, call *ast.CallExpr) bool {
	return len(call.Args) > 0 && isContext(info.TypeOf(call.Args[0]))
}

// isLost reports whether the result of the call is thrown away.
func isLost(call *ast.CallExpr, stack []ast.Node) bool {
	switch parent := stack[len(stack)-1].(type) {
	case *ast.ExprStmt, *ast.GoStmt, *ast.DeferStmt:
		return true
	case *ast.AssignStmt:
		for i, right := range parent.Rhs {
			if right == call && len(parent.Lhs) == len(parent.Rhs) {
				id, ok := parent.Lhs[i].(*ast.Ident)
				return ok && id.Name == "_"
			}
		}
	}
	return false
}

// inEndlessLoop reports whether the last node of stack is in a loop, of the same function, that only a return ends.
func inEndlessLoop(stack []ast.Node) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			return false
		case *ast.ForStmt:
			if n.Cond == nil {
				return true
			}
		}
	}
	return false
}
