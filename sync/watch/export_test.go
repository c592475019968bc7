package watch

// Forget gives up a wait of PollChanged, as Changed does when its body unwinds.
func Forget[T any](r *Receiver[T]) { r.forget(nil) }

// Join counts another sender, as Clone does.
func Join[T any](s *Sender[T]) bool { return s.ch.join() }
