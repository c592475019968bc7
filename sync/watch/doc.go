// Package watch is a channel that holds one value, the last one: for configuration, state and signals that many look at.
//
// A [Sender] sets the value, a [Receiver] looks at it whenever it wants, and waits for changes. A receiver that is slow misses
// what was replaced meanwhile, never the last value. The channel has no queue: a sender never waits.
//
// Each receiver knows the version that it has seen. What was there when it subscribed counts as seen; [Receiver.Changed] is
// ready as soon as the version is another one. When all senders are closed, a receiver gets the last value, if it is unseen, and
// then [ErrClosed].
//
// # If you know Tokio
//
//   - watch::channel(v), Sender::new(v): [New], [NewSender].
//   - borrow, borrow_and_update: [Receiver.Get] and [Receiver.GetAndUpdate] return a copy; [Receiver.View] and
//     [Receiver.ViewAndUpdate] show the value under the lock, which is given back when the function returns.
//   - changed, has_changed, mark_changed, mark_unchanged, wait_for: the same. wait_for returns the value, no guard.
//   - send, send_replace, send_modify, send_if_modified, subscribe, closed: the same, with cx first, which may be nil. Send does
//     not give the value back, because the caller still has it.
//   - blocking code: [Receiver.ChangedBlocking], [Receiver.WaitForBlocking], [Sender.ClosedBlocking].
//   - WatchStream::new, WatchStream::from_changes: a Receiver is a stream, and so is [Receiver.Changes].
//   - Nothing is dropped by itself: close each sender and each receiver.
//
// # If you know goroutines
//
//   - A value under a sync.RWMutex with a channel that is closed at each change: this, without an allocation for each change.
//   - chan struct{} of capacity 1 as a "something is new" flag: [Receiver.Changed], for any number of waiters.
//   - sync.Cond: [Receiver.WaitFor], in tasks, and with a ctx in goroutines.
//   - atomic.Pointer: if nobody waits for changes, stay with it.
package watch
