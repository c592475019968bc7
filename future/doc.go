// Package future holds the contract of the house: what a task is made of, and what it may do while it is polled.
//
// A [Future] is polled until it is ready. There are two ways to write one, and both are first-class:
//
//   - a hand-written state machine: a struct with a Poll method. It costs the bytes of its fields, and nanoseconds a poll.
//   - a body: straight-line Go, made a future by [Async]. It may [Await] other futures; waiting suspends the body, never
//     the worker that runs it. It costs a coroutine with a stack of its own while it is unfinished.
//
// Every poll receives a [Context], by convention named cx: the way to the running task's waker, to its worker's timers
// and sockets, and to its budget. A cx is valid only inside the poll, or on the body's own coroutine, that received it.
//
// The package needs no runtime: any executor that fills in a [Local] and polls can run futures.
//
// # Several futures in one task
//
// Combinators run futures side by side in the task that polls them: concurrently, not in parallel, without a task for each.
//
//   - wait for all: [Join2] to [Join6], [JoinAll]; for all or the first error: [TryJoin2] to [TryJoin6], [TryJoinAll].
//   - wait for one: [Select2] to [Select6] for different types, [Race] for one type, [Select] with a handler and a guard for
//     each branch.
//   - results as they come: [Set]; as they come, but in order: [Ordered].
//   - one result for many: [Share].
//   - change a result: [Map], [Then], [Catch], [CatchPanic]; have one: [Ready], [ReadyErr], [Pending].
//
// A combinator owns its futures: what has not been ready when it ends is dropped, once, in order. [Ref] keeps one out of
// that. Those that take any number of futures poll only what was woken.
//
// # If you know Tokio
//
//   - join!, try_join!: Join2, TryJoin2; with biased: JoinBiased2, TryJoinBiased2. Each poll begins with another future, as in
//     Tokio; the budget is not looked at.
//   - select!: Select2 for the value, Select for handlers. A branch is On(f, handler), its precondition If, a refutable
//     pattern Match, else is Else; biased is SelectBiased. The start is random, an empty budget polls nothing. Without a
//     branch that can win, Select returns ErrNoBranch, where Tokio panics.
//   - &mut fut in select!: Ref(f).
//   - FuturesUnordered, FuturesOrdered: Set, Ordered. An item counts against the budget.
//   - FutureExt: map, then, or_else are Map, Then, Catch; catch_unwind is CatchPanic; shared is Share.
//   - Dropping a future is its Drop, which Go does not call by itself: whoever holds the future does.
//
// # If you know goroutines
//
//   - select over channels: Select over futures; a losing future is dropped, so give Ref of what must go on. A nil channel
//     that switches a case off is If(false); default is a future that is Ready, last in a SelectBiased.
//   - sync.WaitGroup and errgroup.Group around goroutines that mostly wait: JoinAll, TryJoinAll. For parallel work spawn
//     tasks and join their handles.
//   - a channel that collects results: Set.
//   - sync.OnceValues for work that waits: Share.
package future
