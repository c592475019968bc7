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
package future
