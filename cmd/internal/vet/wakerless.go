package vet

import (
	"go/ast"
	"go/constant"
	"go/types"
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
		for _, end := range withoutCx(pass.TypesInfo, graph, contextParam(signature)) {
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
// once at least.
func withoutCx(info *types.Info, graph *cfg.CFG, cx *types.Var) (ends []*ast.ReturnStmt) {
	visits := make(map[*cfg.Block]int)
	var visit func(b *cfg.Block)
	visit = func(b *cfg.Block) {
		isLoop := b.Kind == cfg.KindForLoop || b.Kind == cfg.KindRangeLoop
		visits[b]++
		if visits[b] > 2 || visits[b] == 2 && !isLoop {
			return
		}
		for _, n := range b.Nodes {
			if uses(info, n, cx) {
				return
			}
			if end, ok := n.(*ast.ReturnStmt); ok && isNotReady(info, end) {
				ends = append(ends, end)
			}
		}
		switch {
		case isLoop && len(b.Succs) == 2: // the body, and what comes after the loop
			visit(b.Succs[visits[b]-1])
		default:
			for _, next := range b.Succs {
				visit(next)
			}
		}
	}
	if len(graph.Blocks) > 0 {
		visit(graph.Blocks[0])
	}
	return ends
}

func uses(info *types.Info, n ast.Node, v *types.Var) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && info.Uses[id] == v {
			found = true
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
