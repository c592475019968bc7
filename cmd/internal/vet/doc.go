// Package vet finds the mistakes that Rust's compiler would refuse and Go's cannot: what a task must not do with its cx, its
// handles and its worker. "simmer vet" runs it, and so does go vet -vettool.
//
//   - cxcapture: a cx used by another task's body or by a goroutine
//   - cxkept: a cx stored beyond its poll
//   - losthandle: a child whose handle is neither awaited, nor detached, nor dropped
//   - blocking: a call that blocks the worker, or a sync.Mutex held across an await
//   - goexit: runtime.Goexit, runtime.LockOSThread or t.FailNow in a task
//   - wakerless: a poll that is not ready and has left no waker behind
//   - badignore: a comment that is to switch one of these off, and names none
//
// The analyzers judge one function at a time, with the function literals that it calls or keeps in local variables, and look
// one level into functions of the same package that take no cx. They follow no other values, and leave _test.go files alone,
// where a blocked worker may be what is tested. A line that is right though it looks wrong is marked with a comment on it, or
// above it, and reported once it switches nothing off:
//
//	//simmer:ignore blocking the channel has room
package vet

import (
	"slices"

	"golang.org/x/tools/go/analysis"
)

// judges are the analyzers that judge code, and can be switched off.
var judges = []*analysis.Analyzer{CxCapture, CxKept, LostHandle, Blocking, Goexit, Wakerless}

// Analyzers returns all analyzers, in the order of the package's comment.
func Analyzers() []*analysis.Analyzer { return append(slices.Clip(judges), BadIgnore) }
