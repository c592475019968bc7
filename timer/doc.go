// Package timer holds what waits for time: a wheel of timers for each worker, and the futures built on it.
//
//   - [Sleep] waits in a body. It allocates nothing.
//   - [After] and [At] make a [Delay], a future that can be reset.
//   - [Timeout] puts a deadline on any future.
//   - [Every] and [EveryAt] make an [Interval], which ticks.
//   - [DelayQueue] holds any number of items until their deadlines, with one timer.
//   - [Clock] is the source of time. A test pauses it and moves it by hand; a runtime whose tasks all wait moves a paused
//     clock to the next deadline by itself.
//
// No timer fires early. On a running clock it fires at most one tick (65.536 us) late, plus the time that the worker
// needs to get to it; on a paused clock it fires exactly at its deadline. Deadlines that a clock cannot count to are
// 292 years away.
//
// # If you know Tokio
//
//   - sleep, sleep_until: [Sleep] and [SleepUntil] in a body, [After] and [At] as futures. Sleep::reset, deadline, is_elapsed:
//     [Delay.ResetAt] or [Delay.Reset], [Delay.Deadline], [Delay.IsElapsed]. A duration that is too long lasts for ever, not 30 years.
//   - timeout, timeout_at: [Timeout] and [TimeoutAt]; [AwaitTimeout] in a body.
//   - interval, interval_at, MissedTickBehavior: [Every], [EveryAt], [Interval.SetMissed] with [Burst], [Delayed] or [Skip]. A
//     period of zero is an error of the tick, no panic.
//   - Instant::now: [Now], which follows a paused clock too.
//   - pause, resume, advance: methods of the [Clock] that the runtime was given, with any number of workers. advance(d).await is
//     clock.Advance(d) and then future.Yield(cx): whoever is due is woken, and nobody has been polled before the yield. To stop at
//     each deadline on the way, sleep for d instead: a paused clock jumps there when all tasks wait, unless blocking work runs.
//   - tokio_util's DelayQueue: [DelayQueue]. Its items come exactly in the order of their deadlines, and an old key is no panic.
//   - Timers are exact to 65 us, not to 1 ms.
//
// # If you know goroutines
//
//   - time.Sleep, time.After, time.NewTimer: [Sleep], [After]; Timer.Reset and Stop: [Delay.Reset], [Delay.Drop].
//   - time.NewTicker: [Every], whose first tick comes at once, and which drops no tick unless it is told to.
//   - context.WithTimeout: [Timeout] ends one future; the task's own context is cx.Context().
//   - testing/synctest: [NewPausedClock], which tasks of a runtime follow without a bubble.
//
// For executors: a [Wheel] belongs to one core and has no lock. Polls do not touch it; they stage what they arm and
// cancel in their worker's [Stage], which the worker applies between polls.
package timer
