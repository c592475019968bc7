package echo

import (
	"fmt"
	"io"
	"net"
)

// bufferSize is what one read may bring: the same in all servers.
const bufferSize = 16 << 10

// anyPort is where all servers listen.
const anyPort = "127.0.0.1:0"

// serveGo serves with a goroutine for each connection.
func serveGo(_ int, out io.Writer) error {
	l, err := net.Listen("tcp", anyPort)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on %s\n", l.Addr())
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go echoGo(conn) // ends when the client closes
	}
}

func echoGo(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, bufferSize)
	for {
		n, err := conn.Read(buf)
		if err == nil {
			_, err = conn.Write(buf[:n])
		}
		if err != nil {
			return // the client's doing: it ends this connection only
		}
	}
}
