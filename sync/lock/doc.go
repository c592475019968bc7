// Package lock holds what tasks wait for when they share something: locks, permits, notifications and values that come later.
//
//   - [Mutex]: one at a time. [RWMutex]: many readers or one writer.
//   - [Semaphore]: so many at a time, weighted.
//   - [Notify]: "something has happened, look for yourself". For a value use a channel.
//   - [Barrier]: a number of tasks wait for each other.
//   - [OnceCell]: a value that is made when it is first needed. [SetOnce]: a value that comes once, and that many wait for.
//
// Each wait has four forms. In a body: Lock(cx), which allocates nothing. In a state machine: PollLock(cx, w) with a [Waiter], the
// place in the queue, which the state machine keeps and drops. In a combinator: the future that Locking returns. On an ordinary
// goroutine: LockBlocking(ctx). They may be mixed: all wait in one queue, first come first served. The order is that of joining it: a task
// that finds too few permits may first stand aside for one turn, once a wait, in which others may come before it, if that has turned out
// to spare most waits. Who is in the queue is overtaken by nobody. A wait that ends early, since its
// task was aborted, its future dropped or its ctx has ended, leaves the queue and passes on what it had been given.
//
// Calls that give something back take a cx, so that whom they wake runs next on the same worker; nil is right too, and
// the only choice outside a task.
//
// # If you know Tokio
//
//	Mutex<T>                 Mutex beside the fields that it guards, as in Go
//	lock().await             m.Lock(cx) and defer m.Unlock(cx); there is no destructor to unlock for you
//	MutexGuard               Guard, if the lock is awaited as a future: Await(cx, m.Locking())
//	lock_owned, read_owned   the same: any goroutine may unlock
//	RwLock, downgrade        RWMutex, Downgrade
//	Semaphore, SemaphorePermit, forget, split, merge
//	                         Semaphore, Permit, Forget, Split, Merge
//	acquire_many(n), try_acquire, add_permits, forget_permits, close
//	                         Acquire(cx, n), TryAcquire(n), AddPermits, ForgetPermits, Close
//	notify_one, notify_last, notify_waiters, notified, enable
//	                         NotifyOne, NotifyLast, NotifyAll, Waiting, Enable
//	Barrier, BarrierWaitResult::is_leader
//	                         Barrier, Wait's result
//	get_or_init, get_or_try_init
//	                         GetOrInit, whose body may fail
//	blocking_lock            LockBlocking(ctx)
//
// Two things differ. A task that finds a lock or a permit taken may stand aside for a turn before it joins the queue, see above. And a Waiting that was enabled with a stored notification and is dropped gives it on, where
// Tokio's Notified loses it.
//
// # If you know goroutines
//
//	sync.Mutex, sync.RWMutex   these here may be held across an Await, wait without blocking the worker, can be given up, and are
//	                           fair: sync's let who comes overtake who waits, which is faster when many fight for short sections
//	a buffered channel, x/sync/semaphore
//	                           Semaphore: Acquire(cx, n) is a send of n, Release a receive
//	sync.Cond                  Notify: Signal is NotifyOne, Broadcast NotifyAll; a NotifyOne that nobody waits for is kept
//	close(ch) to tell all      SetOnce
//	sync.Once, sync.OnceValue  OnceCell: the function may wait, fail and be cancelled; then the next one tries
//	sync.WaitGroup             a runtime.Scope or JoinSet; Barrier, if they go on together
//	select with ctx.Done       LockBlocking(ctx) on a goroutine; a timer.Timeout or Select around Locking in a task
package lock
