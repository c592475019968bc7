// Package guard keeps the hot paths from becoming slower unnoticed: it counts their instructions and compares the counts with
// those in the repository.
//
//   - [Paths] are what is counted, mostly the bodies of package workload on one worker.
//   - [Probe] runs them; [Measure] runs a program that does so under valgrind's callgrind and returns the counts.
//   - [Build] names what counts depend on, and [Open] finds the counts that were kept for it.
//   - [Compare] says what has become slower; [Main] is the whole check.
//
// Instructions are no nanoseconds: a cache miss and a division cost one each. But their number hardly depends on what else the
// machine does, so that a change of one in a hundred shows in one run, where times need many.
//
// # What makes the counts steady
//
// One processor, one worker, no garbage collection, no asynchronous preemption, none of the processor's optional features, and a
// clock that stands still: the scheduler looks at it to decide how often it looks at its drivers. Each path warms up, then runs
// once with n and once with 2n operations: the difference is what n operations cost, without what one run costs. What remains
// is Go's own monitor thread, which wakes by the time that really passes: less than 0.5 % between two runs.
//
// Counts depend on Go's compiler and its runtime as much as on the library. So each file of counts is for one architecture and
// one exact version of Go.
package guard
