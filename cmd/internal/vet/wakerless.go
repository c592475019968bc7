package vet

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/cfg"
)

// Wakerless reports a poll that returns not ready on a way on which it has not touched its cx: no waker is stored, nothing
// polled, nothing asked for, so nothing will have it polled again.
var Wakerless = &analysis.Analyzer{
	Name:     "wakerless",
	Doc:      "report a poll that returns not ready without having used its cx",
	Requires: []*analysis.Analyzer{inspect.Analyzer, ctrlflow.Analyzer},
	Run:      runWakerless,
}

func runWakerless(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	defer skip.reportIdle(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	graphs := pass.ResultOf[ctrlflow.Analyzer].(*ctrlflow.CFGs)
	in.Preorder([]ast.Node{(*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)}, func(n ast.Node) {
		signature := signatureOf(pass.TypesInfo, n)
		if signature == nil || bodyOf(n) == nil || !isPoll(signature) || isHelper(n) {
			return
		}
		var graph *cfg.CFG
		switch f := n.(type) {
		case *ast.FuncDecl:
			graph = graphs.FuncDecl(f)
		case *ast.FuncLit:
			graph = graphs.FuncLit(f)
		}
		for _, end := range withoutCx(pass.TypesInfo, graph, signature) {
			skip.report(pass, end, "this poll is not ready and has used its cx nowhere on the way: nothing will have it polled again; store cx.Waker(), or poll something with cx")
		}
	})
	return nil, nil
}

// isHelper reports whether a function is declared under a name that is no poll's: whoever calls it may have used the cx.
func isHelper(n ast.Node) bool {
	d, ok := n.(*ast.FuncDecl)
	return ok && !strings.HasPrefix(strings.ToLower(d.Name.Name), "poll")
}

// withoutCx returns the statements that return not ready and can be reached without a use of cx. Loops are taken to go round
// once at least. A return without values is one if the named results have not been assigned on the way.
func withoutCx(info *types.Info, graph *cfg.CFG, signature *types.Signature) (ends []*ast.ReturnStmt) {
	cx, results := contextParam(signature), signature.Results()
	type place struct {
		*cfg.Block
		isAssigned bool
	}
	visits := make(map[place]int)
	var visit func(at place)
	visit = func(at place) {
		isLoop := at.Kind == cfg.KindForLoop || at.Kind == cfg.KindRangeLoop
		visits[at]++
		turn := visits[at]
		if turn > 2 || turn == 2 && !isLoop {
			return
		}
		for _, n := range at.Nodes {
			if touches(info, n, cx) {
				return
			}
			at.isAssigned = at.isAssigned || assigns(info, n, results.At(1)) || assigns(info, n, results.At(2))
			end, ok := n.(*ast.ReturnStmt)
			if ok && (isNotReady(info, end) || len(end.Results) == 0 && !at.isAssigned) && !slices.Contains(ends, end) {
				ends = append(ends, end)
			}
		}
		switch {
		case isLoop && len(at.Succs) == 2: // the body, and what comes after the loop
			visit(place{at.Succs[turn-1], at.isAssigned})
		default:
			for _, next := range at.Succs {
				visit(place{next, at.isAssigned})
			}
		}
	}
	if len(graph.Blocks) > 0 {
		visit(place{graph.Blocks[0], false})
	}
	return ends
}

// looks are the methods of a cx, and functions given one, that have nobody polled again.
var looks = map[string][]string{
	module + "/future": {"Context.HasBudgetRemaining", "Context.Random", "Context.Refund", "Context.Spend", "Context.TrySpend", "Context.Values"},
	module + "/timer":  {"Now"},
}

// touches reports whether a node uses cx in a way that may store its waker.
func touches(info *types.Info, n ast.Node, cx *types.Var) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && isOneOf(info, call, looks) {
			for _, arg := range call.Args {
				if id, ok := arg.(*ast.Ident); !ok || info.Uses[id] != cx {
					found = found || touches(info, arg, cx)
				}
			}
			return false
		}
		if id, ok := n.(*ast.Ident); ok && info.Uses[id] == cx {
			found = true
		}
		return !found
	})
	return found
}

// assigns reports whether a node assigns to v, or takes its address.
func assigns(info *types.Info, n ast.Node, v *types.Var) (found bool) {
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && info.Uses[id] == v
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			found = found || slices.ContainsFunc(n.Lhs, is)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && is(n.X)
		}
		return !found
	})
	return found
}

// isNotReady reports whether a statement returns a value, false and nil.
func isNotReady(info *types.Info, end *ast.ReturnStmt) bool {
	if len(end.Results) != 3 || !isNil(info, end.Results[2]) {
		return false
	}
	ready := info.Types[end.Results[1]].Value
	return ready != nil && ready.Kind() == constant.Bool && !constant.BoolVal(ready)
}
