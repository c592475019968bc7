// Package mpsc is a queue from many senders to one receiver, for tasks and for ordinary goroutines.
//
//   - [New] makes a channel with room for a number of values: who sends to a full one waits, first come first served.
//   - [NewUnbounded] makes one whose senders never wait.
//   - [Sender.Reserve] takes a place first and lets the value come later: a [Permit] sends without waiting or failing, and a
//     cancelled wait has no value to lose.
//   - [Receiver.RecvMany] takes all that is there at once, which is faster than one by one.
//   - [Sender.Downgrade] makes a [WeakSender], which does not keep the channel open.
//
// The channel ends when all senders are closed, or the receiver calls Close. What was sent is received first, then comes
// [ErrClosed]. Nothing closes a sender by itself: defer tx.Close(cx).
//
// A send or a receive that does not wait takes one short lock; a receive takes the lock once for all values that are there. In
// the steady state nothing is allocated.
//
// # If you know Tokio
//
//	mpsc::channel(n)             New(n)
//	mpsc::unbounded_channel()    NewUnbounded
//	tx.clone(), drop(tx)         tx.Clone(), tx.Close(cx)
//	tx.send(v).await             tx.Send(cx, v); v is never lost: with an error it is still yours
//	tx.try_send(v)               tx.TrySend(cx, v): ErrFull, ErrClosed
//	tx.send_timeout(v, d)        future.Await(cx, timer.Timeout(d, tx.Sending(v))): ErrElapsed
//	tx.blocking_send(v)          tx.SendBlocking(ctx, v)
//	reserve, try_reserve         Reserve, TryReserve
//	reserve_many                 ReserveMany: Permits with Next, Send, Len; ErrTooMany if the channel is smaller
//	reserve_owned, OwnedPermit   Reserve: every permit outlives its sender, and keeps the channel open
//	drop(permit)                 permit.Release(cx)
//	PollSender (tokio-util)      PollReserve(cx, &w) with a Waiter, then permit.Send; w.Drop(cx) is abort_send
//	tx.closed, is_closed         Closed(cx), PollClosed(cx, &w), Closing(), IsClosed
//	capacity, max_capacity       Capacity, MaxCapacity; also of the receiver
//	same_channel                 SameChannel
//	downgrade, upgrade           Downgrade, Upgrade
//	strong_count, weak_count     StrongCount, WeakCount; also of the receiver
//	rx.recv().await              rx.Recv(cx); None is ErrClosed
//	rx.recv_many(&mut v, n)      rx.RecvMany(cx, buf[:n])
//	rx.try_recv()                rx.TryRecv(cx): ErrEmpty, ErrClosed
//	rx.blocking_recv()           rx.RecvBlocking(ctx), rx.RecvManyBlocking(ctx, buf)
//	rx.close, drop(rx)           rx.Close(cx), rx.Drop(cx)
//	ReceiverStream               the receiver itself: PollNext; rx.All(cx) in a for loop
//
// # If you know goroutines
//
//	c := make(chan T, n)         tx, rx := mpsc.New[T](n); n is at least 1
//	c <- v                       tx.Send(cx, v); to a closed channel an error, never a panic
//	<-c                          rx.Recv(cx); there is one receiver
//	for v := range c             for v := range rx.All(cx)
//	select with default          TrySend, TryRecv
//	select with several cases    future.Select2(tx.Sending(v), future.Func(rx.PollRecv)) and its like
//	close(c)                     tx.Close(cx) by each sender; the last one ends the channel
//	cap(c), len(c)               MaxCapacity, rx.Len
//	done channel for senders     tx.Closed(cx), tx.IsClosed
//	make(chan T)                 no counterpart; a oneshot in the value tells that it was received
//
// Goroutines use the methods named Blocking, and nil for cx where a call does not wait. One channel may have tasks at one end
// and goroutines at the other.
package mpsc
