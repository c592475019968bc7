package vet

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"
)

const module = "github.com/simmer-go/simmer"

// isContext reports whether t is *future.Context.
func isContext(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	return ok && isNamed(p.Elem(), module+"/future", "Context")
}

func isNamed(t types.Type, path, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path
}

// contextParam returns the parameter of a function that is its cx, or nil.
func contextParam(signature *types.Signature) *types.Var {
	for v := range signature.Params().Variables() {
		if isContext(v.Type()) {
			return v
		}
	}
	return nil
}

// isPoll reports whether a function is a poll: it takes a cx, and returns a value, whether it is ready, and an error.
func isPoll(signature *types.Signature) bool {
	r := signature.Results()
	return contextParam(signature) != nil && r.Len() == 3 && types.Identical(r.At(1).Type(), types.Typ[types.Bool]) &&
		types.Identical(r.At(2).Type(), types.Universe.Lookup("error").Type())
}

// signatureOf returns the signature of a function declaration or literal.
func signatureOf(info *types.Info, function ast.Node) *types.Signature {
	var t types.Type
	switch f := function.(type) {
	case *ast.FuncDecl:
		if o := info.Defs[f.Name]; o != nil {
			t = o.Type()
		}
	case *ast.FuncLit:
		t = info.TypeOf(f)
	}
	s, _ := t.(*types.Signature)
	return s
}

func bodyOf(function ast.Node) *ast.BlockStmt {
	switch f := function.(type) {
	case *ast.FuncDecl:
		return f.Body
	case *ast.FuncLit:
		return f.Body
	}
	return nil
}

// callee returns the package path and the name of the function or method that is called: "sync", "WaitGroup.Wait". It returns
// the path of the package that declares it, and nothing for calls of function values.
func callee(info *types.Info, call *ast.CallExpr) (path, name string) {
	f, ok := typeutil.Callee(info, call).(*types.Func)
	if !ok || f.Pkg() == nil {
		return "", ""
	}
	name = f.Name()
	if receiver := f.Signature().Recv(); receiver != nil {
		t := types.Unalias(receiver.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		if n, ok := t.(*types.Named); ok {
			name = n.Obj().Name() + "." + name
		}
	}
	return f.Pkg().Path(), name
}

// ownGoroutine are functions that call the function they are given on another goroutine.
var ownGoroutine = map[string][]string{
	"sync":                           {"WaitGroup.Go"},
	"time":                           {"AfterFunc"},
	"context":                        {"AfterFunc"},
	"iter":                           {"Pull", "Pull2"},
	"net/http":                       {"HandleFunc", "ServeMux.HandleFunc"},
	"runtime":                        {"AddCleanup", "SetFinalizer"},
	"golang.org/x/sync/errgroup":     {"Group.Go", "Group.TryGo"},
	"golang.org/x/sync/singleflight": {"Group.DoChan"},
	"github.com/sourcegraph/conc":    {"WaitGroup.Go"},
	"github.com/panjf2000/ants/v2":   {"Submit", "Pool.Submit"},
	module + "/runtime":              {"SpawnBlocking", "JoinSet.SpawnBlocking", "JoinMap.SpawnBlocking", "JoinQueue.SpawnBlocking"},
	module:                           {"SpawnBlocking"},
}

func isOneOf(info *types.Info, call *ast.CallExpr, names map[string][]string) bool {
	path, name := callee(info, call)
	return path != "" && slices.Contains(names[path], name)
}
