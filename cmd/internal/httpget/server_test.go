package httpget_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/simmer-go/simmer/cmd/internal/httpget"
	"github.com/stretchr/testify/require"
)

// script serves each connection with what answer does after the request's head has been read, then closes it. It returns
// the server's URL.
func script(t *testing.T, answer func(conn net.Conn, req *http.Request)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() { // ends when the listener is closed
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				answer(conn, req)
			}
			conn.Close()
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

// say answers every request with text.
func say(t *testing.T, text string) string {
	return script(t, func(conn net.Conn, _ *http.Request) { io.WriteString(conn, text) })
}

func client() *httpget.Client {
	return &httpget.Client{Dial: func(address string) (net.Conn, error) { return net.DialTimeout("tcp", address, 5*time.Second) }}
}

// get returns the whole resource, or the error of the request or of its body.
func get(t *testing.T, c *httpget.Client, raw string) (string, error) {
	res, err := c.Get(mustParse(t, raw))
	if err != nil {
		return "", err
	}
	defer res.Close()
	body, err := io.ReadAll(res)
	return string(body), err
}

func mustParse(t *testing.T, raw string) *url.URL {
	u, err := httpget.ParseURL(raw)
	require.NoError(t, err)
	return u
}
