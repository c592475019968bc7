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
// Any executor that polls futures can use the package, if its workers lend a netpoll.Reactor; deadlines need timers too, names
// a blocking pool. Where there is no reactor, Listen and Dial fail with netpoll.ErrUnsupported.
package aio
