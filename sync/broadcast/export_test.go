package broadcast

// Forget gives up a wait of PollRecv, as Recv does when its body unwinds.
func Forget[T any](r *Receiver[T]) { r.forget(nil) }

// Unread returns how many reads of the kept values are still to come.
func Unread[T any](s *Sender[T]) (n uint64) {
	for i := range s.ch.slots {
		n += s.ch.slots[i].unread()
	}
	return n
}
