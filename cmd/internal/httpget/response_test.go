package httpget_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/simmer-go/simmer/cmd/internal/httpget"
	"github.com/stretchr/testify/require"
)

var discardLog = log.New(io.Discard, "", 0)

func gzipped(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, text)
	w.Close()
	return out.String()
}

func answer(headers, body string) string { return "HTTP/1.1 200 OK\r\n" + headers + "\r\n" + body }

func withLength(headers, body string) string {
	return answer(fmt.Sprintf("%sContent-Length: %d\r\n", headers, len(body)), body)
}

func TestBodyIsWholeInEachTransferForm(t *testing.T) {
	packed := gzipped("soup of the day")
	for name, text := range map[string]string{
		"length":           withLength("", "soup of the day"),
		"until close":      answer("", "soup of the day"),
		"HTTP 1.0":         "HTTP/1.0 200 Fine\r\n\r\nsoup of the day",
		"chunked":          answer("Transfer-Encoding: chunked\r\n", "4\r\nsoup\r\nb\r\n of the day\r\n0\r\n\r\n"),
		"trailer":          answer("Transfer-Encoding: chunked\r\nTrailer: A\r\n", "f\r\nsoup of the day\r\n0\r\nA: b\r\n\r\n"),
		"identity":         withLength("Content-Encoding: identity\r\n", "soup of the day"),
		"gzip":             withLength("Content-Encoding: gzip\r\n", packed),
		"x-gzip":           withLength("Content-Encoding: X-GZIP\r\n", packed),
		"gzip until close": answer("Content-Encoding: gzip\r\n", packed),
		"gzip in chunks":   answer("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(packed), packed)),
		"after interim":    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + withLength("", "soup of the day"),
		"more than said":   answer("Content-Length: 15\r\n", "soup of the day and bread"),
	} {
		body, err := get(t, client(), say(t, text))
		require.NoError(t, err, name)
		require.Equal(t, "soup of the day", body, name)
	}
	body, err := get(t, client(), say(t, withLength("Content-Encoding: gzip\r\n", "")))
	require.NoError(t, err)
	require.Empty(t, body)
}

func TestBodyThatEndsEarlyIsAnError(t *testing.T) {
	packed := gzipped("soup of the day")
	for text, want := range map[string]string{
		"":                              "server closed the connection before its response",
		"HTTP/1.1 200 OK\r\nContent-Le": "server closed the connection before its response",
		answer("Content-Length: 100\r\n", "soup"):                                              "server closed the connection after 4 of 100 bytes",
		answer("Transfer-Encoding: chunked\r\n", "4\r\nsoup\r\n"):                              "server closed the connection in the middle of the body, after 4 bytes",
		answer("Content-Encoding: gzip\r\nContent-Length: 200\r\n", packed):                    fmt.Sprintf("server closed the connection after %d of 200 bytes", len(packed)),
		answer("Content-Encoding: gzip\r\nContent-Length: 200\r\n", packed[:5]):                "server closed the connection after 5 of 200 bytes",
		answer("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "5\r\n"+packed[:5]): "server closed the connection in the middle of the body, after 5 bytes",
	} {
		_, err := get(t, client(), say(t, text))
		var early *httpget.EarlyCloseError
		require.ErrorAs(t, err, &early, text)
		require.EqualError(t, err, want, text)
		require.True(t, httpget.Retryable(err))
	}
}

func TestDamagedBodyIsRefusedForGood(t *testing.T) {
	packed := gzipped("soup of the day")
	broken := []byte(packed)
	broken[len(broken)-5] ^= 1 // in the checksum
	for text, want := range map[string]string{
		withLength("Content-Encoding: gzip\r\n", string(broken)):   "damaged gzip body: gzip: invalid checksum",
		withLength("Content-Encoding: gzip\r\n", packed[:20]):      "damaged gzip body: unexpected EOF",
		withLength("Content-Encoding: gzip\r\n", "no gzip at all"): "damaged gzip body: gzip: invalid header",
		withLength("Content-Encoding: br\r\n", "x"):                `unsupported Content-Encoding "br"`,
	} {
		_, err := get(t, client(), say(t, text))
		require.EqualError(t, err, want)
		require.False(t, httpget.Retryable(err))
	}
}

func TestGarbageIsNotAResponse(t *testing.T) {
	for text, want := range map[string]string{
		"SSH-2.0-OpenSSH_9.9\r\n\r\n":           `malformed HTTP response "SSH-2.0-OpenSSH_9.9"`,
		"HTTP/1.1 abc OK\r\n\r\n":               `malformed HTTP status code "abc"`,
		"HTTP/1.1 200 OK\r\n\x1b[2J: x\r\n\r\n": "malformed MIME header",
		"\x00\x01\x02\r\n":                      `malformed HTTP response`,
	} {
		_, err := get(t, client(), say(t, text))
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\x1b")
		require.False(t, httpget.Retryable(err))
	}
	_, err := get(t, client(), say(t, strings.Repeat("z", 10_000)+"\r\n\r\n"))
	require.ErrorContains(t, err, "malformed HTTP response")
	require.Less(t, len(err.Error()), 200)
}

func TestEndlessHeaderIsCutOff(t *testing.T) {
	base := script(t, func(conn net.Conn, _ *http.Request) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
		line := bytes.Repeat([]byte("x"), 64<<10)
		for range 1024 { // 64 MiB, if it were read
			if _, err := conn.Write(line); err != nil {
				return
			}
		}
	})
	_, err := get(t, client(), base)
	require.EqualError(t, err, "response header of more than 1024 KiB")
}

func TestFiveInterimResponsesAreTheMost(t *testing.T) {
	const interim = "HTTP/1.1 103 Early Hints\r\n\r\n"
	body, err := get(t, client(), say(t, strings.Repeat(interim, 5)+withLength("", "soup")))
	require.NoError(t, err)
	require.Equal(t, "soup", body)
	_, err = get(t, client(), say(t, strings.Repeat(interim, 6)+withLength("", "soup")))
	require.EqualError(t, err, "more than 5 interim responses")
}

func TestBodyMayBeLargerThanAHeader(t *testing.T) {
	large := strings.Repeat("soup ", 1<<19)
	body, err := get(t, client(), say(t, withLength("", large)))
	require.NoError(t, err)
	require.True(t, body == large)
}

func TestEveryOtherStatusIsAnError(t *testing.T) {
	for status, retry := range map[int]bool{206: false, 101: false, 400: false, 404: false, 429: false, 500: true, 503: true, 599: true} {
		_, err := get(t, client(), say(t, fmt.Sprintf("HTTP/1.1 %d \x1b[2JSurprise\r\nContent-Length: 0\r\n\r\n", status)))
		var refused *httpget.StatusError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, status, refused.Code)
		require.NotContains(t, err.Error(), "\x1b")
		require.Equal(t, retry, httpget.Retryable(err), status)
	}
}

