// Package guard keeps the hot paths from becoming slower unnoticed: it counts their instructions and compares the counts with
// those in the repository. [Main] is the whole check, and what keeps the counts; the command of bench/cmd/guard is nothing else.
//
// The paths are bodies of package workload on one worker, and timers and echo beside them. The check builds its own command
// anew, in one fixed way, and runs it under valgrind's callgrind, one process a path, so that no path depends on what ran
// before it. [Compare] has the rule.
//
// Instructions are no nanoseconds: a cache miss and a division cost one each. But their number hardly depends on what else the
// machine does, so that a change of a few in a hundred shows in one run, where times need many.
//
// # What makes the counts steady
//
// One processor, one worker, seeded, no garbage collection, no asynchronous preemption, and none of the processor's optional
// features. The runtime's clock stands still: the scheduler looks at it to decide how often it looks at its drivers. The
// process has an environment of three variables, and its program no paths of the machine in it. Each path warms up before it
// is counted. What remains is Go's monitor thread, which wakes by the time that really passes, and the order of Go's maps:
// each path is long enough for that to be less than one in a hundred, on a busy machine too.
//
// Echo goes through the machine's own TCP. Only the instructions of the process count, not the kernel's, and both ends are
// tasks of the one worker, so that its count is as steady as the others.
//
// # Where it compares
//
// Counts depend on Go's compiler and its runtime as much as on the library. So each file of counts, in the folder counts, is
// for one system, one architecture and one exact version of Go. Where there is none, or no valgrind, the check says so in one
// line and succeeds.
package guard
