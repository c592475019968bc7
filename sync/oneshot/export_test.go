package oneshot

import "github.com/simmer-go/simmer/future"

// Forget gives up a wait of PollRecv, as Recv does when its body unwinds.
func Forget[T any](r *Receiver[T], cx *future.Context) { r.forget(cx) }

// ForgetClosed gives up a wait of PollClosed, as Closed does when its body unwinds.
func ForgetClosed[T any](s Sender[T], cx *future.Context) { s.forget(cx) }
