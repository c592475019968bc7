package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Blocking reports what keeps a worker from its other tasks: channel operations, sleeps, waits, blocking sockets and files,
// and a sync.Mutex that is held while the task waits.
var Blocking = &analysis.Analyzer{
	Name:      "blocking",
	Doc:       "report calls that block the worker in a body or a poll, and a sync.Mutex held across an await",
	Requires:  []*analysis.Analyzer{inspect.Analyzer},
	FactTypes: []analysis.Fact{(*awaits)(nil)},
	Run:       runBlocking,
}

const (
	sleepInstead    = "use timer.Sleep"
	channelInstead  = "use a channel of simmer's sync packages, or select with a default"
	socketInstead   = "use package aio, or SpawnBlocking"
	blockingInstead = "use SpawnBlocking or BlockInPlace"
	waitInstead     = "use Await or the method that takes a cx"
)

// blockers are calls that block, by package and function, with what to do instead.
var blockers = map[string]map[string]string{
	"time": {"Sleep": sleepInstead},
	"sync": {"WaitGroup.Wait": "await handles, a TaskTracker or a Scope", "Cond.Wait": "use lock.Notify"},
	"net": {
		"Dial": socketInstead, "DialTimeout": socketInstead, "DialTCP": socketInstead, "DialUDP": socketInstead, "DialUnix": socketInstead,
		"Dialer.Dial": socketInstead, "Dialer.DialContext": socketInstead, "LookupHost": socketInstead, "LookupIP": socketInstead,
		"LookupAddr": socketInstead, "Resolver.LookupHost": socketInstead, "Resolver.LookupIPAddr": socketInstead,
		"TCPListener.Accept": socketInstead, "TCPListener.AcceptTCP": socketInstead, "UnixListener.Accept": socketInstead,
	},
	"net/http": {
		"Get": socketInstead, "Head": socketInstead, "Post": socketInstead, "PostForm": socketInstead, "ListenAndServe": socketInstead,
		"Client.Do": socketInstead, "Client.Get": socketInstead, "Client.Head": socketInstead, "Client.Post": socketInstead, "Client.PostForm": socketInstead,
	},
	"os": {
		"ReadFile": blockingInstead, "WriteFile": blockingInstead, "ReadDir": blockingInstead,
		"File.Read": blockingInstead, "File.ReadAt": blockingInstead, "File.Write": blockingInstead, "File.WriteAt": blockingInstead,
		"File.Sync": blockingInstead, "File.ReadDir": blockingInstead, "File.ReadFrom": blockingInstead,
	},
	"os/exec":           {"Cmd.Run": blockingInstead, "Cmd.Output": blockingInstead, "Cmd.CombinedOutput": blockingInstead, "Cmd.Wait": blockingInstead},
	"database/sql":      {"DB.Query": blockingInstead, "DB.QueryContext": blockingInstead, "DB.Exec": blockingInstead, "DB.ExecContext": blockingInstead},
	module:              {"BlockOn": waitInstead},
	module + "/runtime": {"BlockOn": waitInstead, "JoinHandle.Wait": waitInstead},
	module + "/future":  {"Wait": waitInstead, "WaitPoll": waitInstead},
}

// insteadOf returns what to do instead of a call that blocks, or "".
func insteadOf(info *types.Info, call *ast.CallExpr) (name, instead string) {
	path, name := callee(info, call)
	if instead := blockers[path][name]; instead != "" {
		return base(name), instead
	}
	if strings.HasPrefix(path, module+"/") && strings.HasSuffix(name, "Blocking") && base(name) != "SpawnBlocking" && name != "SpawnBlocking" {
		return base(name), waitInstead
	}
	return "", ""
}

func runBlocking(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	info := pass.TypesInfo
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	findAwaits(pass, in)
	nodes := []ast.Node{(*ast.CallExpr)(nil), (*ast.SendStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil), (*ast.SelectStmt)(nil)}
	in.WithStack(nodes, func(n ast.Node, push bool, stack []ast.Node) bool {
		if !push || !inTask(info, stack) {
			return true
		}
		switch n := n.(type) {
		case *ast.CallExpr:
			if name, instead := insteadOf(info, n); instead != "" {
				skip.report(pass, n, "%s blocks the worker, which has other tasks: %s", name, instead)
			}
			if key, ok := locks(info, n); ok {
				if wait := awaitUnder(pass, key, n, stack); wait != nil {
					skip.report(pass, n, "a sync.Mutex is held across an await (line %d): the worker's other tasks may need it; use lock.Mutex", pass.Fset.Position(wait.Pos()).Line)
				}
			}
		case *ast.SendStmt:
			if !inSelect(stack) {
				skip.report(pass, n, "a send on a Go channel may block the worker, which has other tasks: %s", channelInstead)
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && !inSelect(stack) {
				skip.report(pass, n, "a receive from a Go channel may block the worker, which has other tasks: %s", channelInstead)
			}
		case *ast.RangeStmt:
			if _, ok := info.TypeOf(n.X).Underlying().(*types.Chan); ok {
				skip.report(pass, n.X, "a loop over a Go channel may block the worker, which has other tasks: %s", channelInstead)
			}
		case *ast.SelectStmt:
			if !hasDefault(n) {
				skip.report(pass, n, "a select without default may block the worker, which has other tasks: %s", channelInstead)
			}
		}
		return true
	})
	return nil, nil
}

// inSelect reports whether a channel operation, the last of stack, is what a case of a select waits for: the select is
// judged as a whole.
func inSelect(stack []ast.Node) bool {
	for i := len(stack) - 1; i > 0; i-- {
		switch parent := stack[i-1].(type) {
		case *ast.CommClause:
			return parent.Comm == stack[i]
		case *ast.BlockStmt, *ast.FuncLit, *ast.CaseClause:
			return false
		}
	}
	return false
}

func hasDefault(s *ast.SelectStmt) bool {
	return slices.ContainsFunc(s.Body.List, func(c ast.Stmt) bool { return c.(*ast.CommClause).Comm == nil })
}
