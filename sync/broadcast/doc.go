// Package broadcast is a channel with which each receiver gets each value: for events and messages to many.
//
// A [Sender] gives a value to all receivers there are; it never waits. The channel keeps the last values, as many as its capacity,
// until all receivers have read them. A [Receiver] that is slower than that loses the oldest ones: its next receive tells with a
// [LaggedError] how many, and it goes on with what is left. What was sent before a receiver has subscribed is not for it.
//
// Values are copied for each receiver. Share large ones by pointer, and do not change what it points to.
//
// # If you know Tokio
//
//   - broadcast::channel(n), Sender::new(n): [New], [NewSender]; the capacity is rounded up to a power of two here too.
//   - send, subscribe, resubscribe, closed, downgrade, upgrade, len, is_empty, receiver_count, strong_count, weak_count: the same,
//     with cx first where a task may be woken, which may be nil. SendError is [ErrNoReceivers].
//   - recv, try_recv, blocking_recv: [Receiver.Recv], [Receiver.TryRecv], [Receiver.RecvBlocking]. Lagged(n) is a *[LaggedError].
//   - BroadcastStream: a Receiver is a stream; a lag is an item's error.
//   - Nothing is dropped by itself: close each sender and each receiver. A receiver that is forgotten keeps values until they are
//     overwritten.
//
// # If you know goroutines
//
//   - A chan for each subscriber, and a loop that sends to all: this, with one copy of the value in one ring, and one wake for each
//     subscriber that waits.
//   - select with default, to drop what a slow subscriber cannot take: [LaggedError] tells the subscriber about it.
//   - sync.Cond.Broadcast: for news without a value, or of which only the last counts, see package watch.
package broadcast
