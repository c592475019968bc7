package httpget

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

const (
	// maxHeader bounds the status line and header of a response, as net/http's client does, so that a server cannot fill the
	// memory with one endless line. What the buffer holds of the body counts too: it is far smaller.
	maxHeader = 1 << 20
	// maxInterim bounds the 1xx responses before the real one.
	maxInterim = 5
	// bufferSize is the part of a body that one read of the connection may bring: half a TLS burst, two pages of a file
	// system's read-ahead.
	bufferSize = 32 << 10
)

// roundTrip sends one GET for u over conn and returns the head of the final response, with its body still to be read.
func roundTrip(conn net.Conn, u *url.URL) (*http.Response, *wireBody, error) {
	req := newRequest(u)
	if err := req.Write(conn); err != nil {
		return nil, nil, err
	}
	limit := &limitedReader{r: conn, left: maxHeader}
	buffered := bufio.NewReaderSize(limit, bufferSize)
	for range maxInterim + 1 {
		res, err := http.ReadResponse(buffered, req)
		switch {
		case err != nil && limit.ended:
			return nil, nil, &EarlyCloseError{text: "server closed the connection before its response"}
		case err != nil:
			return nil, nil, readable(err)
		case res.StatusCode >= 200 || res.StatusCode == http.StatusSwitchingProtocols:
			limit.left = -1
			return res, &wireBody{r: res.Body, length: res.ContentLength}, nil
		}
	}
	return nil, nil, fmt.Errorf("more than %d interim responses", maxInterim)
}

func newRequest(u *url.URL) *http.Request {
	req := &http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Close: true,
		Header: http.Header{"Accept": {"*/*"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"simmer"}},
	}
	if u.User != nil {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	}
	return req
}

// limitedReader fails once more than left bytes have come through it. A negative left is no limit.
type limitedReader struct {
	r    io.Reader
	left int
	// ended is whether the connection has ended: a head that is wrong then is only too short.
	ended bool
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, fmt.Errorf("response header of more than %d KiB", maxHeader>>10)
	}
	if l.left > 0 {
		p = p[:min(len(p), l.left)]
	}
	n, err := l.r.Read(p)
	if l.left > 0 {
		l.left -= n
	}
	l.ended = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	return n, err
}

// readable makes an error of the wire format fit for a line: it may quote what a server sent, of any length.
func readable(err error) error {
	var network net.Error
	if errors.As(err, &network) {
		return err
	}
	return errors.New(shorten(err.Error()))
}

// maxShown is how much of a foreign text an error shows: a line.
const maxShown = 100

// shorten is at most one line of foreign text. Whoever prints it removes control characters.
func shorten(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return text[:maxShown] + "..."
}
