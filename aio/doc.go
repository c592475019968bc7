// Package aio makes TCP connections for tasks: what waits suspends the task, never its worker.
//
//   - [Listen] and [Listener.Accept], [Dial] and its future [Dialing] make a [Conn].
//   - A [Conn] reads and writes in bodies (Read, Write, WriteAll) and in hand-written futures (PollRead, PollWrite), and has
//     deadlines. One task at a time waits in each direction.
//   - [Conn.Std] gives it to code that wants a net.Conn, inside the task's body: bufio, crypto/tls, net/http's ReadRequest and
//     ReadResponse then wait cooperatively.
//   - [Conn.NetConn] gives it to ordinary goroutines.
//
// Addresses, names, errors and options are those of package net. Host names are looked up on the runtime's blocking pool.
//
// Any executor that polls futures can use the package, if its workers lend a netpoll.Reactor; deadlines need timers too, names
// a blocking pool. Where there is no reactor, Listen and Dial fail with netpoll.ErrUnsupported.
package aio
