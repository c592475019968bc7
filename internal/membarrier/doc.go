// Package membarrier makes a memory fence in all running threads of the process at once, so that code which runs millions of
// times a second needs none of its own: the side that seldom acts pays for both.
package membarrier
