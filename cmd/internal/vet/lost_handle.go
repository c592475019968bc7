package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
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
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	spawners := findSpawners(pass, in)
	unkept := make(map[*types.Var]*ast.CallExpr) // local variables that hold a child's handle, with no use of it seen yet
	calls := []ast.Node{(*ast.CallExpr)(nil)}
	in.WithStack(calls, func(n ast.Node, push bool, stack []ast.Node) bool {
		call := n.(*ast.CallExpr)
		if !push || inEndlessLoop(stack) || !isChild(pass.TypesInfo, call, spawners) {
			return true
		}
		if outer := stack[:len(stack)-1]; isLost(call, outer) {
			skip.report(pass, call, lost)
		} else if v := definedAs(pass.TypesInfo, call, outer); v != nil {
			unkept[v] = call
		}
		return true
	})
	in.WithStack([]ast.Node{(*ast.Ident)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		if v, ok := pass.TypesInfo.Uses[n.(*ast.Ident)].(*types.Var); ok && push && !onlyLooks(stack) {
			delete(unkept, v)
		}
		return true
	})
	for _, call := range unkept {
		skip.report(pass, call, lost)
	}
	return nil, nil
}

// spawns are the functions that make a child of the task whose cx they are given.
var spawns = map[string][]string{
	module:              {"Go", "Spawn", "SpawnBlocking"},
	module + "/runtime": {"Go", "Spawn", "SpawnValue", "SpawnBlocking", "GoLocal", "SpawnLocal"},
}

// isChild reports whether a call spawns a task on a cx, by itself or through a function that returns the handle of one.
func isChild(info *types.Info, call *ast.CallExpr, spawners map[*types.Func]bool) bool {
	if isOneOf(info, call, spawns) {
		return isContext(info.TypeOf(call.Args[0]))
	}
	f, ok := typeutil.Callee(info, call).(*types.Func)
	return ok && spawners[f.Origin()]
}

// findSpawners returns the functions of the package that do nothing with a child's handle but return it.
func findSpawners(pass *analysis.Pass, in *inspector.Inspector) map[*types.Func]bool {
	spawners := make(map[*types.Func]bool)
	in.WithStack([]ast.Node{(*ast.ReturnStmt)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		end := n.(*ast.ReturnStmt)
		if !push || len(end.Results) != 1 {
			return true
		}
		call, ok := ast.Unparen(end.Results[0]).(*ast.CallExpr)
		if f, isDecl := owner(pass.TypesInfo, stack).(*ast.FuncDecl); ok && isDecl && isChild(pass.TypesInfo, call, nil) {
			spawners[pass.TypesInfo.Defs[f.Name].(*types.Func)] = true
		}
		return true
	})
	return spawners
}

// definedAs returns the local variable that a statement defines as the result of the call, or nil.
func definedAs(info *types.Info, call *ast.CallExpr, stack []ast.Node) *types.Var {
	switch parent := stack[len(stack)-1].(type) {
	case *ast.AssignStmt:
		if i := slices.Index(parent.Rhs, ast.Expr(call)); i >= 0 && parent.Tok == token.DEFINE && len(parent.Lhs) == len(parent.Rhs) {
			return localVar(info, parent.Lhs[i])
		}
	case *ast.ValueSpec:
		if i := slices.Index(parent.Values, ast.Expr(call)); i >= 0 && len(parent.Names) == len(parent.Values) {
			return localVar(info, parent.Names[i])
		}
	}
	return nil
}

// onlyLooks reports whether the last node of stack, a handle, is only asked about its task, or assigned to nothing.
func onlyLooks(stack []ast.Node) bool {
	if len(stack) < 2 {
		return false
	}
	id := stack[len(stack)-1].(*ast.Ident)
	switch parent := stack[len(stack)-2].(type) {
	case *ast.SelectorExpr:
		return parent.X == id && slices.Contains([]string{"ID", "Name", "IsFinished", "Outcome"}, parent.Sel.Name)
	case *ast.AssignStmt:
		i := slices.Index(parent.Rhs, ast.Expr(id))
		return i >= 0 && len(parent.Lhs) == len(parent.Rhs) && isBlank(parent.Lhs[i])
	}
	return false
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
