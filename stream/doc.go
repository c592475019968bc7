// Package stream holds sequences whose items become ready one after the other, and what is built of them.
//
// A [Stream] is anything with a PollNext: receivers of channels, intervals, listeners, task sets and [future.Set] are streams as they
// are.
//
//   - In a body, range over one with [All], or take items with [Next].
//   - Sources: [FromSlice], [FromSeq], [Once], [Empty], [Repeat], [Unfold], [Interval], [FromPoll], [FromAccept], and [Generate] for
//     straight-line code that yields.
//   - One item at a time: [Map], [Filter], [FilterMap], [Then], [Scan], [Enumerate], [Inspect], [Take], [TakeWhile], [Skip],
//     [SkipWhile], [Chunks], [NewPeekable].
//   - Several streams: [Chain], [Merge], [Zip], [Flatten], [StreamMap].
//   - Time: [Timeout], [TimeoutRepeating], [Throttle], [ChunksTimeout].
//   - Work on several items at once: [Buffered], [BufferUnordered], [ForEachConcurrent].
//   - To the end: [Collect], [Fold], [Count], [ForEach], [AllMatch], [AnyMatch]. They are futures, so they can be awaited, spawned,
//     and put under a timeout.
//
// The end is io.EOF. Another error stands in the place of an item: adapters pass it on at once and uncounted, without showing it to their
// functions, and go on; consumers end with it. An io.EOF that a future returns comes wrapped.
//
// An adapter or consumer owns its streams: when it ends or is dropped, it drops, once, those that have not ended, and items that it holds
// and that have a Drop. [Ref] keeps a stream out of that. After its end an adapter of this package stays there.
//
// A stream that may have items without end, like those here, begins its PollNext with cx.HasBudget, and calls cx.Spend for each item, so that
// what loops over it lets other tasks run.
//
// # If you know Tokio
//
//   - StreamExt's methods are functions of the same names. map_while is Map with io.EOF from its function; try_next is Next; all, any are
//     AllMatch, AnyMatch, because All is the iterator; peekable is NewPeekable; tuples are Pair and Entry.
//   - Fallible and plain streams are one: an item's error is the err of PollNext. collect into a Result is Collect.
//   - Timeout's error is timer.ErrElapsed, an item's error. Timeout counts from the first poll, TimeoutRepeating takes a duration.
//   - merge takes any number of streams, which take turns. StreamMap polls all of its streams, as Tokio's does; next_many
//     is NextMany.
//   - StreamNotifyClose is NotifyClose. The wrappers (ReceiverStream and others) are not needed: receivers have PollNext.
//   - futures-rs: buffered, buffer_unordered, for_each_concurrent, flatten, zip, scan, unfold, chunks. async-stream: Generate.
//   - size_hint and FusedStream have no counterpart.
//
// # If you know goroutines
//
//   - A goroutine that ranges over one channel and sends to another is a Map or a Filter: without a goroutine, and in lockstep.
//   - A worker pool of n goroutines behind a channel is BufferUnordered(s, n), as long as the work waits rather than computes: it runs in
//     one task. For work that computes, let the futures be handles of spawned tasks.
//   - select over many channels of one type is Merge, or StreamMap where they come and go.
//   - iter.Seq: FromSeq goes in, All comes out.
package stream
