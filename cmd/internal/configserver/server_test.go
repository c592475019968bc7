package configserver_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/simmer-go/simmer"
	"github.com/simmer-go/simmer/cmd/internal/configserver"
	"github.com/stretchr/testify/require"
)

func start(t *testing.T) []*configserver.Server {
	rt, err := simmer.New(simmer.Config{Workers: 2})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close()) })
	servers, err := configserver.Start(context.Background(), rt)
	require.NoError(t, err)
	require.Len(t, servers, 3)
	return servers
}

// ask sends a request by hand, so that nothing is decoded on the way, and returns the response with its whole body.
func ask(t *testing.T, s *configserver.Server, method, path string, header http.Header) (*http.Response, string) {
	req, err := http.NewRequest(method, strings.TrimSuffix(s.URL, "/"+s.File)+path, nil)
	require.NoError(t, err)
	req.Header = header
	conn, err := net.Dial("tcp", req.URL.Host)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, req.Write(conn))
	res, err := http.ReadResponse(bufio.NewReader(conn), req)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

func TestEachFileIsWhatItsNameSays(t *testing.T) {
	servers := start(t)
	var value struct{ Name string }
	_, body := ask(t, servers[0], "GET", "/app.json", nil)
	require.NoError(t, json.Unmarshal([]byte(body), &value))
	require.Equal(t, "menu-service", value.Name)

	_, body = ask(t, servers[1], "GET", "/database.yaml", nil)
	require.Contains(t, body, "primary:\n  host: db-1.internal\n  port: 5432\n")

	_, body = ask(t, servers[2], "GET", "/features.toml", nil)
	require.Contains(t, body, "[new_checkout]\nenabled = true\n")
}

func TestEachServerHasItsOwnForm(t *testing.T) {
	servers := start(t)
	zip := http.Header{"Accept-Encoding": {"br, gzip;q=0.5"}}
	res, body := ask(t, servers[0], "GET", "/app.json", zip)
	require.EqualValues(t, len(body), res.ContentLength)
	res, _ = ask(t, servers[1], "GET", "/database.yaml", zip)
	require.Equal(t, []string{"chunked"}, res.TransferEncoding)

	_, plain := ask(t, servers[2], "GET", "/features.toml", http.Header{"Accept-Encoding": {"br, gzip;q=0"}})
	res, body = ask(t, servers[2], "GET", "/features.toml", zip)
	require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
	unpacked, err := gzip.NewReader(strings.NewReader(body))
	require.NoError(t, err)
	text, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	require.Equal(t, plain, string(text))
}

func TestWrongRequestsAreRefused(t *testing.T) {
	s := start(t)[2]
	res, body := ask(t, s, "GET", "/other", nil)
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	require.Empty(t, body)
	res, _ = ask(t, s, "DELETE", "/features.toml", nil)
	require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode)
	res, body = ask(t, s, "HEAD", "/features.toml", nil)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Empty(t, body)
}

func TestServerAnswersAfterItsDelay(t *testing.T) {
	s := start(t)[2]
	began := time.Now()
	ask(t, s, "GET", "/features.toml", nil)
	require.GreaterOrEqual(t, time.Since(began), s.Delay)
}
