// Command graceful is an echo server that ends as a service should. At SIGINT or SIGTERM it accepts no more, serves the open
// connections to their end, and aborts those that have not come to it in time.
//
//	go run ./examples/graceful 127.0.0.1:7000
//
// A token carries the request to end: any number of tasks may wait for it. A tracker counts the connections, and tells when the
// last one is over. The connections' tasks belong to the one that accepts, so what is left at the deadline ends with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
	"github.com/simmer-go/simmer/sync/cancellation"
	"github.com/simmer-go/simmer/timer"
)

// patience is how long connections may go on after the signal: less than a service manager's own patience.
const patience = 5 * time.Second

func main() {
	address := "127.0.0.1:7000"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, address, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves on address until ctx ends, and tells on out how it goes.
func run(ctx context.Context, address string, out io.Writer) error {
	end, forget := cancellation.FromContext(ctx)
	defer forget()
	return simmer.Run(func(cx *simmer.Context) error {
		l, err := aio.Listen(cx, "tcp", address)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "listening on", l.Addr())
		left, err := serve(cx, l, end, patience)
		if err == nil {
			fmt.Fprintln(out, "connections that are aborted:", left)
		}
		return err
	})
}

// serve accepts until end is cancelled, and then waits, up to patience, until the connections are over. It returns how many are
// left. They are children of its task and are aborted when that ends.
func serve(cx *simmer.Context, l *aio.Listener, end *cancellation.Token, patience time.Duration) (left int, err error) {
	defer l.Close() // also if this task is aborted
	var open runtime.TaskTracker
	for {
		conn, err := cancellation.RunUntilCancelled(cx, end, future.Func(l.PollAccept))
		if errors.Is(err, cancellation.ErrCancelled) {
			break
		}
		if err != nil {
			return 0, err
		}
		simmer.Spawn(open.On(cx), aio.Serving(conn, echo)) // closes conn, however it ends
	}
	l.Close() // who dials now is refused, and tries another server
	open.Close(cx)
	_, err = timer.AwaitTimeout(cx, patience, open.Waiting())
	if errors.Is(err, timer.ErrElapsed) {
		return open.Len(), nil
	}
	return 0, err
}

// echo sends back what it reads until the client closes its side.
func echo(cx *simmer.Context, conn *aio.Conn) (struct{}, error) {
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(cx, buf)
		if err == nil {
			err = conn.WriteAll(cx, buf[:n])
		}
		if err != nil {
			return struct{}{}, err // io.EOF is the good end
		}
	}
}
