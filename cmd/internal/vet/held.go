package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/types/typeutil"
)

var lockCalls = map[string][]string{
	"sync": {"Mutex.Lock", "RWMutex.Lock", "RWMutex.RLock", "Locker.Lock", "Mutex.TryLock", "RWMutex.TryLock", "RWMutex.TryRLock"},
}
var tryLockCalls = map[string][]string{"sync": {"Mutex.TryLock", "RWMutex.TryLock", "RWMutex.TryRLock"}}
var unlockCalls = map[string][]string{"sync": {"Mutex.Unlock", "RWMutex.Unlock", "RWMutex.RUnlock", "Locker.Unlock"}}

// locks reports whether a call locks a sync.Mutex, and which: the text of the expression.
func locks(info *types.Info, call *ast.CallExpr) (key string, ok bool) {
	return lockOf(info, call, lockCalls)
}

func lockOf(info *types.Info, call *ast.CallExpr, names map[string][]string) (key string, ok bool) {
	s, isSelector := call.Fun.(*ast.SelectorExpr)
	if !isSelector || !isOneOf(info, call, names) {
		return "", false
	}
	return types.ExprString(s.X), true
}

// findReleasers returns the functions of the package that unlock what they have not locked themselves.
func findReleasers(pass *analysis.Pass, in *inspector.Inspector) map[*types.Func]bool {
	releasers := make(map[*types.Func]bool)
	in.Preorder([]ast.Node{(*ast.FuncDecl)(nil)}, func(n ast.Node) {
		d := n.(*ast.FuncDecl)
		if d.Body == nil {
			return
		}
		var locked []string
		ast.Inspect(d.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if key, ok := locks(pass.TypesInfo, call); ok {
					locked = append(locked, key)
				} else if key, ok := lockOf(pass.TypesInfo, call, unlockCalls); ok && !slices.Contains(locked, key) {
					releasers[pass.TypesInfo.Defs[d.Name].(*types.Func)] = true
				}
			}
			return true
		})
	})
	return releasers
}

// holds finds out what happens while a mutex is held.
type holds struct {
	pass      *analysis.Pass
	releasers map[*types.Func]bool
}

// awaitUnder returns an await that can be reached from the lock call with no unlock of the same expression on the way, or nil.
// A deferred unlock comes at the end. A TryLock is followed where it is part of a condition, on the side on which it has locked.
// stack ends with the lock call.
func (h holds) awaitUnder(key string, lock *ast.CallExpr, stack []ast.Node) (wait *ast.CallExpr) {
	graph, body := h.graphOf(stack)
	if graph == nil {
		return nil
	}
	visited := make(map[*cfg.Block]bool)
	var visit func(b *cfg.Block, nodes []ast.Node)
	visit = func(b *cfg.Block, nodes []ast.Node) {
		for _, n := range nodes {
			released := false
			inspectCalls(n, func(n ast.Node) {
				call, isCall := n.(*ast.CallExpr)
				switch {
				case released || wait != nil:
				case h.releases(n, key):
					released = true
				case isCall && isAwait(h.pass, call) && !h.mayBeReleased(body, key, lock, call):
					wait = call
				}
			})
			if released || wait != nil {
				return
			}
		}
		for _, next := range b.Succs {
			if !visited[next] {
				visited[next] = true
				visit(next, next.Nodes)
			}
		}
	}
	for _, b := range graph.Blocks {
		for i, n := range b.Nodes {
			if _, isDeferred := n.(*ast.DeferStmt); b.Live && !isDeferred && n.Pos() <= lock.Pos() && lock.End() <= n.End() {
				if !isOneOf(h.pass.TypesInfo, lock, tryLockCalls) {
					visit(b, b.Nodes[i+1:])
				} else if side, ok := lockedSide(n, lock); ok && i == len(b.Nodes)-1 && len(b.Succs) == 2 {
					visit(b.Succs[side], b.Succs[side].Nodes)
				}
				return wait
			}
		}
	}
	return wait
}

