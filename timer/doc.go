// Package timer holds what waits for time: a wheel of timers for each worker, and the futures built on it.
//
//   - [Sleep] waits in a body. It allocates nothing.
//   - [After] and [At] make a [Delay], a future that can be reset.
//   - [Timeout] puts a deadline on any future.
//   - [Every] and [EveryAt] make an [Interval], which ticks.
//   - [Clock] is the source of time. A test pauses it and moves it by hand; a runtime whose tasks all wait moves a paused
//     clock to the next deadline by itself.
//
// No timer fires early. On a running clock it fires at most one tick (65.536 us) late, plus the time that the worker
// needs to get to it; on a paused clock it fires exactly at its deadline. Deadlines that a clock cannot count to are
// 292 years away.
//
// For executors: a [Wheel] belongs to one core and has no lock. Polls do not touch it; they stage what they arm and
// cancel in their worker's [Stage], which the worker applies between polls.
package timer
