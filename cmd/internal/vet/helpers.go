package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// finding is something that must not happen in a task, and where it is.
type finding struct {
	node ast.Node
	text string
}

// helpers are the functions of a package that take no cx, by what the first wrong thing in each is: it is one in a task that
// calls them.
type helpers map[*types.Func]finding

// judge reports a finding that is in a task, and remembers one that is in a function without a cx. stack ends with its node.
func (h helpers) judge(pass *analysis.Pass, skip *ignored, stack []ast.Node, f finding) {
	own := owner(pass.TypesInfo, stack)
	if own == nil || skip.covers(pass, f.node) {
		return
	}
	if contextParam(signatureOf(pass.TypesInfo, own)) != nil {
		skip.report(pass, f.node, "%s", f.text)
		return
	}
	if d, ok := own.(*ast.FuncDecl); ok {
		name, _ := pass.TypesInfo.Defs[d.Name].(*types.Func)
		if _, known := h[name]; !known {
			h[name] = f
		}
	}
}

// calledBy returns what is wrong in the function that a call calls, if it is one of the helpers.
func (h helpers) calledBy(pass *analysis.Pass, call *ast.CallExpr) (name string, f finding, ok bool) {
	called, isFunc := typeutil.Callee(pass.TypesInfo, call).(*types.Func)
	if !isFunc {
		return "", finding{}, false
	}
	f, ok = h[called.Origin()]
	return called.Name(), f, ok
}
