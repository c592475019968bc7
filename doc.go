// Package simmer is the front door of the house: the names for daily use, forwarded from the packages that own them.
//
// simmer is a cooperative task runtime. Tasks are small state machines, or straight-line bodies on coroutines, that a fixed
// pool of workers polls; a task that waits costs no worker. A program's main may be a body:
//
//	err := simmer.Run(func(cx *simmer.Context) error {
//		h := simmer.Go(cx, func(cx *simmer.Context) (string, error) {
//			return "done", simmer.Sleep(cx, 100*time.Millisecond)
//		})
//		result, err := h.Await(cx)
//		fmt.Println("Task returned:", result)
//		return err
//	})
//
// Everything else is in the packages: future (the contract, select and join), runtime (spawning, handles, sets, scopes, shutdown),
// timer (sleeps, timeouts, intervals), the subfolders of sync (channels, locks, cancellation), stream (sequences), aio (sockets).
package simmer
