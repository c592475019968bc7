package main

import (
	"slices"
	"strings"
)

const modulePath = "github.com/simmer-go/simmer"

// arrows says which packages of the library each package may import: the drawing in docs/design.md. A last element * stands
// for every folder there. internal packages may be imported by all of them, and import no other. Everything not
// listed is an error, so that a new room in the house is drawn before it is built.
var arrows = map[string][]string{
	".":          {"future", "runtime", "timer", "waker"},
	"waker":      {},
	"future":     {"waker"},
	"scheduler":  {"future", "waker"},
	"timer":      {"future", "waker"},
	"netpoll":    {"future", "waker"},
	"runtime":    {"future", "netpoll", "scheduler", "timer", "waker"},
	"aio":        {"future", "netpoll", "timer", "waker"},
	"sync/*":     {"future", "sync/internal/crowd", "waker"},
	"stream":     {"future", "timer", "waker"},
	"internal/*": {},
}

// systemPackages may import golang.org/x/sys.
var systemPackages = []string{"aio", "internal/*", "netpoll"}

// unsafePackages may import unsafe and call RawSyscall.
var unsafePackages = []string{"internal/*", "netpoll"}

// clockless packages get time and chance from outside.
var clockless = []string{"scheduler"}

// seeded packages draw no random number by themselves.
var seeded = []string{"netpoll", "scheduler", "timer"}

// testLibraries may be imported by tests beside the standard library.
var testLibraries = []string{"github.com/stretchr/testify", "go.uber.org/goleak", "golang.org/x/sys"}

// libraryRequirements are the modules that the root module requires directly, no more and no fewer.
var libraryRequirements = []string{"github.com/stretchr/testify", "go.uber.org/goleak", "golang.org/x/sys"}

// allowed returns what the package in dir may import. It reports false if the table does not know the package.
func allowed(dir string) ([]string, bool) {
	for pattern, imports := range arrows {
		if matches(pattern, dir) {
			return imports, true
		}
	}
	return nil, false
}

// matchesAny reports whether dir is one of the packages that the patterns name.
func matchesAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, dir) })
}

func matches(pattern, dir string) bool {
	if parent, ok := strings.CutSuffix(pattern, "/*"); ok {
		rest, ok := strings.CutPrefix(dir, parent+"/")
		return ok && rest != ""
	}
	return pattern == dir
}
