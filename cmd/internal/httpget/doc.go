// Package httpget gets one resource by HTTP/1.1 over connections that it is given.
//
// It knows no runtime: it reads and writes a net.Conn, so that it works in a task over aio, in a goroutine over net, and in
// a test over a pipe. It follows redirects, speaks TLS, and undoes chunked and gzip encoding; net/http's own Request and
// Response do the wire format. Each exchange has a connection of its own, which ends with it.
package httpget
