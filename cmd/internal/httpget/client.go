package httpget

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// maxRedirects bounds the way to a resource, as browsers and net/http do: more hops are a loop.
const maxRedirects = 10

// Client gets resources. Its methods block as its connections do; it holds no state of its own, so that any number of
// goroutines or tasks may share one if its Dial allows it.
type Client struct {
	// Dial connects by TCP to address, a host with a port. Required.
	Dial func(address string) (net.Conn, error)
	// RootCAs are the authorities that https servers must be vouched for by. Nil: the system's.
	RootCAs *x509.CertPool
}

// Get asks for u, follows redirects, and returns the response of the last server, whose status is 2xx. The caller closes it.
//
// Any other status is a [*StatusError]; a server that hangs up too early, an [*EarlyCloseError]. [Retryable] tells whether
// another try may help.
func (c *Client) Get(u *url.URL) (*Response, error) {
	for range maxRedirects + 1 {
		res, err := c.exchange(u)
		if err != nil {
			return nil, err
		}
		if !isRedirect(res.Status) {
			if err := res.accept(); err != nil {
				res.Close()
				return nil, err
			}
			return res, nil
		}
		u, err = redirected(u, res)
		res.Close()
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("more than %d redirects", maxRedirects)
}

func (c *Client) exchange(u *url.URL) (*Response, error) {
	socket, err := c.Dial(address(u))
	if err != nil {
		return nil, err
	}
	conn, err := c.secure(socket, u)
	if err != nil {
		socket.Close()
		return nil, err
	}
	head, body, err := roundTrip(conn, u)
	if err != nil {
		socket.Close()
		return nil, err
	}
	return newResponse(head, body, socket), nil
}

// secure returns what the request is sent over: socket itself, or TLS on it.
//
// The handshake has no context: with one, crypto/tls would watch it on a goroutine, which may not use a task's connection.
// The connection's own deadline or cancellation ends a handshake that hangs.
func (c *Client) secure(socket net.Conn, u *url.URL) (net.Conn, error) {
	if u.Scheme != "https" {
		return socket, nil
	}
	conn := tls.Client(socket, &tls.Config{ServerName: u.Hostname(), RootCAs: c.RootCAs, NextProtos: []string{"http/1.1"}})
	err := conn.Handshake()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = &EarlyCloseError{text: "server closed the connection during the TLS handshake"}
	}
	return conn, err
}

// address is where u's server listens.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirected returns where res sends the client that has asked for u. A login in u is kept on the same server only: an
// absolute location has its own or none.
func redirected(u *url.URL, res *Response) (*url.URL, error) {
	location := res.head.Header.Get("Location")
	if location == "" {
		return nil, fmt.Errorf("%s without a Location", statusText(res.Status))
	}
	next, err := u.Parse(location)
	if err == nil {
		err = check(next)
	}
	if err != nil {
		return nil, fmt.Errorf("redirected to %q: %w", shorten(location), err)
	}
	return next, nil
}
