package netpoll

// poller is the system's way to learn which descriptors have become ready.
//
// It is edge-triggered: a descriptor that was added is reported once when it is added, if it is ready then, and once each
// time it becomes ready in a further way or receives more while it is ready. It reports both directions, and it may report
// what is not so, except closed bits. The token of an event is the descriptor's number and the generation that it was
// added with; the poller keeps the token as integers, never as a pointer, which the collector could not follow into the
// kernel. Generation 0 belongs to the descriptors of the Parking.
//
// One caller at a time polls; the other methods may be called by any goroutine at any time, beside it. No method is called
// after close. All descriptors of the poller are close-on-exec.
type poller interface {
	// add begins to report fd. The error is the system's.
	add(fd int, gen uint32) error
	// remove ends it. Events that were read before may still be in flight. fd must still be open.
	remove(fd int)
	// poll stores the events that are there, at most len(events), and returns their number. It does not wait, and does not
	// fail: what cannot be polled has no events.
	poll(events []event) int
	// close gives back what the poller holds.
	close()
}

// event says that the descriptor fd, as it was added under gen, has become ready.
type event struct {
	fd, gen uint32
	bits    Ready
}
