// Package gostack answers questions about the calling goroutine that the language hides. Slow (about a microsecond):
// for error paths and checking builds.
package gostack
