// Package cancellation carries one request to many: stop. A [Token] is cancelled once, and every task and goroutine that has it
// can look, wait, or stop what it runs.
//
// Choose by use:
//
//   - Look now and then in a long computation: [Token.IsCancelled], one load.
//   - Stop waiting for something else: [RunUntilCancelled] in a body, [RunUntil] as a future.
//   - Wait for the request itself: [Token.Cancelled] in a body, [Token.Done] as a branch of a select,
//     [Token.CancelledBlocking] in an ordinary goroutine.
//   - One request of a server: a [Token.Child] of the server's token, closed when the request has ended.
//   - Let nothing outlive a function: defer [DropGuard.Drop].
//   - Code that takes a context.Context: [Token.Context]; a token for a context: [FromContext].
//
// A token asks, and the asked decide when they stop: they can finish what must not be left half done. To end a task
// without asking, abort it through its handle.
//
// # If you know Tokio
//
//   - CancellationToken::new, child_token, cancel, is_cancelled: [New], [Token.Child], [Token.Cancel], [Token.IsCancelled].
//     There are causes in addition: [Token.CancelCause], [Token.Cause], [Token.Err].
//   - clone: copy the pointer.
//   - Dropping the last clone of a child: [Token.Close], by whoever has made the child. It does what tokio does: the parent
//     forgets the child and takes over its children. Without it a parent that lives on keeps the child.
//   - cancelled, cancelled_owned: [Token.Cancelled] awaits, [Token.Done] is the future. Like tokio's they cost no budget.
//   - run_until_cancelled, with_cancellation_token: [RunUntilCancelled] awaits, [RunUntil] is the future. Where tokio
//     gives None, the error is [ErrCancelled].
//   - drop_guard, disarm: [Token.Guard], [DropGuard.Disarm]; Go needs defer guard.Drop(cx).
//
// # If you know goroutines
//
//   - A token is what a context.Context does with WithCancelCause, without deadlines and values: New is the context and its
//     cancel function in one.
//   - ctx.Done() is [Token.Done], but a future: select over it with package future, not with Go's select, which would block
//     the worker. ctx.Err() is [Token.Err], context.Cause(ctx) is [Token.Cause].
//   - Calling the cancel function of a child context to release it is [Token.Close]; it does not cancel.
//   - A task has a context of its own, cx.Context(), which ends when it is aborted. A token is for a request that
//     several tasks share.
package cancellation
