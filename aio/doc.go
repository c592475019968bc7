// Package aio makes TCP connections for tasks: what waits suspends the task, never its worker.
//
//   - [Listen] and [Listener.Accept], [Dial] and its future [Dialing] make a [Conn].
//   - A [Conn] reads and writes in bodies (Read, Write, WriteAll) and in hand-written futures (PollRead, PollWrite), and has
//     deadlines. One task at a time waits in each direction.
//   - [Conn.Std] gives it to code that wants a net.Conn, inside the task's body: bufio, crypto/tls, net/http's ReadRequest and
//     ReadResponse then wait cooperatively.
//   - [Conn.NetConn] gives it to ordinary goroutines.
//   - [Serving] makes the future of a task that a connection is handed to.
//
// A body that is aborted before its first poll never runs, and its deferred calls close nothing. So an accept loop hands each
// connection over with Serving, which closes it in every case:
//
//	simmer.Spawn(cx, aio.Serving(conn, serve))
//
// Addresses, names, errors and options are those of package net. Host names are looked up on the runtime's blocking pool.
//
// # If you know Tokio
//
//   - TcpListener::bind, accept: [Listen], [Listener.Accept]; TcpListenerStream: [Listener.Incoming].
//   - TcpStream::connect: [Dial]; as a branch of a select, [Dialing].
//   - AsyncRead, AsyncWrite and their extensions: [Conn.Read], [Conn.Write], [Conn.WriteAll]; for all else [Conn.Std] with packages io and
//     bufio. poll_read, poll_write: [Conn.PollRead], [Conn.PollWrite].
//   - shutdown: [Conn.CloseWrite]. split, into_split: not needed, one task may read while another one writes.
//   - timeout(d, stream.read(..)): [Conn.SetReadDeadline], or timer.Timeout around any future.
//   - Dropping a stream closes it: defer conn.Close(), and [Serving] for a connection that a new task gets.
//   - UDP and Unix sockets are not there yet.
//
// # If you know goroutines
//
//   - net.Listen, net.Dial: [Listen], [Dial] with a cx; the same networks, addresses, errors and deadlines, TCP only.
//   - go serve(conn): simmer.Spawn(cx, [Serving](conn, serve)).
//   - A net.Conn for a library: [Conn.Std] inside the body whose cx it gets, [Conn.NetConn] for an ordinary goroutine.
//   - Closing a connection to end its reader, when a context is done: the end of the task does that by itself.
//
// Any executor that polls futures can use the package, if its workers lend a netpoll.Reactor; deadlines need timers too, names
// a blocking pool. Where there is no reactor, Listen and Dial fail with netpoll.ErrUnsupported.
package aio
