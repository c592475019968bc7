package future

// TryAwaitPoll is [AwaitPoll] without unwinding: if the task is aborted meanwhile, or was before, poll's unfinished work is
// dropped and TryAwaitPoll returns [ErrCancelled]. poll is called at least once, and what it then has ready wins. The next
// Await of the body unwinds.
//
// It is for a wait inside foreign code, which may hold a lock that no deferred call gives back. The caller must see to it
// that the error ends what it does.
func TryAwaitPoll[T any](cx *Context, poll func(cx *Context) (T, bool, error), drop func(cx *Context)) (value T, err error) {
	co := cx.check()
	if poll == nil {
		return value, ErrNilFuture
	}
	ready := false
	defer func() {
		if !ready && drop != nil {
			drop(co.poll)
		}
	}()
	for {
		if value, ready, err = poll(co.poll); ready {
			return value, err
		}
		if !co.suspend() {
			return value, ErrCancelled
		}
	}
}
