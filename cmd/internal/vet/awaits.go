package vet

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// awaits is the fact that a function may suspend the body that calls it.
type awaits struct{}

func (*awaits) AFact()         {}
func (*awaits) String() string { return "awaits" }

// suspenders are the functions that suspend by themselves.
var suspenders = map[string][]string{module + "/future": {"Await", "AwaitPoll", "TryAwaitPoll", "Yield"}}

// findAwaits exports the fact for each function of the package that calls one that awaits, until nothing new is found.
func findAwaits(pass *analysis.Pass, in *inspector.Inspector) {
	calls := make(map[*types.Func][]*ast.CallExpr)
	in.WithStack([]ast.Node{(*ast.CallExpr)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		if !push {
			return true
		}
		for _, outer := range stack {
			if d, ok := outer.(*ast.FuncDecl); ok && inTask(pass.TypesInfo, stack) {
				if f, ok := pass.TypesInfo.Defs[d.Name].(*types.Func); ok {
					calls[f] = append(calls[f], n.(*ast.CallExpr))
				}
			}
		}
		return true
	})
	for changed := true; changed; {
		changed = false
		for f, list := range calls {
			if pass.ImportObjectFact(f, new(awaits)) || contextParam(f.Signature()) == nil {
				continue
			}
			for _, call := range list {
				if isAwait(pass, call) && takesOneOf(pass.TypesInfo, call, contextParam(f.Signature())) {
					pass.ExportObjectFact(f, new(awaits))
					changed = true
					break
				}
			}
		}
	}
}

// isAwait reports whether a call may suspend the body. An iterator that simmer makes with a cx suspends it where it is ranged over,
// which is mostly where it is made.
func isAwait(pass *analysis.Pass, call *ast.CallExpr) bool {
	if isOneOf(pass.TypesInfo, call, suspenders) {
		return true
	}
	f, ok := typeutil.Callee(pass.TypesInfo, call).(*types.Func)
	if !ok {
		return false
	}
	_, isIterator := pass.TypesInfo.TypeOf(call).Underlying().(*types.Signature)
	return isIterator && contextParam(f.Signature()) != nil && f.Pkg() != nil && strings.HasPrefix(f.Pkg().Path(), module+"/") ||
		pass.ImportObjectFact(f.Origin(), new(awaits))
}

// takesOneOf reports whether v is an argument of the call: then it is v's body that is suspended.
func takesOneOf(info *types.Info, call *ast.CallExpr, v *types.Var) bool {
	for _, arg := range call.Args {
		if id, ok := ast.Unparen(arg).(*ast.Ident); ok && info.Uses[id] == v {
			return true
		}
	}
	return false
}
