package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

var lockCalls = map[string][]string{"sync": {"Mutex.Lock", "RWMutex.Lock", "RWMutex.RLock"}}
var unlockCalls = map[string][]string{"sync": {"Mutex.Unlock", "RWMutex.Unlock", "RWMutex.RUnlock"}}

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

// awaitUnder returns the first await that comes, in the order of the text, after the lock call and before an unlock of the same
// expression, or nil. A deferred unlock comes at the end. stack ends with the lock call.
func awaitUnder(pass *analysis.Pass, key string, lock *ast.CallExpr, stack []ast.Node) (wait *ast.CallExpr) {
	var body *ast.BlockStmt
	for i := len(stack) - 1; i >= 0 && body == nil; i-- {
		body = bodyOf(stack[i])
	}
	over := token.NoPos // where the lock is given back
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.DeferStmt:
			return false
		case *ast.CallExpr:
			if n.Pos() <= lock.Pos() || over.IsValid() || wait != nil {
				return true
			}
			if k, ok := lockOf(pass.TypesInfo, n, unlockCalls); ok && k == key {
				over = n.Pos()
			} else if isAwait(pass, n) {
				wait = n
			}
		}
		return true
	})
	return wait
}
