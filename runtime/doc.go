// Package runtime puts the parts together: a scheduler, its timers, its reactor and a pool for blocking work are a [Runtime],
// and tasks are spawned on it.
//
// Choose by use:
//
//   - [Run] a program whose main is a body.
//   - [New] a runtime inside a larger program, [BlockOn] to go in from an ordinary goroutine, [Runtime.Shutdown] or
//     [Runtime.Close] to end it. Several may live in one process.
//   - [Go] spawns a body, [Spawn] a future, [SpawnValue] a hand-written state machine in one allocation, [SpawnBlocking] a
//     function that blocks.
//
// A task that is spawned through a cx belongs to the task whose cx it is: when the owner ends, its unfinished children are
// aborted, unless they were detached. A task that is spawned on a *Runtime belongs to that. See [JoinHandle].
//
// Many tasks:
//
//   - [JoinSet] gives their results as they end, [JoinMap] with a key for each, [JoinQueue] in the order of the spawns.
//   - [Scope] waits for all its children; the first failure cancels the rest.
//   - [TaskTracker] counts tasks for a graceful end, and keeps nothing of those that have ended.
//
// What is said about one spawn is wrapped around the [Spawner]: [Detached], [Named], [Hooked], [Local.On],
// [TaskTracker.On], [Nursery.On]. They combine: Go(Named(tracker.On(cx), "soup"), body).
//
// # If you know Tokio
//
//   - JoinSet: [JoinSet]. spawn, spawn_on: [JoinSet.Go] and [JoinSet.Spawn], on a cx or a *Runtime; any other spawn: [JoinSet.Add].
//     join_next, join_next_with_id: [JoinSet.JoinNext], whose result has the id, and whose None is io.EOF. join_all: [JoinSet.JoinAll]
//     returns the first failure where tokio panics. Drop: [JoinSet.Close]; the owner's end does it too.
//   - JoinMap, JoinQueue, TaskTracker of tokio-util: the same names. tracker.spawn(f): Spawn([TaskTracker.On](cx), f);
//     track_future: [Track]; TaskTrackerToken's drop: [TrackerToken.Close].
//   - AbortOnDropHandle: every [JoinHandle] is one: Drop aborts, and so does the owner's end. AbortOnDropHandle::detach:
//     [JoinHandle.Detach]. AbortOnDrop, of an abort handle: defer h.Abort().
//   - task_local!: [NewLocal]. scope: [Scoped], [Local.With] in a body, [Local.On] for a spawn; sync_scope: [Local.Sync];
//     try_get: [Local.Get]; take_value: [ScopedFuture.TakeValue]. Tasks inherit what their spawner's cx carries; tokio's do not.
//   - task::Builder::name: [Named]. on_task_spawn and its like: [Hooks] for the runtime, [Hooked] for one spawn.
//   - coop: future.Unconstrained, future.ConsumeBudget, future.Cooperative, and HasBudgetRemaining of the cx.
//     poll_proceed is cx.HasBudget, made_progress cx.Spend.
//   - moro's and async-scoped's scopes: [Scope].
//
// # If you know goroutines
//
//   - sync.WaitGroup: [Scope] if the tasks belong to a function, [TaskTracker] if they do not.
//   - errgroup.Group: [Scope]. g.Go: [Nursery.Go]; SetLimit, TryGo: the same; the context that errgroup.WithContext gives is not
//     needed, as children are aborted. A panic of a child is a [*JoinError], not a crash.
//   - A results channel that many goroutines send to: [JoinSet].
//   - context.WithValue: [Local]; children inherit it with the cx, as with a ctx.
//   - singleflight's and other maps of running work: [JoinMap].
package runtime
