package mpsc

import "github.com/simmer-go/simmer/future"

// Forget gives up a wait of PollRecv, as Recv does when its body unwinds.
func Forget[T any](rx *Receiver[T], cx *future.Context) { rx.forget(cx) }
