package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// spawns are the functions that make a child of the task whose cx they are given.
var spawns = map[string][]string{
	module:              {"Go", "Spawn", "SpawnBlocking"},
	module + "/runtime": {"Go", "Spawn", "SpawnValue", "SpawnBlocking", "GoLocal", "SpawnLocal"},
}

// dressers are the functions that return a Spawner that says more about a task, and leaves it to whom the Spawner that they are
// given, the first argument, gives it. Detached and Nursery.On are none: their tasks are the runtime's, and the scope's.
var dressers = map[string][]string{
	module + "/runtime": {"Named", "Hooked", "Pinned", "Local.On", "TaskTracker.On"},
}

// children finds the calls that make a child of the running task.
type children struct {
	info    *types.Info
	dressed map[*types.Var]ast.Expr // local variables that hold a Spawner, by the one value that each is given
	helpers map[*types.Func]bool    // functions that do nothing with a child's handle but return it
}

func findChildren(pass *analysis.Pass, in *inspector.Inspector) *children {
	c := &children{info: pass.TypesInfo, dressed: make(map[*types.Var]ast.Expr), helpers: make(map[*types.Func]bool)}
	given := make(map[*types.Var]int)
	in.Preorder([]ast.Node{(*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil)}, func(n ast.Node) {
		for name, value := range valuesGiven(n) {
			if v := localVar(c.info, name); v != nil {
				given[v]++
				c.dressed[v] = value
			}
		}
	})
	for v, times := range given {
		if times > 1 || !isNamed(v.Type(), module+"/runtime", "Spawner") {
			delete(c.dressed, v)
		}
	}
	in.WithStack([]ast.Node{(*ast.ReturnStmt)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		end := n.(*ast.ReturnStmt)
		if !push || len(end.Results) != 1 {
			return true
		}
		call, ok := ast.Unparen(end.Results[0]).(*ast.CallExpr)
		if f, isDecl := owner(c.info, stack).(*ast.FuncDecl); ok && isDecl && c.spawnsOnCx(call, stack) {
			c.helpers[c.info.Defs[f.Name].(*types.Func)] = true
		}
		return true
	})
	return c
}

// valuesGiven returns what a statement gives to each name. A name that is given one of several results of a call has a nil
// value.
func valuesGiven(n ast.Node) map[ast.Expr]ast.Expr {
	given := make(map[ast.Expr]ast.Expr)
	add := func(name ast.Expr, i, names int, values []ast.Expr) {
		given[name] = nil
		if len(values) == names {
			given[name] = values[i]
		}
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, name := range n.Lhs {
			add(name, i, len(n.Lhs), n.Rhs)
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			add(name, i, len(n.Names), n.Values)
		}
	}
	return given
}

// isChild reports whether a call spawns a task on a cx, by itself or through a function that returns the handle of one. stack
// ends with the call.
func (c *children) isChild(call *ast.CallExpr, stack []ast.Node) bool {
	if c.spawnsOnCx(call, stack) {
		return true
	}
	f, ok := typeutil.Callee(c.info, call).(*types.Func)
	return ok && c.helpers[f.Origin()]
}

func (c *children) spawnsOnCx(call *ast.CallExpr, stack []ast.Node) bool {
	return isOneOf(c.info, call, spawns) && c.isOnCx(call.Args[0], stack)
}

// isOnCx reports whether the tasks of a Spawner, which stands at the end of stack, belong to the running task, and nothing in
// the function waits for them.
func (c *children) isOnCx(on ast.Expr, stack []ast.Node) bool {
	for range 100 { // a variable may be made of itself
		on = ast.Unparen(on)
		if isContext(c.info.TypeOf(on)) {
			return true
		}
		switch e := on.(type) {
		case *ast.Ident:
			v, _ := c.info.Uses[e].(*types.Var)
			on = c.dressed[v]
		case *ast.CallExpr:
			switch isConversion := c.info.Types[e.Fun].IsType(); {
			case !isConversion && !isOneOf(c.info, e, dressers), len(e.Args) == 0:
				return false
			case !isConversion && isTracked(c.info, e) && waitsForTracker(c.info, stack):
				return false
			}
			on = e.Args[0]
		default:
			return false
		}
		if on == nil {
			return false
		}
	}
	return false
}

func isTracked(info *types.Info, call *ast.CallExpr) bool {
	_, name := callee(info, call)
	return name == "TaskTracker.On"
}

// trackerWaits wait until all tasks of a tracker have ended.
var trackerWaits = map[string][]string{module + "/runtime": {"TaskTracker.Wait", "TaskTracker.PollWait", "TaskTracker.Waiting"}}

// waitsForTracker reports whether the function that runs at the end of stack waits for a tracker: then its tasks are not lost.
func waitsForTracker(info *types.Info, stack []ast.Node) (waits bool) {
	f := owner(info, stack)
	if f == nil {
		return false
	}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		waits = waits || ok && isOneOf(info, call, trackerWaits)
		return !waits
	})
	return waits
}
