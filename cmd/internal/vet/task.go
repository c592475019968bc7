package vet

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// inTask reports whether the last node of stack runs in a task: in a function that takes a cx, also in a function literal
// that runs there, but not in one that it hands to a goroutine or to the blocking pool.
func inTask(info *types.Info, stack []ast.Node) bool {
	f := owner(info, stack)
	return f != nil && contextParam(signatureOf(info, f)) != nil
}

// owner returns the function on whose goroutine the last node of stack runs: a declaration, or a literal that has a cx of its
// own. It returns nil for a literal of which one cannot see that it runs where it stands.
func owner(info *types.Info, stack []ast.Node) ast.Node { return ownerBeside(info, stack, nil) }

// ownerBeside is owner; seen are the literals that are being looked at already, which may call each other.
func ownerBeside(info *types.Info, stack []ast.Node, seen []*ast.FuncLit) ast.Node {
	if isGoCall(stack) {
		return nil
	}
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.FuncDecl:
			return n
		case *ast.FuncLit:
			if contextParam(signatureOf(info, n)) != nil {
				return n
			}
			if slices.Contains(seen, n) {
				return nil
			}
			if f := boundTo(info, stack[:i], n); f != nil {
				return callerOf(info, f, stack[:i], append(seen, n))
			}
			if !runsHere(info, stack[:i], n) {
				return nil
			}
		}
	}
	return nil
}

// isGoCall reports whether the last node of stack is the call that a go statement makes.
func isGoCall(stack []ast.Node) bool {
	if len(stack) < 2 {
		return false
	}
	g, ok := stack[len(stack)-2].(*ast.GoStmt)
	return ok && g.Call == stack[len(stack)-1]
}

// runsHere reports whether f, a literal or a variable that holds one, is called where it stands, deferred, or given to a
// function that calls it at once, on the same goroutine. stack ends with what f stands in.
func runsHere(info *types.Info, stack []ast.Node, f ast.Expr) bool {
	for len(stack) > 0 {
		paren, ok := stack[len(stack)-1].(*ast.ParenExpr)
		if !ok {
			break
		}
		stack, f = stack[:len(stack)-1], paren
	}
	if len(stack) == 0 || isGoCall(stack) {
		return false
	}
	call, ok := stack[len(stack)-1].(*ast.CallExpr)
	return ok && (call.Fun == f || slices.Contains(call.Args, f) && callsAtOnce(info, call))
}

// callsAtOnce reports whether a call calls the functions it is given before it returns, or has them called by polls.
func callsAtOnce(info *types.Info, call *ast.CallExpr) bool {
	path, name := callee(info, call)
	switch path {
	case "slices", "sort", "maps", "strings", "bytes":
		return true
	case "sync":
		return name == "Once.Do"
	case module + "/runtime":
		return name == "Scope"
	case module + "/future", module + "/stream", module + "/sync/watch":
		return !strings.HasSuffix(name, "Blocking")
	}
	return false
}

// boundTo returns the local variable that a literal is the value of, or nil. stack ends with what the literal stands in.
func boundTo(info *types.Info, stack []ast.Node, f *ast.FuncLit) *types.Var {
	if len(stack) == 0 {
		return nil
	}
	switch n := stack[len(stack)-1].(type) {
	case *ast.AssignStmt:
		if i := slices.Index(n.Rhs, ast.Expr(f)); i >= 0 && len(n.Lhs) == len(n.Rhs) {
			return localVar(info, n.Lhs[i])
		}
	case *ast.ValueSpec:
		if i := slices.Index(n.Values, ast.Expr(f)); i >= 0 && len(n.Names) == len(n.Values) {
			return localVar(info, n.Names[i])
		}
	}
	return nil
}

func localVar(info *types.Info, e ast.Expr) *types.Var {
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := info.ObjectOf(id).(*types.Var)
	if !ok || v.Pkg() == nil || v.Parent() == v.Pkg().Scope() {
		return nil
	}
	return v
}

// callerOf returns the function on whose goroutine the function that is held by v is called, or nil. stack leads to where v is
// given its value.
func callerOf(info *types.Info, v *types.Var, stack []ast.Node, seen []*ast.FuncLit) (found ast.Node) {
	if len(stack) == 0 {
		return nil
	}
	i := slices.IndexFunc(stack, func(n ast.Node) bool { return bodyOf(n) != nil })
	if i < 0 {
		return nil
	}
	path := slices.Clone(stack[:i])
	ast.Inspect(stack[i], func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		if id, ok := n.(*ast.Ident); ok && found == nil && info.Uses[id] == v && runsHere(info, path, id) {
			found = ownerBeside(info, path, seen)
		}
		path = append(path, n)
		return true
	})
	return found
}
