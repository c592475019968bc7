// Package fetch downloads files at the same time: each download is a task of a simmer runtime.
//
// A task dials over aio, reads the response by package httpget, and writes the file on the runtime's blocking pool, so that
// neither the network nor the disk holds a worker. All tries of a download stand under one timer.Timeout; when that elapses, or
// the task is aborted, the body unwinds, and its deferred calls close the connection and remove the unfinished file.
// A file shows under its final name only when it is complete, and is reported if it does.
package fetch
