package aio_test

import (
	"context"
	"fmt"
	"io"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
)

// A tiny echo server and its client, both tasks of one worker.
func Example() {
	err := run(func(cx *future.Context, e *executor) error {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		server := e.spawn(func(cx *future.Context) error {
			c, err := ln.Accept(cx)
			if err != nil {
				return err
			}
			defer c.Close()
			for b := make([]byte, 1024); ; {
				n, err := c.Read(cx, b)
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				if err := c.WriteAll(cx, b[:n]); err != nil {
					return err
				}
			}
		})
		c, err := aio.Dial(cx, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.WriteAll(cx, []byte("hello")); err != nil {
			return err
		}
		if err := c.CloseWrite(); err != nil {
			return err
		}
		answer, err := io.ReadAll(c.Std(cx)) // code that wants a net.Conn works in a task too
		if err != nil {
			return err
		}
		fmt.Printf("%s\n", answer)
		return server.join(cx)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: hello
}

func ExampleServing() {
	rt, err := simmer.New(simmer.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	greet := func(cx *simmer.Context, conn *aio.Conn) (struct{}, error) {
		return struct{}{}, conn.WriteAll(cx, []byte("good morning"))
	}
	greeting, err := simmer.BlockOn(context.Background(), rt, simmer.Async(func(cx *simmer.Context) (string, error) {
		ln, err := aio.Listen(cx, "tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		defer ln.Close()
		simmer.Go(cx, func(cx *simmer.Context) (struct{}, error) {
			for {
				conn, err := ln.Accept(cx)
				if err != nil {
					return struct{}{}, err
				}
				simmer.Spawn(cx, aio.Serving(conn, greet)) // closes conn, whatever becomes of the task
			}
		})
		conn, err := aio.Dial(cx, "tcp", ln.Addr().String())
		if err != nil {
			return "", err
		}
		defer conn.Close()
		b, err := io.ReadAll(conn.Std(cx))
		return string(b), err
	}))
	fmt.Println(greeting, err)
	// Output: good morning <nil>
}
