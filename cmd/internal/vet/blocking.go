package vet

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Blocking reports what keeps a worker from its other tasks: channel operations, sleeps, waits, blocking sockets and files,
// and a sync.Mutex that is held while the task waits.
var Blocking = &analysis.Analyzer{
	Name:      "blocking",
	Doc:       "report calls that block the worker in a body or a poll, and a sync.Mutex held across an await",
	Requires:  []*analysis.Analyzer{inspect.Analyzer, ctrlflow.Analyzer},
	FactTypes: []analysis.Fact{(*awaits)(nil)},
	Run:       runBlocking,
}

const (
	sleepInstead    = "use timer.Sleep"
	channelInstead  = "use a channel of simmer's sync packages, or select with a default"
	socketInstead   = "use package aio, or SpawnBlocking"
	blockingInstead = "use SpawnBlocking or BlockInPlace"
	tasksInstead    = "await handles, a TaskTracker or a Scope"
	waitInstead     = "use Await or the method that takes a cx"
)

// blockers are calls that block, by package and function, with what to do instead.
var blockers = map[string]map[string]string{
	"time": {"Sleep": sleepInstead},
	"sync": {"WaitGroup.Wait": tasksInstead, "Cond.Wait": "use lock.Notify"},
	"io":   {"PipeReader.Read": channelInstead, "PipeWriter.Write": channelInstead},
	"fmt":  {"Scan": blockingInstead, "Scanf": blockingInstead, "Scanln": blockingInstead},
	"net": {
		"Dial": socketInstead, "DialTimeout": socketInstead, "DialTCP": socketInstead, "DialUDP": socketInstead, "DialUnix": socketInstead,
		"Dialer.Dial": socketInstead, "Dialer.DialContext": socketInstead, "conn.Read": socketInstead, "conn.Write": socketInstead,
		"TCPListener.Accept": socketInstead, "TCPListener.AcceptTCP": socketInstead, "UnixListener.Accept": socketInstead,
		"Listener.Accept": socketInstead, "UDPConn.ReadFrom": socketInstead, "UDPConn.ReadFromUDP": socketInstead, "PacketConn.ReadFrom": socketInstead,
	},
	"net/http": {
		"Get": socketInstead, "Head": socketInstead, "Post": socketInstead, "PostForm": socketInstead, "ListenAndServe": socketInstead,
		"ListenAndServeTLS": socketInstead, "Serve": socketInstead,
		"Server.ListenAndServe": socketInstead, "Server.ListenAndServeTLS": socketInstead, "Server.Serve": socketInstead, "Server.Shutdown": socketInstead,
		"Client.Do": socketInstead, "Client.Get": socketInstead, "Client.Head": socketInstead, "Client.Post": socketInstead, "Client.PostForm": socketInstead,
	},
	"os": {
		"ReadFile": blockingInstead, "WriteFile": blockingInstead, "ReadDir": blockingInstead,
		"File.Read": blockingInstead, "File.ReadAt": blockingInstead, "File.Write": blockingInstead, "File.WriteAt": blockingInstead,
		"File.WriteString": blockingInstead, "File.WriteTo": blockingInstead,
		"File.Sync": blockingInstead, "File.ReadDir": blockingInstead, "File.ReadFrom": blockingInstead, "Process.Wait": blockingInstead,
	},
	"os/exec": {"Cmd.Run": blockingInstead, "Cmd.Output": blockingInstead, "Cmd.CombinedOutput": blockingInstead, "Cmd.Wait": blockingInstead},
	"database/sql": {
		"DB.Query": blockingInstead, "DB.QueryContext": blockingInstead, "DB.QueryRow": blockingInstead, "DB.QueryRowContext": blockingInstead,
		"DB.Exec": blockingInstead, "DB.ExecContext": blockingInstead, "DB.Ping": blockingInstead, "DB.PingContext": blockingInstead,
		"DB.Begin": blockingInstead, "DB.BeginTx": blockingInstead,
		"Tx.Query": blockingInstead, "Tx.QueryContext": blockingInstead, "Tx.Exec": blockingInstead, "Tx.ExecContext": blockingInstead,
		"Tx.QueryRow": blockingInstead, "Tx.QueryRowContext": blockingInstead, "Tx.Commit": blockingInstead, "Tx.Rollback": blockingInstead,
	},
	"golang.org/x/sync/errgroup":  {"Group.Wait": tasksInstead},
	"golang.org/x/sync/semaphore": {"Weighted.Acquire": "use lock.Semaphore"},
	"golang.org/x/time/rate":      {"Limiter.Wait": sleepInstead, "Limiter.WaitN": sleepInstead},
	module:                        {"BlockOn": waitInstead},
	module + "/runtime":           {"BlockOn": waitInstead, "JoinHandle.Wait": waitInstead},
	module + "/future":            {"Wait": waitInstead, "WaitPoll": waitInstead},
}

