package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"
)

// locals are the variables whose content does not leave the function: it makes them itself, and only uses what is in them, or
// gives them to calls, which may use them in place.
type locals map[*types.Var]bool

func findLocals(info *types.Info, in *inspector.Inspector) locals {
	l := make(locals)
	in.Preorder([]ast.Node{(*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil)}, func(n ast.Node) {
		spec, isSpec := n.(*ast.ValueSpec)
		for name, value := range valuesGiven(n) {
			if v := localVar(info, name); v != nil {
				isDefined := info.Defs[name.(*ast.Ident)] == v
				isMade := isSpec && len(spec.Values) == 0 || l.isMade(info, value)
				l[v] = isMade && (isDefined || l[v])
			}
		}
	})
	in.WithStack([]ast.Node{(*ast.Ident)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		v, ok := info.Uses[n.(*ast.Ident)].(*types.Var)
		if ok && push && l[v] && !(locals{v: true}).keep(info, stack) {
			l[v] = false
		}
		return true
	})
	return l
}

// isMade reports whether a value is nobody else's: it is made where it stands, or of what is local.
func (l locals) isMade(info *types.Info, value ast.Expr) bool {
	switch e := ast.Unparen(value).(type) {
	case *ast.CompositeLit:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.AND && l.isMade(info, e.X)
	case *ast.SliceExpr:
		return l.isMade(info, e.X)
	case *ast.Ident:
		return isNil(info, e) || l[localVar(info, e)]
	case *ast.CallExpr:
		return isBuiltin(info, e, "make", "new") || isBuiltin(info, e, "append") && l.isMade(info, e.Args[0])
	}
	return false
}

// keep reports whether the value at the end of stack, with what it is put into there, stays in the function: it is used where
// it stands, given to a call, or assigned to one of the locals.
func (l locals) keep(info *types.Info, stack []ast.Node) bool {
	for i := len(stack) - 1; i > 0; i-- {
		switch outer := stack[i-1].(type) {
		case *ast.SelectorExpr, *ast.IndexExpr, *ast.BinaryExpr:
			return true
		case *ast.RangeStmt:
			return outer.X == stack[i]
		case *ast.AssignStmt, *ast.ValueSpec:
			for name, value := range valuesGiven(outer) {
				if name == stack[i] || value == stack[i] {
					return name == stack[i] || isBlank(name) || l[rootOf(info, name)]
				}
			}
			return false
		case *ast.CallExpr:
			if isOneOf(info, outer, keepers) {
				return false
			}
			if !info.Types[outer.Fun].IsType() && !isBuiltin(info, outer, "append") {
				return true
			}
		case *ast.ParenExpr, *ast.UnaryExpr, *ast.SliceExpr, *ast.KeyValueExpr, *ast.CompositeLit:
		default:
			return false
		}
	}
	return false
}

// rootOf returns the local variable that e is, or is a part of, or nil.
func rootOf(info *types.Info, e ast.Expr) *types.Var {
	for {
		switch part := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = part.X
		case *ast.IndexExpr:
			e = part.X
		case *ast.StarExpr:
			e = part.X
		default:
			return localVar(info, part)
		}
	}
}

func isBuiltin(info *types.Info, call *ast.CallExpr, names ...string) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	return ok && slices.ContainsFunc(names, func(name string) bool { return info.Uses[id] == types.Universe.Lookup(name) })
}
