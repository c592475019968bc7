// Package peers finds the processes that the benchmarks compare: those of this program, and those that are built from the
// sources in this folder, which a program carries with it.
//
// A peer that cannot be had (no cargo, no registry) is an error that says why; the others are compared without it.
package peers
