// Package waker carries the one message of the house: "poll this task again".
//
//   - [Header] is the part of a task that a waker needs: its state word and its executor. An executor embeds it as the
//     first field of its own task type.
//   - [Waker] is a task's address, held by value. Whoever makes a task's condition true calls Wake.
//   - [Slot] keeps the waker of one waiter, [List] those of many.
//   - [Queue] links headers without allocating; [Inbox] takes in those that any goroutine wakes, for one who polls them.
//
// A future that is not ready stores its waker first and then looks at its condition once more; whoever makes the
// condition true changes the condition first and then takes the waker. One of the two sees the other.
package waker
