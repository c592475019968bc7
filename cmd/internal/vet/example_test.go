package vet_test

import (
	"fmt"

	"github.com/simmer-go/simmer/cmd/internal/vet"
)

// What the analyzers look for.
func ExampleAnalyzers() {
	for _, a := range vet.Analyzers() {
		fmt.Println(a.Name+":", a.Doc)
	}
	// Output:
	// cxcapture: report a task's cx that is used by another task's body or by a goroutine
	// cxkept: report a cx that is stored beyond the poll that received it
	// losthandle: report a child task whose handle is neither awaited, nor detached, nor dropped
	// blocking: report calls that block the worker in a body or a poll, and a sync.Mutex held across an await
	// goexit: report runtime.Goexit, runtime.LockOSThread and t.FailNow in a task
	// wakerless: report a poll that returns not ready without having used its cx
	// badignore: report a //simmer:ignore that names none of these analyzers
}
