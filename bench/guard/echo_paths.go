package guard

import (
	"errors"
	"io"

	"github.com/simmer-go/simmer/aio"
	"github.com/simmer-go/simmer/future"
	"github.com/simmer-go/simmer/runtime"
)

const (
	conns      = 50
	trips      = 20
	echoedSize = 64
)

// echoPaths send bytes over TCP, within the machine, and get them back. Both ends are tasks of the one worker.
func echoPaths() []path {
	const roundTrips = conns * trips
	return []path{{name: "echo" + asyncSuffix, operations: roundTrips, check: roundTrips * echoedSize, iterations: 5, on: func(rt *runtime.Runtime) func(int64) uint64 {
		clients := blockOn(rt, future.Async(func(cx *future.Context) ([]*aio.Conn, error) { return dial(cx, rt) }))
		return tasks(conns, func(cx *future.Context, i int) *runtime.JoinHandle[uint64] {
			return runtime.Go(cx, func(cx *future.Context) (uint64, error) { return travel(cx, clients[i]) })
		})(rt)
	}}}
}

// dial makes connections to tasks of rt that echo. The runtime's end closes all.
func dial(cx *future.Context, rt *runtime.Runtime) (clients []*aio.Conn, err error) {
	l, err := aio.Listen(cx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	for range conns {
		client, err := aio.Dial(cx, "tcp4", l.Addr().String())
		if err != nil {
			return nil, err
		}
		server, err := l.Accept(cx)
		if err != nil {
			return nil, err
		}
		runtime.Spawn(rt, aio.Serving(server, echo))
		clients = append(clients, client)
	}
	return clients, nil
}

// echo sends back what comes.
func echo(cx *future.Context, conn *aio.Conn) (none, error) {
	buf := make([]byte, echoedSize)
	for {
		n, err := conn.Read(cx, buf)
		if errors.Is(err, io.EOF) {
			return none{}, nil
		}
		if err != nil {
			return none{}, err
		}
		if err := conn.WriteAll(cx, buf[:n]); err != nil {
			return none{}, err
		}
	}
}

// travel sends messages and awaits each echo. It returns the number of bytes that came back.
func travel(cx *future.Context, conn *aio.Conn) (received uint64, err error) {
	message, got := make([]byte, echoedSize), make([]byte, echoedSize)
	for range trips {
		if err := conn.WriteAll(cx, message); err != nil {
			return received, err
		}
		for left := echoedSize; left > 0; {
			n, err := conn.Read(cx, got[:left])
			if err != nil {
				return received, err
			}
			left -= n
			received += uint64(n)
		}
	}
	return received, nil
}
