package main

import (
	"cmp"
	"fmt"
	"slices"
)

// finding is one broken rule: where, and what to do.
type finding struct {
	file string
	line int
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text) }

// report collects findings.
type report struct{ findings []finding }

func (r *report) add(file string, line int, format string, args ...any) {
	r.findings = append(r.findings, finding{file: file, line: line, text: fmt.Sprintf(format, args...)})
}

// sorted returns the findings by file, then by line; those of one line stay in the order in which they were found.
func (r *report) sorted() []finding {
	slices.SortStableFunc(r.findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return r.findings
}
