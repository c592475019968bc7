// Command echo is a TCP server that sends back what it receives: one task for each connection, written as straight-line code.
//
//	go run ./examples/echo 127.0.0.1:7000
package main

import (
	"fmt"
	"os"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
)

func main() {
	address := "127.0.0.1:7000"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	err := simmer.Run(func(cx *simmer.Context) error {
		l, err := aio.Listen(cx, "tcp", address)
		if err != nil {
			return err
		}
		fmt.Println("listening on", l.Addr())
		return serve(cx, l)
	})
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// serve accepts until the listener fails. The connections are the serving task's children, and end with it.
func serve(cx *simmer.Context, l *aio.Listener) error {
	for {
		conn, err := l.Accept(cx)
		if err != nil {
			return err
		}
		simmer.Spawn(cx, aio.Serving(conn, echo)) // closes conn, also if the task is aborted before it has begun
	}
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
