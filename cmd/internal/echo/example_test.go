package echo_test

import (
	"context"
	"fmt"
	"net"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/echo"
)

func Example() {
	rt, err := simmer.New(simmer.Config{Workers: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	server, err := echo.Listen(context.Background(), rt, "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	served := make(chan error)
	go func() { served <- server.Serve(ctx) }() // ends at stop

	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "soup")
	answer := make([]byte, 4)
	n, err := conn.Read(answer)
	fmt.Println(string(answer[:n]), err)

	stop()
	fmt.Println(<-served)
	// Output:
	// soup <nil>
	// <nil>
}
