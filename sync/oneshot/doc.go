// Package oneshot is a channel for one value, from one sender to one receiver.
//
// Take it for the reply to a request: [New] makes both ends, in one allocation, and the [Sender] travels with the request. The
// [Receiver] is a future, so it can be awaited, selected on, and given a deadline by timer.Timeout.
//
//   - Who asks again and again keeps a [Channel], which carries one value a round and allocates at its first use only.
//   - For many values take package mpsc; for the latest of many, watch.
//
// # If you know Tokio
//
//	oneshot::channel()           New
//	tx.send(v)                   tx.Send(cx, v): on ErrClosed v is still yours; a second Send is ErrClosed
//	drop(tx)                     tx.Close(cx): not automatic, defer it; after Send it does nothing
//	tx.closed, poll_closed       Closed(cx), PollClosed(cx), ClosedBlocking(ctx)
//	tx.is_closed                 IsClosed; it is also true once this sender has sent
//	rx.await                     rx.Recv(cx), or future.Await(cx, rx): the first keeps rx if the task is aborted
//	Err(RecvError)               ErrClosed
//	rx.blocking_recv             RecvBlocking(ctx)
//	rx.try_recv                  TryRecv: ErrEmpty, ErrClosed
//	rx.close, drop(rx)           Close(cx), Drop(cx)
//	is_terminated, is_empty      IsTerminated, IsEmpty
//	polling after completion     ErrClosed, where Tokio panics
//	                             Channel: a channel to be used again, which Tokio does not have
//
// # If you know goroutines
//
//	c := make(chan T, 1)         tx, rx := oneshot.New[T]()
//	c <- v                       tx.Send(cx, v); it tells you if nobody wants v any more
//	<-c                          rx.Recv(cx) in a task, rx.RecvBlocking(ctx) in a goroutine
//	v, ok := <-c; close(c)       v, err := rx.Recv(cx); tx.Close(cx)
//	case <-done by the sender     tx.Closed(cx), tx.IsClosed: the receiver's end is seen without a second channel
//
// A task must not receive from a Go channel: that would block its worker. Where a goroutine talks to a task, each side uses
// its own kind of call on the same channel.
package oneshot
