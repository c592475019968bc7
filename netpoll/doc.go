// Package netpoll wakes tasks when their sockets are ready: readiness, not completion.
//
//   - A [Reactor] watches descriptors through the system's poller, edge-triggered: epoll on Linux, kqueue on the BSDs and
//     on macOS. Elsewhere [NewReactor] returns [ErrUnsupported].
//   - A [Registration] is one descriptor in it. It remembers what is ready, so that an operation on a ready descriptor is
//     one system call, and keeps the waker of one waiter for each [Direction].
//   - A [Parking] makes idle workers wait: one of them in the reactor, the others in places of their own.
//
// Any executor that polls futures can use it: it puts the reactor into future.Local.Reactor, calls [Reactor.Poll] between
// polls, and parks its idle workers in a Parking. Package aio makes connections of it.
package netpoll