// lockedSide tells on which side of a condition the lock has been taken for certain: on that of true, 0, or on that of false, 1.
func lockedSide(condition ast.Node, lock *ast.CallExpr) (side int, ok bool) {
	e, _ := condition.(ast.Expr)
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return 0, e == lock
	case *ast.UnaryExpr:
		side, ok = lockedSide(e.X, lock)
		return 1 - side, ok && e.Op == token.NOT
	case *ast.BinaryExpr:
		certain := map[token.Token]int{token.LAND: 0, token.LOR: 1}
		for _, operand := range []ast.Expr{e.X, e.Y} {
			if side, ok := lockedSide(operand, lock); ok {
				want, isLogic := certain[e.Op]
				return side, isLogic && side == want
			}
		}
	}
	return 0, false
}

// graphOf returns the control flow of the innermost function of stack, and its body.
func (h holds) graphOf(stack []ast.Node) (*cfg.CFG, *ast.BlockStmt) {
	graphs := h.pass.ResultOf[ctrlflow.Analyzer].(*ctrlflow.CFGs)
	for i := len(stack) - 1; i >= 0; i-- {
		switch f := stack[i].(type) {
		case *ast.FuncLit:
			return graphs.FuncLit(f), f.Body
		case *ast.FuncDecl:
			return graphs.FuncDecl(f), f.Body
		}
	}
	return nil, nil
}

// releases reports whether a node gives the lock back, or hands on the means to do it.
func (h holds) releases(n ast.Node, key string) (found bool) {
	info := h.pass.TypesInfo
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := typeutil.Callee(info, n).(*types.Func)
		if k, isUnlock := lockOf(info, n, unlockCalls); isUnlock {
			return k == key
		}
		return ok && h.releasers[f.Origin()]
	case *ast.SelectorExpr: // a method value
		f, ok := info.Uses[n.Sel].(*types.Func)
		return ok && f.Pkg() != nil && f.Pkg().Path() == "sync" && (f.Name() == "Unlock" || f.Name() == "RUnlock") && types.ExprString(n.X) == key
	case *ast.FuncLit:
		ast.Inspect(n.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				k, isUnlock := lockOf(info, call, unlockCalls)
				found = found || isUnlock && k == key
			}
			return !found
		})
	}
	return found
}

// mayBeReleased reports whether, in the order of the text, an unlock stands between the lock and the wait that may be on the
// way to the wait: one under a condition that may be that of the lock as well. One whose block ends by leaving is not, and one
// in the lock's own block is on the way or not.
func (h holds) mayBeReleased(body *ast.BlockStmt, key string, lock, wait *ast.CallExpr) (found bool) {
	var lists [][]ast.Stmt
	var nodes []ast.Node
	holds := func(list []ast.Stmt, n ast.Node) bool {
		return list[0].Pos() <= n.Pos() && n.End() <= list[len(list)-1].End()
	}
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			last := nodes[len(nodes)-1]
			if listOf(last) != nil {
				lists = lists[:len(lists)-1]
			}
			nodes = nodes[:len(nodes)-1]
			return true
		}
		switch n.(type) {
		case *ast.DeferStmt, *ast.FuncLit:
			return false
		}
		if list := listOf(n); list != nil {
			lists = append(lists, list)
		}
		nodes = append(nodes, n)
		if n.Pos() > lock.Pos() && (n.Pos() < wait.Pos() || wait.Pos() < lock.Pos()) && len(lists) > 0 {
			if call, ok := n.(*ast.CallExpr); ok && h.releases(call, key) {
				list := lists[len(lists)-1]
				found = found || !leaves(list) && !holds(list, lock)
			}
		}
		return true
	})
	return found
}

// listOf returns the statements of a block or a case, or nil.
func listOf(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// leaves reports whether a list of statements ends with a return or a jump.
func leaves(list []ast.Stmt) bool {
	switch list[len(list)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

// inspectCalls calls f for the calls, method values and function literals in n, except what is deferred or inside a literal.
func inspectCalls(n ast.Node, f func(ast.Node)) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt, *ast.GoStmt:
			return false
		case *ast.FuncLit:
			f(n)
			return false
		case *ast.CallExpr:
			for _, arg := range n.Args { // evaluated first
				inspectCalls(arg, f)
			}
			f(n)
			called := n.Fun
			if s, ok := called.(*ast.SelectorExpr); ok { // no method value
				called = s.X
			}
			inspectCalls(called, f)
			return false
		case *ast.SelectorExpr:
			f(n)
		}
		return true
	})
}