func TestResponseTellsNameLengthAndWhatHasCome(t *testing.T) {
	packed := gzipped(strings.Repeat("soup ", 1000))
	res, err := client().Get(mustParse(t, say(t, withLength(
		"Content-Encoding: gzip\r\nContent-Disposition: attachment; filename*=UTF-8''men%C3%BC.txt\r\n", packed))))
	require.NoError(t, err)
	defer res.Close()
	require.Equal(t, "menü.txt", res.Name)
	require.Equal(t, 200, res.Status)
	require.EqualValues(t, len(packed), res.Length)
	require.True(t, res.IsPacked)
	n, err := io.Copy(io.Discard, res)
	require.NoError(t, err)
	require.EqualValues(t, 5000, n)
	require.EqualValues(t, len(packed), res.Received())
}

func TestCloseDoesNotReadTheRest(t *testing.T) {
	finished := make(chan error, 1)
	base := script(t, func(conn net.Conn, _ *http.Request) {
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, err := conn.Read(make([]byte, 1)) // returns when the client has closed
		finished <- err
	})
	res, err := client().Get(mustParse(t, base))
	require.NoError(t, err)
	require.NoError(t, res.Close())
	err = <-finished
	require.True(t, errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET), "%v", err)
}

func TestOnlyPassingFailuresAreRetryable(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{fmt.Errorf("aio: %w", syscall.EMFILE), true},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, false},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}, true},
		{syscall.EACCES, false},
		{net.ErrClosed, false},
		{errors.New("anything else"), false},
	} {
		require.Equal(t, c.want, httpget.Retryable(c.err), "%v", c.err)
	}
}
