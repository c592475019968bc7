// Package hand is for tests: it has tasks that a test polls by hand, without a runtime.
package hand
