// Package runtime puts the parts together: a scheduler, its timers, its reactor and a pool for blocking work are a [Runtime],
// and tasks are spawned on it.
//
// Choose by use:
//
//   - [Run] a program whose main is a body.
//   - [New] a runtime inside a larger program, [BlockOn] to go in from an ordinary goroutine, [Runtime.Shutdown] or
//     [Runtime.Close] to end it. Several may live in one process.
//   - [Go] spawns a body, [Spawn] a future, [SpawnValue] a hand-written state machine in one allocation, [SpawnBlocking] a
//     function that blocks.
//
// A task that is spawned through a cx belongs to the task whose cx it is: when the owner ends, its unfinished children are
// aborted, unless they were detached. A task that is spawned on a *Runtime belongs to that. See [JoinHandle].
package runtime