// readers are functions that read or write what they are given to the end: they block if that is a file or one of net's
// connections, which the type of an argument tells.
var readers = map[string][]string{"io": {"ReadAll", "ReadFull", "ReadAtLeast", "Copy", "CopyN", "CopyBuffer", "WriteString"}}

// insteadOf returns what to do instead of a call that blocks, or "".
func insteadOf(info *types.Info, call *ast.CallExpr) (name, instead string) {
	path, name := callee(info, call)
	if instead := blockers[path][name]; instead != "" {
		return base(name), instead
	}
	switch {
	case strings.HasPrefix(path, module+"/") && strings.HasSuffix(name, "Blocking") && base(name) != "SpawnBlocking":
		return base(name), waitInstead
	case path == "net" && strings.HasPrefix(base(name), "Lookup"):
		return base(name), socketInstead
	case isOneOf(info, call, readers) && slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return isBlockingFile(info.TypeOf(e)) }):
		return base(name), blockingInstead
	}
	return "", ""
}

// isBlockingFile reports whether t is a file, or one of net's own connections.
func isBlockingFile(t types.Type) bool {
	p, ok := t.(*types.Pointer)
	return ok && (isNamed(p.Elem(), "os", "File") || isNamed(p.Elem(), "net", "TCPConn") || isNamed(p.Elem(), "net", "UnixConn"))
}

func runBlocking(pass *analysis.Pass) (any, error) {
	skip := ignores(pass)
	defer skip.reportIdle(pass)
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	holds := holds{pass, findReleasers(pass, in)}
	findAwaits(pass, in)
	helpers := make(helpers)
	nodes := []ast.Node{(*ast.CallExpr)(nil), (*ast.SendStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil), (*ast.SelectStmt)(nil)}
	in.WithStack(nodes, func(n ast.Node, push bool, stack []ast.Node) bool {
		if push {
			if f, ok := blocks(pass.TypesInfo, n, stack); ok {
				helpers.judge(pass, skip, stack, f)
			}
		}
		return true
	})
	in.WithStack([]ast.Node{(*ast.CallExpr)(nil)}, func(n ast.Node, push bool, stack []ast.Node) bool {
		call := n.(*ast.CallExpr)
		if !push || !inTask(pass.TypesInfo, stack) {
			return true
		}
		if name, f, ok := helpers.calledBy(pass, call); ok {
			skip.report(pass, call, "%s must not be called in a task: in it (line %d), %s", name, pass.Fset.Position(f.node.Pos()).Line, f.text)
		}
		if key, ok := locks(pass.TypesInfo, call); ok {
			if wait := holds.awaitUnder(key, call, stack); wait != nil {
				skip.report(pass, call, "a sync.Mutex is held across an await (line %d): the worker's other tasks may need it; use lock.Mutex", pass.Fset.Position(wait.Pos()).Line)
			}
		}
		return true
	})
	return nil, nil
}

// blocks tells what is wrong with a node that blocks the worker. stack ends with it.
func blocks(info *types.Info, n ast.Node, stack []ast.Node) (f finding, ok bool) {
	const format = "%s may block the worker, which has other tasks: " + channelInstead
	switch n := n.(type) {
	case *ast.CallExpr:
		if name, instead := insteadOf(info, n); instead != "" {
			return finding{n, fmt.Sprintf("%s blocks the worker, which has other tasks: %s", name, instead)}, true
		}
	case *ast.SendStmt:
		if !inSelect(stack) {
			return finding{n, fmt.Sprintf(format, "a send on a Go channel")}, true
		}
	case *ast.UnaryExpr:
		if n.Op == token.ARROW && !inSelect(stack) {
			return finding{n, fmt.Sprintf(format, "a receive from a Go channel")}, true
		}
	case *ast.RangeStmt:
		if _, ok := info.TypeOf(n.X).Underlying().(*types.Chan); ok {
			return finding{n.X, fmt.Sprintf(format, "a loop over a Go channel")}, true
		}
	case *ast.SelectStmt:
		if !hasDefault(n) {
			return finding{n, fmt.Sprintf(format, "a select without default")}, true
		}
	}
	return finding{}, false
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
