package fetch

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/simmer-go/simmer"
	"github.com/stretchr/testify/require"
)

// runtimeFor returns a runtime that lives as long as the test.
func runtimeFor(t *testing.T) *simmer.Runtime {
	rt, err := simmer.New(simmer.Config{Workers: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	return rt
}

// run makes a batch of urls into a new directory and returns it with the directory.
func run(t *testing.T, opt Options, urls ...string) (*Batch, string) {
	if opt.Dir == "" {
		opt.Dir = t.TempDir()
	}
	b := New(urls, opt)
	require.NoError(t, b.Run(context.Background(), runtimeFor(t)))
	return b, opt.Dir
}

// one is run for a single URL.
func one(t *testing.T, opt Options, url string) (Result, string) {
	b, dir := run(t, opt, url)
	return b.Downloads[0].Result, dir
}

// serve answers with handler until the test ends, and returns the server's URL.
func serve(t *testing.T, handler http.HandlerFunc) string {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// text serves body under every path.
func text(t *testing.T, body string) string {
	return serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) })
}

// raw calls talk with each connection, after its first bytes, and closes it. It returns the server's URL.
func raw(t *testing.T, talk func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() { // ends when the listener is closed
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { // ends with talk
				defer conn.Close()
				conn.Read(make([]byte, 4096))
				talk(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

// untilClosed waits for the other end.
func untilClosed(conn net.Conn) { conn.Read(make([]byte, 1)) }

// names of all files in dir, hidden ones too.
func filesIn(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := []string{}
	for _, e := range entries {
		files = append(files, e.Name())
	}
	return files
}

func read(t *testing.T, path string) string {
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}
