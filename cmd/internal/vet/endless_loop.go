package vet

import (
	"go/ast"
	"go/types"
)

// endless are the iterators that go on until what they are made of is closed, or the task ends.
var endless = map[string][]string{
	module + "/aio":   {"Incoming.All"},
	module + "/timer": {"Interval.All"},
}

// endlessStreams return streams that go on as long.
var endlessStreams = map[string][]string{
	module + "/aio":    {"Listener.Incoming"},
	module + "/timer":  {"Every", "EveryAt"},
	module + "/stream": {"Interval", "FromAccept", "Pending", "Repeat"},
}

// inEndlessLoop reports whether the last node of stack is in a loop, of the same function, that only a return ends.
func inEndlessLoop(info *types.Info, stack []ast.Node) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			return false
		case *ast.ForStmt:
			if n.Cond == nil {
				return true
			}
		case *ast.RangeStmt:
			if stack[i+1] == n.Body && isEndless(info, n.X) {
				return true
			}
		}
	}
	return false
}

// isEndless reports whether a range over x does not end by itself: over the connections of a listener, or the ticks of an
// interval.
func isEndless(info *types.Info, x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	if isOneOf(info, call, endless) {
		return true
	}
	if path, name := callee(info, call); path != module+"/stream" || name != "All" || len(call.Args) < 2 {
		return false
	}
	of := ast.Unparen(call.Args[1])
	if p, ok := types.Unalias(info.TypeOf(of)).(*types.Pointer); ok {
		return isNamed(p.Elem(), module+"/aio", "Incoming") || isNamed(p.Elem(), module+"/timer", "Interval")
	}
	made, ok := of.(*ast.CallExpr)
	return ok && isOneOf(info, made, endlessStreams)
}
